package dev.hookline.benchmark.load;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * Strangers who keep connections busy: each sends a byte of its headers every two seconds and never
 * comes to their end. One that is closed is opened again at once.
 */
final class SlowSockets implements AutoCloseable {
  private static final long BETWEEN_BYTES = TimeUnit.SECONDS.toNanos(2);
  private static final byte[] HEAD =
      "POST /webhooks/github HTTP/1.1\r\nX-Slow: ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] MORE = {'a'};

  private final InetSocketAddress server;
  private final int count;
  private final List<InetAddress> from;
  private final AtomicLong open = new AtomicLong();
  private final AtomicLong closed = new AtomicLong();
  private final Thread thread;
  private volatile boolean stopped;

  /**
   * @param from addresses of this machine, which the sockets take in turn
   */
  SlowSockets(int port, int count, String from) {
    server = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    this.count = count;
    this.from = Stream.of(from.split(",", -1)).map(InetAddress::ofLiteral).toList();
    thread = Thread.ofPlatform().daemon().name("slow-sockets").start(this::run);
  }

  /** How many are open now. */
  long open() {
    return open.get();
  }

  /** How many have been closed on them so far. */
  long closed() {
    return closed.get();
  }

  /** One of them. */
  private static final class Slow {
    private final InetAddress from;
    private final SocketChannel channel;
    private long due;

    private Slow(InetAddress from, InetSocketAddress server) throws IOException {
      this.from = from;
      channel = SocketChannel.open();
      channel.bind(new InetSocketAddress(from, 0));
      channel.configureBlocking(false);
      channel.connect(server);
    }

    /** Whether it is still there. */
    private boolean goOn() {
      try {
        if (channel.isConnectionPending()) {
          if (channel.finishConnect()) {
            channel.write(ByteBuffer.wrap(HEAD));
          }
          return true;
        }
        channel.write(ByteBuffer.wrap(MORE));
        // An answer is read over, and the end behind it found.
        return channel.read(ByteBuffer.allocate(1024)) >= 0;
      } catch (IOException _) {
        return false;
      }
    }

    private void close() {
      try {
        channel.close();
      } catch (IOException _) {
        // It is no more of use either way.
      }
    }
  }

  private void run() {
    Queue<Slow> all = new ArrayDeque<>();
    try {
      long now = System.nanoTime();
      for (int i = 0; i < count && !stopped; i++) {
        add(all, from.get(i % from.size()), now + BETWEEN_BYTES * i / count);
      }
      while (!stopped && !all.isEmpty()) {
        Slow next = all.remove();
        Waiting.millis(Math.max(0, TimeUnit.NANOSECONDS.toMillis(next.due - System.nanoTime())));
        if (next.goOn()) {
          next.due += BETWEEN_BYTES;
          all.add(next);
        } else {
          next.close();
          closed.incrementAndGet();
          open.decrementAndGet();
          add(all, next.from, next.due + BETWEEN_BYTES);
        }
      }
    } catch (IOException e) {
      throw new BenchmarkException("cannot open a slow socket", e);
    } finally {
      all.forEach(Slow::close);
    }
  }

  private void add(Queue<Slow> all, InetAddress address, long due) throws IOException {
    var slow = new Slow(address, server);
    slow.due = due;
    all.add(slow);
    open.incrementAndGet();
  }

  @Override
  public void close() {
    stopped = true;
    try {
      thread.join();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
