package dev.hookline.persistence;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the pool's connections, and tries on while the database is away. The pool itself would wait
 * twice as long after each failure, up to 5 s (HikariCP 7.1.0), and so find out that late that the
 * database is back.
 */
final class PersistentSource extends ConnectorSource {
  private static final Duration BETWEEN_TRIES = Duration.ofMillis(200);
  private static final Logger LOG = LoggerFactory.getLogger(PersistentSource.class);

  /** The pool, when it closes, waits so long for what is being opened. */
  private static final int SECONDS_TO_CLOSE = 3;

  private final Connector connector;
  private volatile boolean closed;

  PersistentSource(Connector connector) {
    this.connector = connector;
  }

  /** From now on no connection is waited for. */
  void close() {
    closed = true;
  }

  /** Waits for the database, however long it is away; ended by an interrupt or by closing. */
  @Override
  public Connection getConnection() throws SQLException {
    for (boolean told = false; ; told = true) {
      try {
        return connector.pooled();
      } catch (SQLException e) {
        if (closed || Fault.of(e) == Fault.DEFECT) {
          throw e;
        }
        if (!told) {
          LOG.warn("No connection to the database can be opened; trying on: {}", e.getMessage());
        }
        pause(e);
      }
    }
  }

  private static void pause(SQLException why) throws SQLException {
    try {
      Thread.sleep(BETWEEN_TRIES);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw why;
    }
  }

  @Override
  public int getLoginTimeout() {
    return SECONDS_TO_CLOSE;
  }
}
