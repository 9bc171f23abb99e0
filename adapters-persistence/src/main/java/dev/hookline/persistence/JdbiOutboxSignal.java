package dev.hookline.persistence;

import static java.util.stream.Collectors.toUnmodifiableSet;

import dev.hookline.application.dispatch.OutboxSignal;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Set;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** LISTEN, on a connection of its own for each listening; polling does the rest. */
final class JdbiOutboxSignal implements OutboxSignal {
  private static final Logger LOG = LoggerFactory.getLogger(JdbiOutboxSignal.class);

  private final Connector connector;
  private final RandomGenerator random;

  /**
   * @param random spreads the reconnections of many workers
   */
  JdbiOutboxSignal(Connector connector, RandomGenerator random) {
    this.connector = connector;
    this.random = random;
  }

  @Override
  public Subscription listen(Consumer<Set<Integer>> onMessages) {
    return new Listening(onMessages);
  }

  private final class Listening implements Subscription {
    // A dead peer wakes nobody who only waits, so a quiet connection is asked whether it lives.
    private static final Duration QUIET = Duration.ofSeconds(5);
    private static final Duration PATIENCE_OF_CLOSE = Duration.ofSeconds(2);
    private static final long LONGEST_PAUSE_MILLIS = 5_000;

    private final Consumer<Set<Integer>> onMessages;
    private final Thread thread;
    private volatile boolean closed;

    Listening(Consumer<Set<Integer>> onMessages) {
      this.onMessages = onMessages;
      thread = Thread.ofVirtual().name("outbox-listener").start(this::run);
    }

    private void run() {
      long pause = 100;
      while (!closed) {
        long before = System.nanoTime();
        try {
          listen();
        } catch (SQLException e) {
          if (closed) {
            return;
          }
          LOG.warn(
              "New messages are found by polling until the database listens again: {}",
              e.getMessage());
        }
        boolean held = System.nanoTime() - before > QUIET.toNanos();
        pause = held ? 100 : Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
        try {
          Thread.sleep(pause / 2 + random.nextLong(pause / 2));
        } catch (InterruptedException _) {
          Thread.currentThread().interrupt();
          return;
        }
      }
    }

    private void listen() throws SQLException {
      try (Connection connection = connector.listening();
          Statement statement = connection.createStatement()) {
        statement.execute("LISTEN " + Notifier.CHANNEL);
        // What came while nobody listened.
        onMessages.accept(ALL_LANES);
        var driver = connection.unwrap(PGConnection.class);
        while (!closed) {
          PGNotification[] heard = driver.getNotifications((int) QUIET.toMillis());
          if (heard != null && heard.length > 0) {
            onMessages.accept(
                Stream.of(heard)
                    .map(notification -> lanes(notification.getParameter()))
                    .flatMap(Set::stream)
                    .collect(toUnmodifiableSet()));
          } else {
            statement.execute("SELECT 1");
          }
        }
      }
    }

    /** An older intake names no lanes, and a pause concerns them all. */
    private static Set<Integer> lanes(String told) {
      try {
        return Stream.of(told.split(Notifier.SEPARATOR))
            .map(Integer::valueOf)
            .collect(toUnmodifiableSet());
      } catch (NumberFormatException _) {
        return ALL_LANES;
      }
    }

    @Override
    public void close() {
      closed = true;
      // Closes the socket that the thread reads from.
      thread.interrupt();
      Connector.await(thread, PATIENCE_OF_CLOSE);
    }
  }
}
