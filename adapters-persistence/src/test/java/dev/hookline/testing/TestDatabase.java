package dev.hookline.testing;

import static java.util.Objects.requireNonNullElse;

import dev.hookline.persistence.DatabaseSettings;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.postgresql.PostgreSQLContainer;

/**
 * A fresh database on a server that all tests of one JVM share: the one that {@code
 * HOOKLINE_TEST_DB_URL} names, else PostgreSQL in a container, else the embedded binaries. With
 * none of them the test fails.
 */
public final class TestDatabase implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(TestDatabase.class.getName());
  private static final String ROLES_PASSWORD = "password-of-a-role";
  private static final AtomicInteger COUNT = new AtomicInteger();

  private final Server server;
  private final String name;
  private final List<String> roles = new ArrayList<>();

  private TestDatabase(Server server, String name) {
    this.server = server;
    this.name = name;
  }

  /** Makes an empty database; the schema is still to be migrated. */
  public static TestDatabase create() {
    String name = "hookline_" + ProcessHandle.current().pid() + "_" + COUNT.incrementAndGet();
    Server server = Running.SERVER;
    server.execute("CREATE DATABASE " + name);
    var database = new TestDatabase(server, name);
    // As it is from PostgreSQL 15 on.
    database.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC");
    return database;
  }

  public String url() {
    return server.url(name);
  }

  public @Nullable String user() {
    return server.user();
  }

  public @Nullable String password() {
    return server.password();
  }

  /** How the adapters reach it, with waits that a busy test machine can keep. */
  public DatabaseSettings settings() {
    return DatabaseSettings.of(url(), user(), password())
        .withStatementTimeout(Duration.ofSeconds(10), Duration.ofSeconds(5));
  }

  /** The name of a role that no other database knows; it goes with this one. */
  public String nameRole(String duty) {
    String role = name + "_" + duty;
    roles.add(role);
    return role;
  }

  /** The same, as another role; it is given the password that it logs in with. */
  public DatabaseSettings settings(String role) {
    execute("ALTER ROLE \"%s\" LOGIN PASSWORD '%s'".formatted(role, ROLES_PASSWORD));
    return DatabaseSettings.of(url(), role, ROLES_PASSWORD)
        .withStatementTimeout(Duration.ofSeconds(10), Duration.ofSeconds(5));
  }

  /** A connection of the test's own. */
  public Connection connect() throws SQLException {
    return server.connect(name);
  }

  /** Runs a statement of the test's own. */
  public void execute(String sql) {
    try (var connection = connect();
        var statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  /** The one value that a query of the test's own gives, as text. */
  public String query(String sql) {
    try (var connection = connect();
        var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      rows.next();
      return String.valueOf(rows.getString(1));
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  /** Drops the database, whoever is connected, and its roles. */
  @Override
  public void close() {
    server.execute("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)");
    roles.forEach(role -> server.execute("DROP ROLE IF EXISTS \"%s\"".formatted(role)));
  }

  private static final class Running {
    static final Server SERVER = start();
  }

  private static Server start() {
    String url = System.getenv("HOOKLINE_TEST_DB_URL");
    if (url != null) {
      LOG.info("Tests use the PostgreSQL of HOOKLINE_TEST_DB_URL");
      return new Server(
          url, System.getenv("HOOKLINE_TEST_DB_USER"), System.getenv("HOOKLINE_TEST_DB_PASSWORD"));
    }
    return contained().orElseGet(TestDatabase::embedded);
  }

  /**
   * An engine may answer and still have no image, nor a way to one: that must not take for ever.
   */
  private static Optional<Server> contained() {
    var attempt = new FutureTask<>(TestDatabase::container);
    Thread.ofPlatform().daemon().start(attempt);
    try {
      return attempt.get(90, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      LOG.log(Level.WARNING, "No PostgreSQL came from the Docker engine", e);
      return Optional.empty();
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted while PostgreSQL started", e);
    }
  }

  @SuppressWarnings("resource") // It runs until the JVM ends, and then is removed.
  private static Optional<Server> container() {
    if (!DockerClientFactory.instance().isDockerAvailable()) {
      return Optional.empty();
    }
    // The container's own command switches fsync off, and Hookline refuses such a server.
    var container = new PostgreSQLContainer("postgres:18-alpine").withCommand("postgres");
    container.start();
    Runtime.getRuntime().addShutdownHook(new Thread(container::stop));
    LOG.info("Tests use PostgreSQL in a container: " + container.getDockerImageName());
    return Optional.of(
        new Server(container.getJdbcUrl(), container.getUsername(), container.getPassword()));
  }

  private static Server embedded() {
    try {
      EmbeddedPostgres embedded = EmbeddedPostgres.builder().setServerConfig("fsync", "on").start();
      LOG.info("Tests use the embedded PostgreSQL");
      return new Server(
          "jdbc:postgresql://localhost:%d/postgres".formatted(embedded.getPort()),
          "postgres",
          null);
    } catch (IOException e) {
      throw new UncheckedIOException("no PostgreSQL for the tests", e);
    }
  }

  /**
   * @param url to a database on it in which databases can be made
   */
  private record Server(String url, @Nullable String user, @Nullable String password) {
    String url(String database) {
      int parameters = url.indexOf('?');
      String place = parameters < 0 ? url : url.substring(0, parameters);
      String rest = parameters < 0 ? "" : url.substring(parameters);
      return place.substring(0, place.lastIndexOf('/') + 1) + database + rest;
    }

    Connection connect(String database) throws SQLException {
      return connectTo(url(database));
    }

    private Connection connectTo(String where) throws SQLException {
      var properties = new Properties();
      if (user != null) {
        properties.setProperty("user", user);
        properties.setProperty("password", requireNonNullElse(password, ""));
      }
      return DriverManager.getConnection(where, properties);
    }

    void execute(String sql) {
      try (var connection = connectTo(url);
          var statement = connection.createStatement()) {
        statement.execute(sql);
      } catch (SQLException e) {
        throw new IllegalStateException(sql, e);
      }
    }
  }
}
