package dev.hookline.persistence;

import static java.util.stream.Collectors.joining;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.BitSet;
import java.util.Collection;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells listening workers in which lanes there are new messages, after their commit, on a
 * connection of its own: a NOTIFY inside the accepting transaction would keep PostgreSQL from
 * grouping commits. Signals that come while one is on its way are one.
 */
final class Notifier implements AutoCloseable {
  static final String CHANNEL = "hookline_outbox";

  /** Stands between the ids of lanes. */
  static final String SEPARATOR = ",";

  private static final Duration MINIMUM_GAP = Duration.ofMillis(5);
  private static final Duration PATIENCE_OF_CLOSE = Duration.ofSeconds(2);
  private static final Logger LOG = LoggerFactory.getLogger(Notifier.class);

  private final Connector connector;
  private final Semaphore wakeUps = new Semaphore(0);

  /** The lanes still to be told of, a bit for each. */
  private final AtomicLong pending = new AtomicLong();

  private volatile boolean closed;
  private final Thread thread;
  private @Nullable Connection connection;
  private boolean failing;

  Notifier(Connector connector) {
    this.connector = connector;
    thread = Thread.ofVirtual().name("outbox-notifier").start(this::run);
  }

  /**
   * Never blocks and never fails: whoever misses it polls.
   *
   * @param lanes the ids of the lanes that have new messages
   */
  void signal(Collection<Integer> lanes) {
    long told = lanes.stream().mapToLong(lane -> 1L << lane).reduce(0, (a, b) -> a | b);
    if (told != 0 && pending.getAndAccumulate(told, (a, b) -> a | b) == 0) {
      wakeUps.release();
    }
  }

  private void run() {
    try {
      while (!closed || pending.get() != 0) {
        wakeUps.acquire();
        long lanes = pending.getAndSet(0);
        if (lanes != 0) {
          tell(lanes);
          Thread.sleep(MINIMUM_GAP);
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      disconnect();
    }
  }

  private void tell(long lanes) {
    try {
      Connection open = connection == null ? connector.connect("notify") : connection;
      connection = open;
      try (Statement statement = open.createStatement()) {
        statement.execute("NOTIFY %s, '%s'".formatted(CHANNEL, ids(lanes)));
      }
      failing = false;
    } catch (SQLException e) {
      disconnect();
      if (!failing) {
        LOG.warn(
            "Workers are not told of new messages and find them by polling: {}", e.getMessage());
      }
      failing = true;
    }
  }

  private static String ids(long lanes) {
    return BitSet.valueOf(new long[] {lanes}).stream()
        .mapToObj(Integer::toString)
        .collect(joining(SEPARATOR));
  }

  private void disconnect() {
    Connection open = connection;
    connection = null;
    if (open != null) {
      Connector.close(open);
    }
  }

  /** Tells what is still to be told, since a command closes as soon as it has stored something. */
  @Override
  public void close() {
    closed = true;
    wakeUps.release();
    Connector.await(thread, PATIENCE_OF_CLOSE);
    thread.interrupt();
  }
}
