package dev.hookline.persistence;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PersistentSourceTest {
  /** With the pool's own waits these would take more than half a minute. */
  private static final int TRIES = 16;

  @Test
  void theLongerTheDatabaseIsAwayTheMoreOftenItWasTried() throws Exception {
    var tries = new CountDownLatch(TRIES);
    try (var socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual().start(() -> hangUpOnAll(socket, tries));
      String url = "jdbc:postgresql://127.0.0.1:%d/away".formatted(socket.getLocalPort());
      try (var _ = Database.open(DatabaseSettings.of(url, "nobody", "none"), new Random(1))) {
        assertTrue(
            tries.await(20, TimeUnit.SECONDS), () -> tries.getCount() + " tries are missing");
      }
    }
  }

  private static void hangUpOnAll(ServerSocket socket, CountDownLatch tries) {
    while (!socket.isClosed()) {
      try {
        socket.accept().close();
        tries.countDown();
      } catch (IOException e) {
        assertTrue(socket.isClosed(), e::getMessage);
      }
    }
  }
}
