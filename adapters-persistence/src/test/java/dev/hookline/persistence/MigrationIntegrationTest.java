package dev.hookline.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.hookline.testing.TestDatabase;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class MigrationIntegrationTest {
  private final TestDatabase server = TestDatabase.create();
  private final Database database = Database.open(server.settings(), new Random(1));

  @AfterEach
  void close() {
    database.close();
    server.close();
  }

  @Test
  void schemaIsMissingUntilItIsMigrated() {
    assertEquals(SchemaState.MISSING, database.schema());

    database.migrate();
    database.migrate();

    assertEquals(SchemaState.FITS, database.schema());
  }

  @Test
  void schemaOfALaterBuildIsNewer() {
    database.migrate();
    server.execute(
        """
        INSERT INTO schema_history
        SELECT installed_rank + 1, '%d', description, type, script, checksum, installed_by,
          installed_on, execution_time, success
        FROM schema_history WHERE version = '%d'
        """
            .formatted(Database.SCHEMA_VERSION + 1, Database.SCHEMA_VERSION));

    assertEquals(SchemaState.NEWER, database.schema());
  }

  @Test
  void migrationThatFailedIsNone() {
    database.migrate();
    server.execute("UPDATE schema_history SET success = false");

    assertEquals(SchemaState.MISSING, database.schema());
  }

  @Test
  void everyTableAndColumnIsExplained() {
    database.migrate();

    assertEquals(
        "",
        server.query(
            """
            SELECT coalesce(string_agg(c.relname || coalesce('.' || a.attname, ''), ', '), '')
            FROM pg_class c
            LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
              AND NOT c.relispartition AND c.relname <> 'schema_history'
              AND (obj_description(c.oid, 'pg_class') IS NULL
                OR col_description(c.oid, a.attnum) IS NULL)
            """));
  }

  @Test
  void daysAheadHavePartitionsInBothTables() {
    database.migrate();

    assertEquals(
        "8 8",
        server.query(
            """
            SELECT count(*) FILTER (WHERE relname ~ '^event_[0-9]{8}$') || ' '
              || count(*) FILTER (WHERE relname ~ '^pipeline_[0-9]{8}$')
            FROM pg_class WHERE relispartition AND relkind = 'r'
            """));
  }

  @Test
  void rowGoesToThePartitionOfItsDay() {
    database.migrate();
    server.execute("INSERT INTO event SELECT hookline_first_id(current_date), 'd', 'b'");

    assertEquals(
        "event_" + day(LocalDate.now(ZoneOffset.UTC)),
        server.query("SELECT tableoid::regclass FROM event"));
  }

  @Test
  void dayWithRowsInTheDefaultPartitionStaysThere() {
    database.migrate();
    server.execute("INSERT INTO event SELECT hookline_first_id('2001-02-03'), 'd', 'b'");

    assertEquals("f", server.query("SELECT hookline_open_day('2001-02-03')"));
    assertEquals("t", server.query("SELECT hookline_open_day('2001-02-04')"));
  }

  @Test
  void bodiesAreCompressedByLz4WhereTheServerHasIt() {
    database.migrate();
    server.execute(
        "INSERT INTO event SELECT hookline_first_id(current_date), 'd', convert_to(repeat('body',"
            + " 3000), 'UTF8')");

    String expected =
        server.query(
            """
            SELECT CASE WHEN 'lz4' = ANY (enumvals) THEN 'lz4' ELSE 'pglz' END
            FROM pg_settings WHERE name = 'default_toast_compression'
            """);
    assertEquals(expected, server.query("SELECT pg_column_compression(body) FROM event"));
  }

  @Test
  void everyConnectionCommitsDurably() throws SQLException {
    server.execute(
        "ALTER DATABASE %s SET synchronous_commit = off"
            .formatted(server.query("SELECT current_database()")));

    try (var connection = new Connector(server.settings()).connect("test");
        var statement = connection.createStatement();
        var row =
            statement.executeQuery(
                """
                SELECT string_agg(current_setting(name), ' ')
                FROM unnest('{synchronous_commit,statement_timeout,lock_timeout}'::text[]) name
                """)) {
      row.next();
      assertEquals("on 10s 5s", row.getString(1));
    }
  }

  private static String day(LocalDate day) {
    return day.toString().replace("-", "");
  }
}
