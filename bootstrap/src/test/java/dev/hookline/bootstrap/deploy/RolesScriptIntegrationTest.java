package dev.hookline.bootstrap.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The script that makes database and roles, run by psql on a server like those before version 15.
 */
class RolesScriptIntegrationTest {
  @TempDir private Path folder = Path.of("");

  @Test
  void theOwnerAloneMayMakeObjectsAndNobodyIsLeftWithoutAPassword() throws Exception {
    var psql = InstalledProgram.named("psql");
    try (var server = EmbeddedPostgres.builder().start()) {
      execute(
          server.getDatabase("postgres", "template1").getConnection(),
          "ALTER SCHEMA public OWNER TO postgres; GRANT CREATE ON SCHEMA public TO PUBLIC");
      Files.writeString(folder.resolve("db-owner"), "owner-password");
      Files.writeString(folder.resolve("db-intake"), "intake-password");
      assertEquals(3, run(psql, server));
      assertEquals("0", query(server, "SELECT count(*) FROM pg_roles WHERE rolname ~ '^hookline'"));

      Files.writeString(folder.resolve("db-worker"), "worker-password");
      assertEquals(0, run(psql, server));
      assertEquals(0, run(psql, server));
      assertEquals(
          "3",
          query(
              server,
              "SELECT count(*) FROM pg_authid WHERE rolname ~ '^hookline' AND rolpassword <> ''"));
      execute(server.getDatabase("hookline", "hookline").getConnection(), "CREATE TABLE own ()");
      try (var worker = server.getDatabase("hookline_worker", "hookline").getConnection()) {
        var refused =
            assertThrows(SQLException.class, () -> execute(worker, "CREATE TABLE other ()"));
        assertEquals("42501", refused.getSQLState());
      }
    }
  }

  private int run(InstalledProgram psql, EmbeddedPostgres server)
      throws IOException, InterruptedException {
    Path script =
        Files.writeString(
            folder.resolve("roles.sql"),
            DeployFile.of("postgres", "roles.sql").text().replace("/run/secrets/", folder + "/"));
    return new ProcessBuilder(
            List.of(
                psql.path().toString(),
                "-qX",
                "-h",
                "localhost",
                "-p",
                Integer.toString(server.getPort()),
                "-U",
                "postgres",
                "-d",
                "postgres",
                "-f",
                script.toString()))
        .inheritIO()
        .start()
        .waitFor();
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (connection;
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String query(EmbeddedPostgres server, String sql) throws SQLException {
    try (var connection = server.getPostgresDatabase().getConnection();
        var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    }
  }
}
