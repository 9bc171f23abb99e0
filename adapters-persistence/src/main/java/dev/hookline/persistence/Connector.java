package dev.hookline.persistence;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Locale;
import java.util.Properties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens every connection that there is, for the pool and beside it. */
final class Connector {
  private static final Logger LOG = LoggerFactory.getLogger(Connector.class);

  private final DatabaseSettings settings;

  Connector(DatabaseSettings settings) {
    this.settings = settings;
  }

  /**
   * @param purpose shows after the application's name in {@code pg_stat_activity}
   */
  Connection connect(String purpose) throws SQLException {
    return open(settings.applicationName() + " " + purpose, seconds(settings.socketTimeout()));
  }

  /** A connection that hears notifications as they come. */
  Connection listening() throws SQLException {
    Properties properties = properties();
    properties.setProperty("socketFactory", PromptSockets.class.getName());
    return open(
        settings.applicationName() + " listen", seconds(settings.socketTimeout()), properties);
  }

  /** A connection for the pool. */
  Connection pooled() throws SQLException {
    return open(settings.applicationName(), seconds(settings.socketTimeout()));
  }

  /**
   * A connection without any waits, for migrations: they set their own, and one connection holds
   * their lock while another works.
   *
   * @throws SQLException if it cannot be opened
   */
  Connection migrating() throws SQLException {
    return bare(settings.applicationName() + " migrate", "0", properties());
  }

  private Connection open(String applicationName, String socketTimeout) throws SQLException {
    return open(applicationName, socketTimeout, properties());
  }

  private Connection open(String applicationName, String socketTimeout, Properties properties)
      throws SQLException {
    Connection connection = bare(applicationName, socketTimeout, properties);
    try (var statement = connection.createStatement()) {
      statement.execute(sessionSql());
    } catch (SQLException e) {
      close(connection);
      throw e;
    }
    return connection;
  }

  private Connection bare(String applicationName, String socketTimeout, Properties properties)
      throws SQLException {
    properties.setProperty("ApplicationName", applicationName);
    properties.setProperty("socketTimeout", socketTimeout);
    if (settings.user() != null) {
      properties.setProperty("user", settings.user());
    }
    String password = settings.passwordNow();
    if (password != null) {
      properties.setProperty("password", password);
    }
    return DriverManager.getConnection(settings.url(), properties);
  }

  /**
   * A connection without the short waits, for upkeep and audits.
   *
   * @throws SQLException if it cannot be opened
   */
  Connection unhurried() throws SQLException {
    Connection connection = open(settings.applicationName() + " upkeep", "0");
    try (var statement = connection.createStatement()) {
      statement.execute("SET statement_timeout = 0; SET lock_timeout = '1min'");
    } catch (SQLException e) {
      close(connection);
      throw e;
    }
    return connection;
  }

  /** What every connection tells the driver; parameters in the URL go before it. */
  private Properties properties() {
    var properties = new Properties();
    properties.setProperty("assumeMinServerVersion", "14");
    properties.setProperty("tcpKeepAlive", "true");
    // Of several hosts, and after a failover, the one that takes writes.
    properties.setProperty("targetServerType", "primary");
    // The detail of a failure is the row that it is about, event and all.
    properties.setProperty("logServerErrorDetail", "false");
    properties.setProperty("connectTimeout", seconds(settings.connectTimeout()));
    properties.setProperty("cancelSignalTimeout", seconds(settings.connectTimeout()));
    return properties;
  }

  /** What every session begins with. */
  private String sessionSql() {
    // An accepted event is durable, whatever the server's default; a stronger setting stays.
    return """
    SET statement_timeout = %d; SET lock_timeout = %d; SET idle_in_transaction_session_timeout = 10000;
    SELECT set_config('synchronous_commit', 'on', false)
    WHERE current_setting('synchronous_commit') IN ('off', 'local', 'remote_write')
    """
        .formatted(settings.statementTimeout().toMillis(), settings.lockTimeout().toMillis());
  }

  private static String seconds(Duration duration) {
    return String.format(Locale.ROOT, "%d", Math.max(1, duration.plusMillis(999).toSeconds()));
  }

  static void close(Connection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      LOG.debug("A connection did not close cleanly", e);
    }
  }

  static void await(Thread thread, Duration patience) {
    try {
      if (!thread.join(patience)) {
        LOG.warn("Thread {} did not end within {}", thread.getName(), patience);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
