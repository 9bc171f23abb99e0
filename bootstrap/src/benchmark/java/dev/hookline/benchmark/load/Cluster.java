package dev.hookline.benchmark.load;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/**
 * A PostgreSQL server for this run alone, in a folder of its own that goes with it. It listens on
 * 127.0.0.1 and wants a password.
 */
final class Cluster implements AutoCloseable {
  static final String USER = "hookline";
  private static final String TEMPLATE = "migrated";
  private static final int PORT_ATTEMPTS = 100;
  private static final int FIRST_PORT = 20_000;

  /** Linux gives connections ports from 32768 on. */
  private static final int LAST_PORT = 32_000;

  private static final long PATIENCE_NANOS = 30_000_000_000L;

  /** What differs from what PostgreSQL itself comes with; the same for everybody measured. */
  static final Map<String, String> SETTINGS =
      Map.of(
          "fsync", "on",
          "synchronous_commit", "on",
          "full_page_writes", "on",
          "shared_buffers", "512MB",
          "max_wal_size", "8GB",
          "checkpoint_timeout", "15min",
          "max_connections", "200");

  private final PostgresPrograms programs;
  private final Children children;
  private final Path folder;
  private final String password = HexFormat.of().formatHex(random());
  private final List<String> unprivileged;
  private final Processors processors;
  private final int port = freePort();
  private boolean started;
  private boolean closed;

  /**
   * @param folder an empty one, which may become another user's
   */
  Cluster(PostgresPrograms programs, Children children, Path folder, Processors processors) {
    this.processors = processors;
    this.programs = programs;
    this.children = children;
    this.folder = folder;
    unprivileged =
        "root".equals(System.getProperty("user.name"))
            ? List.of("setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups")
            : List.of();
  }

  private static byte[] random() {
    byte[] bytes = new byte[16];
    new SecureRandom().nextBytes(bytes);
    return bytes;
  }

  /**
   * A port that nobody has now, and that no connection is given: one of thousands that are opened,
   * or that was closed a minute ago, would be in the way.
   */
  static int freePort() {
    for (int attempt = 0; attempt < PORT_ATTEMPTS; attempt++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST_PORT, LAST_PORT);
      try (var socket = new ServerSocket(port)) {
        return socket.getLocalPort();
      } catch (IOException _) {
        // Somebody has it.
      }
    }
    throw new BenchmarkException("no free port");
  }

  void start() {
    try {
      Path passwordFile = folder.resolve("password");
      Files.createFile(
          passwordFile,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(passwordFile, password);
      if (!unprivileged.isEmpty()) {
        UserPrincipal owner =
            folder
                .getFileSystem()
                .getUserPrincipalLookupService()
                .lookupPrincipalByName("postgres");
        Files.setOwner(folder, owner);
        Files.setOwner(passwordFile, owner);
      }
    } catch (IOException e) {
      throw new BenchmarkException(
          "cannot prepare %s (PostgreSQL does not run as root, so there it needs a user postgres)"
              .formatted(folder),
          e);
    }
    run(
        "initdb",
        "--pgdata=data",
        "--username=" + USER,
        "--pwfile=password",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--no-locale",
        "--no-sync");
    var line =
        new ArrayList<>(
            List.of(
                "-D", "data", "-p", Integer.toString(port), "-c", "listen_addresses=127.0.0.1"));
    line.addAll(List.of("-c", "unix_socket_directories="));
    SETTINGS.forEach((name, value) -> line.addAll(List.of("-c", name + "=" + value)));
    Path log = folder.resolve("server.log");
    Process server = start(line, log);
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (!answers()) {
      if (!server.isAlive() || System.nanoTime() > deadline) {
        throw new BenchmarkException("PostgreSQL does not start: " + Children.tail(log));
      }
      Waiting.millis(50);
    }
  }

  /** It is none of the children, since it has to outlive them, and its own program stops it. */
  private synchronized Process start(List<String> arguments, Path log) {
    if (closed) {
      throw new BenchmarkException("stopped");
    }
    try {
      Process server =
          builder("postgres", arguments.toArray(String[]::new))
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      started = true;
      return server;
    } catch (IOException e) {
      throw new BenchmarkException("cannot run postgres", e);
    }
  }

  private void run(String program, String... arguments) {
    children.run(builder(program, arguments), folder.resolveSibling(program + ".log"), 0);
  }

  private ProcessBuilder builder(String program, String... arguments) {
    var line = new ArrayList<>(unprivileged);
    line.addAll(processors.product());
    line.addAll(programs.command(program, arguments));
    var builder = new ProcessBuilder(line).directory(folder.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
    builder.environment().put("LC_ALL", "C");
    return builder;
  }

  private boolean answers() {
    try (Connection _ = connect("postgres")) {
      return true;
    } catch (SQLException _) {
      return false;
    }
  }

  String password() {
    return password;
  }

  int port() {
    return port;
  }

  String jdbcUrl(String database) {
    return "jdbc:postgresql://127.0.0.1:%d/%s".formatted(port, database);
  }

  Connection connect(String database) throws SQLException {
    return DriverManager.getConnection(jdbcUrl(database), USER, password);
  }

  /** The number of the process that all others of the server are below. */
  long pid() {
    try (Stream<String> lines = Files.lines(folder.resolve("data/postmaster.pid"))) {
      return Long.parseLong(lines.findFirst().orElse("0").strip());
    } catch (IOException e) {
      throw new BenchmarkException("PostgreSQL has ended", e);
    }
  }

  /** Makes an empty database with nothing in it, not even a schema. */
  String makeTemplate() {
    execute("postgres", "CREATE DATABASE " + TEMPLATE);
    return TEMPLATE;
  }

  /** Makes the database anew, migrated and without history, and lets the disk come to rest. */
  void renew(String database) {
    execute("postgres", "DROP DATABASE IF EXISTS " + database + " WITH (FORCE)");
    execute("postgres", "CREATE DATABASE %s TEMPLATE %s".formatted(database, TEMPLATE));
    execute("postgres", "CHECKPOINT");
  }

  void execute(String database, String sql) {
    try (Connection connection = connect(database);
        var statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new BenchmarkException("PostgreSQL: " + e.getMessage(), e);
    }
  }

  /** Reads one row. */
  @FunctionalInterface
  interface Reading<T> {
    T from(ResultSet row) throws SQLException;
  }

  /** The first row of what the query gives, which has one. */
  <T> T query(String database, String sql, Reading<T> reading) {
    try (Connection connection = connect(database);
        var statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      if (!rows.next()) {
        throw new BenchmarkException("no row: " + sql);
      }
      return reading.from(rows);
    } catch (SQLException e) {
      throw new BenchmarkException("PostgreSQL: " + e.getMessage(), e);
    }
  }

  /** Stops the server. */
  @Override
  public synchronized void close() {
    closed = true;
    if (started) {
      started = false;
      try {
        // Nothing of it is needed any more, so nothing is written down.
        new ProcessBuilder(
                Stream.concat(
                        unprivileged.stream(),
                        programs
                            .command("pg_ctl", "stop", "-D", "data", "-m", "immediate", "-w")
                            .stream())
                    .toList())
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor();
      } catch (IOException e) {
        System.err.println("benchmark: cannot stop PostgreSQL: " + e.getMessage());
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Deletes the folder and what is in it; symbolic links are not followed. */
  static void delete(Path folder) {
    if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (Stream<Path> walk = Files.walk(folder)) {
      for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      System.err.println("benchmark: cannot delete %s: %s".formatted(folder, e.getMessage()));
    }
  }
}
