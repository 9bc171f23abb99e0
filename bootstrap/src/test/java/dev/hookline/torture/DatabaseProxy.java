package dev.hookline.torture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands between processes and PostgreSQL. It keeps its port when the server comes back on another,
 * withholds answers to what was committed, and falls silent.
 */
final class DatabaseProxy implements AutoCloseable {
  /** ReadyForQuery, outside of a transaction: what was asked for is done, and committed. */
  private static final byte[] DONE = {'Z', 0, 0, 0, 5, 'I'};

  private final ServerSocket listener;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final AtomicInteger cuts = new AtomicInteger();
  private final AtomicInteger cut = new AtomicInteger();
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

  /** The next answer that tells of a commit is withheld, and its connection cut. */
  void cutAfterCommit() {
    cuts.incrementAndGet();
  }

  int cut() {
    return cut.get();
  }

  /** Lets nothing through, and closes nothing either. */
  void stall() {
    flowing = new CountDownLatch(1);
  }

  void resume() {
    flowing.countDown();
  }

  /** Resets every connection. */
  void reset() {
    for (Socket socket : Set.copyOf(sockets)) {
      close(socket, true);
    }
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
    try {
      var server = new Socket(InetAddress.getLoopbackAddress(), upstream);
      client.setTcpNoDelay(true);
      server.setTcpNoDelay(true);
      sockets.add(client);
      sockets.add(server);
      Thread.ofVirtual().start(() -> pump(client, server, false));
      pump(server, client, true);
    } catch (IOException _) {
      // The server is down, and so is this connection.
      close(client, false);
    }
  }

  private void pump(Socket from, Socket to, boolean answers) {
    var buffer = new byte[64 * 1024];
    try {
      for (int n = from.getInputStream().read(buffer);
          n > 0;
          n = from.getInputStream().read(buffer)) {
        flowing.await();
        if (answers && tellsOfCommit(buffer, n) && cuts.get() > 0 && cuts.getAndDecrement() > 0) {
          cut.incrementAndGet();
          break;
        }
        to.getOutputStream().write(buffer, 0, n);
      }
    } catch (IOException _) {
      // Either side is gone, and takes the other with it.
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      close(from, false);
      close(to, false);
    }
  }

  private static boolean tellsOfCommit(byte[] buffer, int length) {
    if (length < DONE.length) {
      return false;
    }
    for (int i = 0; i < DONE.length; i++) {
      if (buffer[length - DONE.length + i] != DONE[i]) {
        return false;
      }
    }
    return true;
  }

  private void close(Socket socket, boolean reset) {
    sockets.remove(socket);
    try {
      if (reset) {
        socket.setSoLinger(true, 0);
      }
      socket.close();
    } catch (IOException e) {
      if (!socket.isClosed()) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Override
  public void close() throws IOException {
    resume();
    listener.close();
    reset();
  }
}
