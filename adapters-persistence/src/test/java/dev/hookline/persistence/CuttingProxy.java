package dev.hookline.persistence;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.hookline.testing.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Stands between driver and server. When told to, it cuts the connection after the server has
 * answered a statement, so that the driver never hears the answer, or keeps silent both ways.
 */
final class CuttingProxy implements AutoCloseable {
  private final ServerSocket listener;
  private final TestDatabase database;
  private final String host;
  private final int port;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final AtomicReference<@Nullable String> cutAfter = new AtomicReference<>();
  private volatile CountDownLatch flowing = new CountDownLatch(0);

  CuttingProxy(TestDatabase database) {
    this.database = database;
    URI url = url();
    host = url.getHost();
    port = url.getPort() < 0 ? 5432 : url.getPort();
    try {
      listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().start(this::accept);
  }

  private URI url() {
    return URI.create(database.url().substring("jdbc:".length()));
  }

  /** How the database is reached through here, with the default waits. */
  DatabaseSettings settings() {
    String query = url().getQuery() == null ? "" : "?" + url().getQuery();
    return DatabaseSettings.of(
        "jdbc:postgresql://127.0.0.1:" + listener.getLocalPort() + url().getPath() + query,
        database.user(),
        database.password());
  }

  /** The answer to the next statement with this text is withheld, and its connection cut. */
  void cutAnswerTo(String statement) {
    cutAfter.set(statement);
  }

  /** Whether the cut that was asked for is done. */
  boolean hasCut() {
    return cutAfter.get() == null;
  }

  /** Lets nothing through until {@link #resume}, and closes nothing either. */
  void stall() {
    flowing = new CountDownLatch(1);
  }

  void resume() {
    flowing.countDown();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        Socket server = new Socket(host, port);
        sockets.add(client);
        sockets.add(server);
        var doomed = new AtomicReference<Boolean>(false);
        Thread.ofVirtual().start(() -> pump(client, server, doomed, true));
        Thread.ofVirtual().start(() -> pump(server, client, doomed, false));
      }
    } catch (IOException _) {
      close();
    }
  }

  private void pump(Socket from, Socket to, AtomicReference<Boolean> doomed, boolean fromClient) {
    var buffer = new byte[64 * 1024];
    try {
      for (int n = from.getInputStream().read(buffer);
          n > 0;
          n = from.getInputStream().read(buffer)) {
        flowing.await();
        if (fromClient) {
          String wanted = cutAfter.get();
          if (wanted != null
              && new String(buffer, 0, n, ISO_8859_1).contains(wanted)
              && cutAfter.compareAndSet(wanted, null)) {
            doomed.set(true);
          }
        } else if (doomed.get()) {
          // The server has answered, so it has committed.
          break;
        }
        to.getOutputStream().write(buffer, 0, n);
      }
    } catch (IOException _) {
      // Either side is gone, and takes the other with it.
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      close(from);
      close(to);
    }
  }

  @Override
  public void close() {
    resume();
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    sockets.forEach(CuttingProxy::close);
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
