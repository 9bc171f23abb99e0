package dev.hookline.testing;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports for what has to keep its own while it is away. They lie below those that systems give to
 * whoever connects or asks for any: a test with many connections would soon be given such a one.
 */
public final class Ports {
  private static final int LOWEST = 20_000;
  private static final int HIGHEST = 32_000;
  private static final int TRIED = 100;
  private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

  private Ports() {}

  /** One on which nobody listens now, and that was not given before. */
  public static int free() throws IOException {
    var taken = new BindException();
    for (int attempt = 0; attempt < TRIED; attempt++) {
      // Not a seed's: tests that run side by side are to try different ones.
      int port = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST);
      try (var _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        if (GIVEN.add(port)) {
          return port;
        }
      } catch (BindException e) {
        taken = e;
      }
    }
    throw new IOException("no free port", taken);
  }
}
