package dev.hookline.torture;

import dev.hookline.bootstrap.up.EmbeddedPostgresServer;
import dev.hookline.bootstrap.up.UpFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A real PostgreSQL that can be killed with all its processes, and started again. */
final class Cluster implements AutoCloseable {
  private final UpFolder folder;
  private EmbeddedPostgresServer server;

  Cluster(Path folder) throws SQLException {
    this.folder = UpFolder.open(folder);
    this.server = EmbeddedPostgresServer.start(this.folder);
    loseWhatIsNotSynchronous();
  }

  /**
   * What no commit waits for stays in memory for long, and is lost with the processes: else the
   * system would have it, and write it down after their death.
   */
  private void loseWhatIsNotSynchronous() throws SQLException {
    execute("ALTER SYSTEM SET wal_buffers = '64MB'");
    execute("ALTER SYSTEM SET wal_writer_delay = '10s'");
    execute("ALTER SYSTEM SET wal_writer_flush_after = '1GB'");
    server.close();
    server = EmbeddedPostgresServer.start(folder);
  }

  /** What a row says. */
  @FunctionalInterface
  interface Reading<T> {
    T read(ResultSet row) throws SQLException;
  }

  synchronized int port() {
    String url = server.jdbcUrl();
    return Integer.parseInt(url.substring(url.lastIndexOf(':') + 1, url.lastIndexOf('/')));
  }

  synchronized String user() {
    return server.user();
  }

  synchronized String password() {
    return server.password();
  }

  /** As a power cut for the server's processes, though not for the disk. */
  synchronized void killAndRestart() throws IOException, InterruptedException {
    Path pidFile = folder.path().resolve("postgres/data/postmaster.pid");
    long pid;
    try (Stream<String> lines = Files.lines(pidFile)) {
      pid = Long.parseLong(lines.findFirst().orElseThrow().strip());
    }
    ProcessHandle postmaster = ProcessHandle.of(pid).orElseThrow();
    List<ProcessHandle> all = new ArrayList<>(List.of(postmaster));
    postmaster.descendants().forEach(all::add);
    // All with one command: who outlives the others for a moment still writes.
    var kill = new ArrayList<>(List.of("kill", "-KILL"));
    all.forEach(process -> kill.add(Long.toString(process.pid())));
    new ProcessBuilder(kill).start().waitFor();
    all.forEach(process -> process.onExit().join());
    server = EmbeddedPostgresServer.start(folder);
  }

  private synchronized Connection connect() throws SQLException {
    return DriverManager.getConnection(server.jdbcUrl(), server.user(), server.password());
  }

  <T> List<T> query(String sql, Reading<T> reading) throws SQLException {
    try (Connection connection = connect();
        var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      var all = new ArrayList<T>();
      while (rows.next()) {
        all.add(reading.read(rows));
      }
      return all;
    }
  }

  void execute(String sql) throws SQLException {
    try (Connection connection = connect();
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Override
  public synchronized void close() {
    server.close();
    folder.close();
  }
}
