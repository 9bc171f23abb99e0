package dev.hookline.bootstrap.up;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL server of our own, as durable as any other: it syncs to disk, and its data survive
 * restarts. It listens on 127.0.0.1 alone and wants a password.
 *
 * <p>It runs in a session of its own, so that Ctrl-C reaches this process first and the server only
 * when it is closed. One that an {@code up} which was killed has left running is stopped before the
 * next starts.
 */
public final class EmbeddedPostgresServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedPostgresServer.class);
  private static final String USER = "hookline";
  private static final String DATABASE = "hookline";
  private static final int ATTEMPTS = 5;
  private static final Duration BETWEEN_ATTEMPTS = Duration.ofMillis(500);

  /** What durability and the storing of any text depend on; checked on the running server. */
  private static final Map<String, String> REQUIRED =
      Map.of(
          "fsync", "on",
          "full_page_writes", "on",
          "synchronous_commit", "on",
          "server_encoding", "UTF8");

  private final Programs programs;
  private final int port;
  private final String password;

  private EmbeddedPostgresServer(Programs programs, int port, String password) {
    this.programs = programs;
    this.port = port;
    this.password = password;
  }

  /**
   * Starts the server of the folder, and makes its database first if there is none. Returns when it
   * answers.
   *
   * @throws EmbeddedPostgresException if it cannot be made or started
   */
  public static EmbeddedPostgresServer start(UpFolder up) {
    try {
      Path folder = up.path().resolve("postgres");
      PrivateFiles.makeFolder(folder);
      Path binaries = PostgresBinaries.in(folder);
      var programs = new Programs(binaries, folder, Unprivileged.choose(up.path(), folder));
      String password = programs.makeDatabase();
      programs.stopOrphan();
      int port = freePort();
      programs.start(port);
      var server = new EmbeddedPostgresServer(programs, port, password);
      server.prepareOrClose();
      return server;
    } catch (IOException e) {
      throw new EmbeddedPostgresException("cannot start the embedded PostgreSQL: " + e, e);
    }
  }

  /** Without credentials. */
  public String jdbcUrl() {
    return jdbcUrl(DATABASE);
  }

  public String user() {
    return USER;
  }

  public String password() {
    return password;
  }

  /** Ends every connection, writes everything down and stops. */
  @Override
  public void close() {
    programs.stop();
  }

  private String jdbcUrl(String database) {
    return "jdbc:postgresql://127.0.0.1:%d/%s".formatted(port, database);
  }

  private void prepareOrClose() {
    try (Connection connection = DriverManager.getConnection(jdbcUrl("postgres"), USER, password)) {
      for (Map.Entry<String, String> required : REQUIRED.entrySet()) {
        String actual = show(connection, required.getKey());
        if (!actual.equals(required.getValue())) {
          throw new EmbeddedPostgresException(
              "the embedded PostgreSQL runs with %s = %s".formatted(required.getKey(), actual));
        }
      }
      makeDatabaseIn(connection);
    } catch (SQLException e) {
      close();
      throw new EmbeddedPostgresException(
          "the embedded PostgreSQL does not answer: " + e.getMessage(), e);
    } catch (EmbeddedPostgresException e) {
      close();
      throw e;
    }
  }

  private static String show(Connection connection, String setting) throws SQLException {
    try (var statement = connection.prepareStatement("SELECT current_setting(?)")) {
      statement.setString(1, setting);
      try (var rows = statement.executeQuery()) {
        return rows.next() ? rows.getString(1) : "";
      }
    }
  }

  private static void makeDatabaseIn(Connection connection) throws SQLException {
    try (var statement = connection.createStatement();
        var rows =
            statement.executeQuery(
                "SELECT 1 FROM pg_database WHERE datname = '" + DATABASE + "'")) {
      if (rows.next()) {
        return;
      }
    }
    try (var statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE " + DATABASE);
    }
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** The server's programs, run on one data folder. */
  private record Programs(Path binaries, Path folder, Unprivileged how) {

    /** Makes the data folder if there is none, and tells the password of it. */
    String makeDatabase() throws IOException {
      Path data = folder.resolve("data");
      Path passwordFile = folder.resolve("password");
      if (Files.isDirectory(data)) {
        return Files.readString(passwordFile).strip();
      }
      byte[] random = new byte[24];
      new SecureRandom().nextBytes(random);
      String password = HexFormat.of().formatHex(random);
      PrivateFiles.write(passwordFile, password + "\n");
      Files.setAttribute(passwordFile, "unix:uid", Files.getAttribute(folder, "unix:uid"));
      // Made beside its place, so that one that is half made is never taken for whole.
      PrivateFiles.deleteTree(folder.resolve("data.new"));
      run(
          "initdb",
          "--pgdata=data.new",
          "--username=" + USER,
          "--pwfile=password",
          "--auth=scram-sha-256",
          "--encoding=UTF8",
          "--locale-provider=builtin",
          "--builtin-locale=C.UTF-8",
          "--locale=C");
      Files.move(folder.resolve("data.new"), data, StandardCopyOption.ATOMIC_MOVE);
      return password;
    }

    void stopOrphan() throws IOException {
      Path pidFile = folder.resolve("data/postmaster.pid");
      if (!Files.exists(pidFile)) {
        return;
      }
      long pid;
      try (Stream<String> lines = Files.lines(pidFile)) {
        pid = Long.parseLong(lines.findFirst().orElse("0").strip());
      } catch (NumberFormatException _) {
        pid = 0;
      }
      boolean runs =
          ProcessHandle.of(pid)
              .filter(ProcessHandle::isAlive)
              .flatMap(process -> process.info().command())
              .filter(command -> command.contains("postgres"))
              .isPresent();
      if (runs) {
        LOG.atInfo().addKeyValue("pid", pid).log("Stopping the PostgreSQL of an earlier run");
        stop();
      } else {
        // Left by a crash; the pid may by now be another program's, which the server would mistake.
        Files.deleteIfExists(pidFile);
      }
    }

    void start(int port) {
      String options =
          "-p %d -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=on"
                  .formatted(port)
              + " -c full_page_writes=on -c synchronous_commit=on";
      for (int attempt = 1; ; attempt++) {
        try {
          run(
              "pg_ctl",
              "start",
              "--pgdata=data",
              "--wait",
              "--timeout=60",
              "--log=server.log",
              "--options=" + options);
          return;
        } catch (EmbeddedPostgresException e) {
          // The children of a server that was killed need a moment to notice.
          if (attempt == ATTEMPTS || !lastLogLines().contains("shared memory block")) {
            throw new EmbeddedPostgresException(e.getMessage() + "; " + lastLogLines(), e);
          }
          pause();
        }
      }
    }

    void stop() {
      try {
        run("pg_ctl", "stop", "--pgdata=data", "--mode=fast", "--wait", "--timeout=30");
      } catch (EmbeddedPostgresException _) {
        // It recovers from its log at the next start; nothing committed is lost.
        run("pg_ctl", "stop", "--pgdata=data", "--mode=immediate", "--wait", "--timeout=10");
      }
    }

    private String lastLogLines() {
      try {
        List<String> lines = Files.readAllLines(folder.resolve("server.log"));
        return String.join(" | ", lines.subList(Math.max(0, lines.size() - 5), lines.size()));
      } catch (IOException e) {
        return "and its log cannot be read (" + e.getClass().getSimpleName() + ")";
      }
    }

    private static void pause() {
      try {
        Thread.sleep(BETWEEN_ATTEMPTS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new EmbeddedPostgresException("interrupted", e);
      }
    }

    private void run(String program, String... arguments) {
      var command = new ArrayList<>(how.prefix());
      command.add(binaries.resolve("bin").resolve(program).toString());
      command.addAll(List.of(arguments));
      var builder =
          new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
      builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
      builder.environment().put("LC_ALL", "C");
      try {
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int exit = process.waitFor();
        if (exit != 0) {
          throw new EmbeddedPostgresException(
              "%s ended with %d: %s"
                  .formatted(
                      program,
                      exit,
                      output
                          .strip()
                          .lines()
                          .reduce((_, last) -> last)
                          .orElse("")
                          .toLowerCase(Locale.ROOT)));
        }
      } catch (IOException e) {
        throw new EmbeddedPostgresException(
            "cannot run %s: %s".formatted(program, e.getMessage()), e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new EmbeddedPostgresException("interrupted", e);
      }
    }
  }
}
