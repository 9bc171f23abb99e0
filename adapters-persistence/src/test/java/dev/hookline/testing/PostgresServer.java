package dev.hookline.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hookline.persistence.DatabaseSettings;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * A PostgreSQL server of one test's own, to be stopped, killed, frozen or configured badly. It
 * keeps its port and its data when it is started again, and lets everybody in from this machine.
 */
public final class PostgresServer implements AutoCloseable {
  public static final String USER = "postgres";

  private static final Duration WAIT = Duration.ofSeconds(10);

  private final Path data;
  private final int port;

  private PostgresServer(Path data, int port) {
    this.data = data;
    this.port = port;
  }

  /**
   * Makes a server that is durable, and starts it.
   *
   * @param folder an empty one, in which it keeps its data
   * @param settings {@code name = value}, as in its configuration file
   */
  public static PostgresServer start(Path folder, String... settings) {
    var server = make(folder, Template.MADE.data());
    server.configure(settings);
    server.start();
    return server;
  }

  private static PostgresServer make(Path folder, Path from) {
    try {
      Files.createDirectories(folder);
      var server = new PostgresServer(folder.resolve("data"), Ports.free());
      copy(from, server.data);
      server.configure("port = " + server.port);
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Makes and starts a standby that streams what this server writes. This server is stopped for a
   * moment meanwhile.
   *
   * @param folder an empty one, in which the standby keeps its data
   */
  public PostgresServer startStandby(Path folder) {
    stop();
    PostgresServer standby = make(folder, data);
    standby.configure(
        "primary_conninfo = 'host=127.0.0.1 port=%d user=%s application_name=standby'"
            .formatted(port, USER));
    try {
      Files.createFile(standby.data.resolve("standby.signal"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    start();
    standby.start();
    return standby;
  }

  /** Adds lines to its configuration, for its next start. */
  public void configure(String... settings) {
    append("postgresql.conf", settings);
  }

  /** Replaces the rules by which it lets anybody in, for its next start. */
  public void letIn(String... rules) {
    try {
      Files.write(data.resolve("pg_hba.conf"), List.of(rules));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void append(String file, String... lines) {
    try {
      Files.write(data.resolve(file), List.of(lines), StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Has it write its log into another folder; it must not run meanwhile.
   *
   * @param elsewhere a folder that does not exist
   */
  public void keepLogIn(Path elsewhere) {
    Path log = data.resolve("pg_wal");
    try {
      copy(log, elsewhere);
      Files.move(log, data.resolve("pg_wal.before"));
      Files.createSymbolicLink(log, elsewhere);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where it keeps its data. */
  public Path data() {
    return data;
  }

  public int port() {
    return port;
  }

  public String url(String database) {
    return "jdbc:postgresql://127.0.0.1:%d/%s".formatted(port, database);
  }

  /** How the adapters reach the database that every server has, with the default waits. */
  public DatabaseSettings settings() {
    return DatabaseSettings.of(url("postgres"), USER, null);
  }

  /** Starts it, and waits until it answers. */
  public void start() {
    run("start", "-l", data.resolveSibling(data.getFileName() + ".log").toString());
  }

  /** Ends every connection and stops it. */
  public void stop() {
    run("stop", "-m", "fast");
  }

  /** Makes a primary of this standby. */
  public void promote() {
    run("promote");
  }

  /** Kills all of its processes, as a crash would; it is down then. */
  public void kill() {
    signal("KILL", processes());
    try {
      // Its number may be another process's by the next start, which the server would mistake.
      Files.deleteIfExists(pidFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Kills one of its processes, as the kernel does when memory is short. */
  public static void kill(long process) {
    signal("KILL", List.of(process));
  }

  /** Stops all of its processes where they are: it stays silent, and closes nothing. */
  public void freeze() {
    signal("STOP", processes());
  }

  /** Lets them go on. */
  public void thaw() {
    signal("CONT", processes());
  }

  /** Whether it runs, frozen or not. */
  public boolean isUp() {
    return postmaster().map(PostgresServer::runs).orElse(false);
  }

  /** One that has ended, but that nobody has waited for, has no command any more. */
  private static boolean runs(ProcessHandle process) {
    return process.info().command().isPresent();
  }

  // The one that makes the others first.
  private List<Long> processes() {
    ProcessHandle first = postmaster().orElseThrow();
    return Stream.concat(Stream.of(first), first.descendants()).map(ProcessHandle::pid).toList();
  }

  private Optional<ProcessHandle> postmaster() {
    try (Stream<String> lines = Files.lines(pidFile())) {
      return ProcessHandle.of(Long.parseLong(lines.findFirst().orElse("0").strip()));
    } catch (NoSuchFileException _) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path pidFile() {
    return data.resolve("postmaster.pid");
  }

  private static void signal(String signal, List<Long> processes) {
    var handles = processes.stream().flatMap(pid -> ProcessHandle.of(pid).stream()).toList();
    for (ProcessHandle process : handles) {
      // One of them may have ended by itself meanwhile.
      execute(List.of("sh", "-c", "kill -%s %d || true".formatted(signal, process.pid())));
    }
    while (signal.equals("KILL") && handles.stream().anyMatch(PostgresServer::runs)) {
      LockSupport.parkNanos(1_000_000);
    }
  }

  /** A connection of the test's own. */
  public Connection connect() throws SQLException {
    return DriverManager.getConnection(url("postgres"), USER, "");
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

  @Override
  public void close() {
    if (isUp()) {
      thaw();
      run("stop", "-m", "immediate");
    }
  }

  private void run(String action, String... arguments) {
    var line = new ArrayList<>(unprivileged());
    line.add(Template.MADE.programs().resolve("pg_ctl").toString());
    line.addAll(
        List.of(action, "-D", data.toString(), "-w", "-t", Long.toString(WAIT.toSeconds())));
    line.addAll(List.of(arguments));
    execute(line);
  }

  /** PostgreSQL refuses to run as root; in a namespace of its own it is nobody. */
  private static List<String> unprivileged() {
    return "root".equals(System.getProperty("user.name")) ? List.of("unshare", "-U") : List.of();
  }

  private static void execute(List<String> line) {
    try {
      Path output = Files.createTempFile("server", ".out");
      Process process =
          new ProcessBuilder(line)
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      int exit = process.waitFor();
      String said = Files.readString(output, UTF_8);
      Files.delete(output);
      if (exit != 0) {
        throw new IllegalStateException("%s ended with %d: %s".formatted(line, exit, said));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
              throws IOException {
            Path copy = Files.createDirectory(to.resolve(from.relativize(folder).toString()));
            Files.setPosixFilePermissions(copy, Files.getPosixFilePermissions(folder));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Path copy = Files.copy(file, to.resolve(from.relativize(file).toString()));
            Files.setPosixFilePermissions(copy, Files.getPosixFilePermissions(file));
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /**
   * What servers are copied from.
   *
   * @param data of a server that was never used
   * @param programs the folder of {@code pg_ctl}
   */
  private record Template(Path data, Path programs) {
    static final Template MADE = make();

    private static Template make() {
      try {
        Path data = Files.createTempDirectory("postgres").resolve("data");
        EmbeddedPostgres first =
            EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .setServerConfig("fsync", "on")
                .start();
        String programs;
        try (var connection = first.getPostgresDatabase().getConnection();
            var statement = connection.createStatement();
            var rows =
                statement.executeQuery("SELECT setting FROM pg_config WHERE name = 'BINDIR'")) {
          rows.next();
          programs = rows.getString(1);
        }
        first.close();
        Files.write(
            data.resolve("postgresql.conf"),
            List.of("unix_socket_directories = ''", "timezone = 'UTC'", "max_connections = 50"),
            StandardOpenOption.APPEND);
        return new Template(data, Path.of(programs));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
