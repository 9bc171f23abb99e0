package dev.hookline.persistence;

import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How to reach the database and how long to wait for it. Each wait ends after seconds, so that a
 * database which hangs holds nothing for long. What a webhook may wait can be less, and is bounded
 * apart, where it is accepted.
 *
 * @param url {@code jdbc:postgresql://...}; it may name several hosts, of which the primary is used
 * @param user null where the URL or the driver's defaults name it
 * @param password asked anew for each connection, so that it may change; null where there is none
 * @param poolSize the most connections for statements, at least 1; listening and notifying hold one
 *     more each, and upkeep or an audit has one while it runs
 * @param applicationName how the connections show in {@code pg_stat_activity}
 * @param connectTimeout how long a connection may take to open or to become free
 * @param socketTimeout how long the server may be silent while it owes an answer, at least a second
 * @param statementTimeout how long one statement may run
 * @param lockTimeout how long a statement may wait for a lock
 */
public record DatabaseSettings(
    String url,
    @Nullable String user,
    @Nullable Supplier<String> password,
    int poolSize,
    String applicationName,
    Duration connectTimeout,
    Duration socketTimeout,
    Duration statementTimeout,
    Duration lockTimeout) {

  public DatabaseSettings {
    if (!url.startsWith("jdbc:postgresql:")) {
      throw new IllegalArgumentException("a database URL begins with jdbc:postgresql:");
    }
    if (poolSize < 1) {
      throw new IllegalArgumentException("at least one connection, not " + poolSize);
    }
  }

  /** With a password that stays, the default waits of 1 to 3 seconds and a pool of 10. */
  public static DatabaseSettings of(String url, @Nullable String user, @Nullable String password) {
    if (password == null) {
      return withPassword(url, user, null);
    }
    String fixed = password;
    return withPassword(url, user, () -> fixed);
  }

  /** The same with a password that may change. */
  public static DatabaseSettings withPassword(
      String url, @Nullable String user, @Nullable Supplier<String> password) {
    return new DatabaseSettings(
        url,
        user,
        password,
        10,
        "hookline",
        Duration.ofSeconds(1),
        Duration.ofSeconds(3),
        Duration.ofSeconds(2),
        Duration.ofSeconds(1));
  }

  public DatabaseSettings withPoolSize(int size) {
    return new DatabaseSettings(
        url,
        user,
        password,
        size,
        applicationName,
        connectTimeout,
        socketTimeout,
        statementTimeout,
        lockTimeout);
  }

  public DatabaseSettings withApplicationName(String name) {
    return new DatabaseSettings(
        url,
        user,
        password,
        poolSize,
        name,
        connectTimeout,
        socketTimeout,
        statementTimeout,
        lockTimeout);
  }

  public DatabaseSettings withStatementTimeout(Duration statement, Duration lock) {
    return new DatabaseSettings(
        url,
        user,
        password,
        poolSize,
        applicationName,
        connectTimeout,
        socketTimeout,
        statement,
        lock);
  }

  /** The password that is valid now; null where there is none. */
  @Nullable String passwordNow() {
    return password == null ? null : password.get();
  }

  /** Without the password, in whichever place it stands. */
  @Override
  public String toString() {
    int parameters = url.indexOf('?');
    String place = parameters < 0 ? url : url.substring(0, parameters) + "?***";
    return "DatabaseSettings[%s as %s, password %s, pool %d]"
        .formatted(place, user, password == null ? "none" : "***", poolSize);
  }
}
