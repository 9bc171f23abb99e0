package dev.hookline.persistence;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.hookline.testing.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Stands between driver and server. When told to, it cuts a connection before the server hears a
 * statement or after it has answered one, keeps silent both ways, or loses what is sent.
 */
final class CuttingProxy implements AutoCloseable {
  private final ServerSocket listener;
  private final DatabaseSettings database;
  private final URI url;
  private final Set<Link> links = ConcurrentHashMap.newKeySet();
  private final AtomicReference<@Nullable String> cutBefore = new AtomicReference<>();
  private final AtomicReference<@Nullable String> cutAfter = new AtomicReference<>();
  private volatile CountDownLatch flowing = new CountDownLatch(0);
  private volatile boolean dark;
  private volatile long bytesPerSecond = Long.MAX_VALUE;

  CuttingProxy(TestDatabase database) {
    this(DatabaseSettings.of(database.url(), database.user(), database.password()));
  }

  /**
   * @param database how it is reached directly
   */
  CuttingProxy(DatabaseSettings database) {
    this.database = database;
    url = URI.create(database.url().substring("jdbc:".length()));
    try {
      listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().start(this::accept);
  }

  /** How the database is reached through here, with the default waits. */
  DatabaseSettings settings() {
    String query = url.getQuery() == null ? "" : "?" + url.getQuery();
    return DatabaseSettings.withPassword(
        "jdbc:postgresql://127.0.0.1:" + listener.getLocalPort() + url.getPath() + query,
        database.user(),
        database.password());
  }

  /** The next statement with this text is withheld from the server, and its connection cut. */
  void cutBefore(String statement) {
    cutBefore.set(statement);
  }

  /** The answer to the next statement with this text is withheld, and its connection cut. */
  void cutAnswerTo(String statement) {
    cutAfter.set(statement);
  }

  /** Whether the cuts that were asked for are done. */
  boolean hasCut() {
    return cutBefore.get() == null && cutAfter.get() == null;
  }

  /** Lets nothing through until {@link #resume}, and closes nothing either. */
  void stall() {
    flowing = new CountDownLatch(1);
  }

  void resume() {
    flowing.countDown();
  }

  /**
   * Loses all that is sent, and closes nothing: what is open now stays dead for ever, and so does
   * what is opened until {@link #lightUp}.
   */
  void blackOut() {
    dark = true;
    links.forEach(Link::lose);
  }

  void lightUp() {
    dark = false;
  }

  /** Brings the server's answers no faster than that. */
  void slowTo(long bytesInASecond) {
    bytesPerSecond = bytesInASecond;
  }

  /** Resets every connection that is open. */
  void reset() {
    links.forEach(Link::reset);
  }

  private void accept() {
    try {
      while (true) {
        link(listener.accept());
      }
    } catch (IOException _) {
      close();
    }
  }

  private void link(Socket client) throws IOException {
    Socket server;
    try {
      server = new Socket(url.getHost(), url.getPort() < 0 ? 5432 : url.getPort());
    } catch (ConnectException _) {
      client.close();
      return;
    }
    var link = new Link(client, server);
    links.add(link);
    if (dark) {
      link.lose();
    }
    link.start();
  }

  /** One connection, with its two ends here. */
  private final class Link {
    private final Socket client;
    private final Socket server;
    private volatile boolean doomed;
    private volatile boolean lost;

    private Link(Socket client, Socket server) {
      this.client = client;
      this.server = server;
    }

    private void start() {
      Thread.ofVirtual().start(() -> pump(client, server, true));
      Thread.ofVirtual().start(() -> pump(server, client, false));
    }

    private void pump(Socket from, Socket to, boolean fromClient) {
      var buffer = new byte[64 * 1024];
      try {
        for (int n = from.getInputStream().read(buffer);
            n > 0;
            n = from.getInputStream().read(buffer)) {
          flowing.await();
          if (lost) {
            continue;
          }
          if (fromClient) {
            if (contains(buffer, n, cutBefore)) {
              break;
            }
            if (contains(buffer, n, cutAfter)) {
              doomed = true;
            }
          } else if (doomed) {
            // The server has answered, so it has committed.
            break;
          }
          if (!fromClient) {
            TimeUnit.NANOSECONDS.sleep(n * 1_000_000_000L / bytesPerSecond);
          }
          to.getOutputStream().write(buffer, 0, n);
        }
      } catch (IOException _) {
        // Either side is gone, and takes the other with it.
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      } finally {
        close();
        links.remove(this);
      }
    }

    private static boolean contains(
        byte[] buffer, int length, AtomicReference<@Nullable String> wanted) {
      String text = wanted.get();
      return text != null
          && new String(buffer, 0, length, ISO_8859_1).contains(text)
          && wanted.compareAndSet(text, null);
    }

    private void lose() {
      lost = true;
    }

    private void reset() {
      try {
        client.setSoLinger(true, 0);
      } catch (IOException _) {
        // It is closed already.
      }
      close();
    }

    private void close() {
      for (Socket socket : new Socket[] {client, server}) {
        try {
          socket.close();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
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
    links.forEach(Link::close);
  }
}
