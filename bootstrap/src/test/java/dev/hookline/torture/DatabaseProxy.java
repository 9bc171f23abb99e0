package dev.hookline.torture;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands between processes and PostgreSQL. It keeps its port when the server comes back on another,
 * withholds answers to what was committed, and falls silent.
 */
final class DatabaseProxy implements AutoCloseable {
  private final ServerSocket listener;
  private final Set<ProxiedConnection> connections = ConcurrentHashMap.newKeySet();
  private final Map<String, Integer> refused = new ConcurrentHashMap<>();
  private final AtomicInteger toWithhold = new AtomicInteger();
  private final AtomicInteger withheld = new AtomicInteger();
  private final AtomicInteger held = new AtomicInteger();
  private volatile int upstream;
  private volatile CountDownLatch flowing = new CountDownLatch(0);

  DatabaseProxy(int upstream) throws IOException {
    this.upstream = upstream;
    listener = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return listener.getLocalPort();
  }

  void leadTo(int port) {
    upstream = port;
  }

  /** The next answer that tells an intake of a commit is withheld, and its connection cut. */
  void withholdCommit() {
    toWithhold.incrementAndGet();
  }

  /** Whether this answer is one to withhold. */
  boolean withholds() {
    boolean withholds = toWithhold.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
    if (withholds) {
      withheld.incrementAndGet();
    }
    return withholds;
  }

  /** How many answers to commits were. */
  int withheld() {
    return withheld.get();
  }

  /** The process wanted to record ends of dispatches, and none of them was taken. */
  void refused(String application) {
    refused.merge(application, 1, Integer::sum);
  }

  int refusedTo(String application) {
    return refused.getOrDefault(application, 0);
  }

  /** Of all processes. */
  int refusedToAny() {
    return refused.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** Lets nothing through, and closes nothing either. */
  void stall() {
    flowing = new CountDownLatch(1);
  }

  void resume() {
    flowing.countDown();
  }

  /** Returns at once, but while stalled. */
  void pass() throws InterruptedException {
    CountDownLatch now = flowing;
    if (now.getCount() > 0) {
      held.incrementAndGet();
      now.await();
    }
  }

  /** How many messages a stall has held up. */
  int held() {
    return held.get();
  }

  /**
   * Resets every connection.
   *
   * @return how many there were
   */
  int reset() {
    Set<ProxiedConnection> all = Set.copyOf(connections);
    all.forEach(ProxiedConnection::reset);
    return all.size();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        Thread.ofVirtual().start(() -> connect(client));
      } catch (IOException _) {
        // Closed by the end of the run.
        return;
      }
    }
  }

  private void connect(Socket client) {
    try (client;
        var server = new Socket(InetAddress.getLoopbackAddress(), upstream)) {
      client.setTcpNoDelay(true);
      server.setTcpNoDelay(true);
      var connection = new ProxiedConnection(this, client, server);
      connections.add(connection);
      try {
        connection.run();
      } finally {
        connections.remove(connection);
      }
    } catch (IOException _) {
      // Either side is gone, and takes the other with it.
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() throws IOException {
    resume();
    listener.close();
    reset();
  }
}
