package dev.hookline.bootstrap.up;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedPostgresServerIntegrationTest {
  /** Of all: what takes long is to unpack the programs. */
  @TempDir private static Path all = Path.of("");

  private final Path folder = all.resolve("with blank");

  @Test
  void dataOutliveTheServerAndAreDurable() throws SQLException {
    try (UpFolder up = UpFolder.open(folder)) {
      try (var server = EmbeddedPostgresServer.start(up)) {
        for (String setting : new String[] {"fsync", "full_page_writes", "synchronous_commit"}) {
          assertEquals("on", query(server, "SHOW " + setting), setting);
        }
        assertEquals("UTF8", query(server, "SHOW server_encoding"));
        assertEquals("127.0.0.1", query(server, "SHOW listen_addresses"));
        assertEquals("", query(server, "SHOW unix_socket_directories"));
        execute(server, "CREATE TABLE kept AS SELECT 'größer ✓' AS text");
      }
      try (var server = EmbeddedPostgresServer.start(up)) {
        assertEquals("größer ✓", query(server, "SELECT text FROM kept"));
      }
    }
  }

  @Test
  void whyItCannotBeMadeIsSaid() throws IOException {
    Path blocked = Files.createDirectory(all.resolve("blocked"));
    Files.writeString(blocked.resolve("postgres"), "a file in its way");
    try (UpFolder up = UpFolder.open(blocked)) {
      var failed =
          assertThrows(
              EmbeddedPostgresException.class, () -> EmbeddedPostgresServer.start(up).close());
      assertEquals(
          "cannot start the embedded PostgreSQL: java.nio.file.FileAlreadyExistsException: "
              + blocked.resolve("postgres"),
          failed.getMessage());
    }
  }

  @Test
  void itWantsThePassword() {
    try (UpFolder up = UpFolder.open(folder);
        var server = EmbeddedPostgresServer.start(up)) {
      var refused =
          assertThrows(
              SQLException.class,
              () ->
                  DriverManager.getConnection(server.jdbcUrl(), server.user(), "guessed").close());
      assertEquals("28P01", refused.getSQLState());
    }
  }

  @Test
  void theServerOfAnUpThatWasKilledIsStoppedFirst() throws SQLException, IOException {
    long orphan;
    try (UpFolder up = UpFolder.open(folder)) {
      // Never closed: as if this process had been killed here.
      var server = EmbeddedPostgresServer.start(up);
      execute(server, "CREATE TABLE kept_by_it AS SELECT 1 AS n");
      orphan = postmaster();
    }
    assertTrue(runs(orphan), "still runs");
    try (UpFolder up = UpFolder.open(folder);
        var server = EmbeddedPostgresServer.start(up)) {
      assertFalse(runs(orphan), "was stopped");
      assertEquals("1", query(server, "SELECT n FROM kept_by_it"));
    }
  }

  @Test
  void aPidThatAnotherProgramHasNowIsLeftAlone() throws SQLException, IOException {
    try (UpFolder up = UpFolder.open(folder)) {
      EmbeddedPostgresServer.start(up).close();
      Files.writeString(
          folder.resolve("postgres/data/postmaster.pid"),
          ProcessHandle.current().pid() + "\n" + folder + "\n");
      try (var server = EmbeddedPostgresServer.start(up)) {
        assertEquals("1", query(server, "SELECT 1"));
      }
    }
  }

  private long postmaster() throws IOException {
    return Long.parseLong(
        Files.readAllLines(folder.resolve("postgres/data/postmaster.pid")).getFirst().strip());
  }

  /** A process that has ended but that nobody has waited for has no command any more. */
  private static boolean runs(long pid) {
    return ProcessHandle.of(pid).flatMap(process -> process.info().command()).isPresent();
  }

  private static String query(EmbeddedPostgresServer server, String sql) throws SQLException {
    try (Connection connection = connect(server);
        var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      assertTrue(rows.next(), "has a row");
      return rows.getString(1);
    }
  }

  private static void execute(EmbeddedPostgresServer server, String sql) throws SQLException {
    try (Connection connection = connect(server);
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static Connection connect(EmbeddedPostgresServer server) throws SQLException {
    return DriverManager.getConnection(server.jdbcUrl(), server.user(), server.password());
  }
}
