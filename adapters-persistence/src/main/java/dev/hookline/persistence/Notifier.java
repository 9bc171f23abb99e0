package dev.hookline.persistence;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells listening workers of new messages after their commit, on a connection of its own: a NOTIFY
 * inside the accepting transaction would keep PostgreSQL from grouping commits. Signals that come
 * while one is on its way are one.
 */
final class Notifier implements AutoCloseable {
  static final String CHANNEL = "hookline_outbox";

  private static final Duration MINIMUM_GAP = Duration.ofMillis(5);
  private static final Duration PATIENCE_OF_CLOSE = Duration.ofSeconds(2);
  private static final Logger LOG = LoggerFactory.getLogger(Notifier.class);

  private final Connector connector;
  private final Semaphore wakeUps = new Semaphore(0);
  private final AtomicBoolean pending = new AtomicBoolean();
  private volatile boolean closed;
  private final Thread thread;
  private @Nullable Connection connection;
  private boolean failing;

  Notifier(Connector connector) {
    this.connector = connector;
    thread = Thread.ofVirtual().name("outbox-notifier").start(this::run);
  }

  /** Never blocks and never fails: whoever misses it polls. */
  void signal() {
    if (!pending.getAndSet(true)) {
      wakeUps.release();
    }
  }

  private void run() {
    try {
      while (!closed || pending.get()) {
        wakeUps.acquire();
        if (pending.getAndSet(false)) {
          tell();
          Thread.sleep(MINIMUM_GAP);
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      disconnect();
    }
  }

  private void tell() {
    try {
      Connection open = connection == null ? connector.connect("notify") : connection;
      connection = open;
      try (Statement statement = open.createStatement()) {
        statement.execute("NOTIFY " + CHANNEL);
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
