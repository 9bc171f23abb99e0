package dev.hookline.persistence;

import static dev.hookline.testing.Samples.NOON;
import static dev.hookline.testing.Samples.anEvent;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.hookline.application.dispatch.Outbox;
import dev.hookline.application.dispatch.OutboxMessage;
import dev.hookline.application.dispatch.WorkerId;
import dev.hookline.domain.pipeline.Outcome;
import dev.hookline.domain.pipeline.PipelineId;
import dev.hookline.domain.pipeline.PipelineState;
import dev.hookline.testing.Claims;
import dev.hookline.testing.PlainEventFormat;
import dev.hookline.testing.Samples;
import dev.hookline.testing.TestDatabase;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.flywaydb.core.Flyway;
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
  void workOfTheFirstSchemaGoesOnAfterTheMigration() {
    var settings = server.settings();
    Flyway.configure()
        .dataSource(settings.url(), settings.user(), settings.passwordNow())
        .locations(Database.MIGRATIONS)
        .table("schema_history")
        .target("1")
        .load()
        .migrate();
    var id = new PipelineId(Samples.uuid(NOON));
    var format = new PlainEventFormat();
    server.execute(
        """
        INSERT INTO event (pipeline_id, document, body) VALUES ('%1$s', '%2$s', '{}');
        INSERT INTO pipeline (
          id, service, event_id, event_type, repository, received_at, state, attempts, since,
          history)
        VALUES (
          '%1$s', 'github', 'e', 'push', 'octo/widgets', now(), 'PROCESSING', 1, now(),
          '[{"state": "RECEIVED", "at": "2026-03-01T12:00:00Z", "attempt": 0}]');
        INSERT INTO delivery_key (service, key, pipeline_id) VALUES ('github', 'e', '%1$s');
        INSERT INTO outbox_message (pipeline_id, lane, ordering_key, task, attempts)
        VALUES ('%1$s', 7, 7, 'dispatch_command', 1);
        """
            .formatted(id, format.encodeWithoutPayload(anEvent().build()).replace("'", "''")));
    assertEquals(SchemaState.OLDER, database.schema());

    database.migrate();

    var outbox = database.outbox(format);
    var worker = new WorkerId(Samples.uuid(NOON));
    var lanes = outbox.lease(worker, Duration.ofSeconds(8), Set.of()).lanes();
    OutboxMessage message =
        Claims.due(outbox, lanes, Outbox.Ordering.STRICT, List.of(), 10).getFirst();
    assertEquals(id, message.pipeline().id());
    assertEquals(1, message.pipeline().state().attempts());
    var begun = message.with(message.pipeline().begin(Samples.THREE_TIMES, NOON));
    outbox.record(worker, List.of(begun));
    var settled =
        begun
            .recorded(1)
            .with(begun.pipeline().settle(new Outcome.Delivered(), Samples.THREE_TIMES, NOON));
    assertEquals(Set.of(message.id()), outbox.record(worker, List.of(settled)));
    assertEquals(
        PipelineState.Name.DISPATCHED,
        database.records(format).pipeline(id).orElseThrow().pipeline().state().name());
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
  void dayIsNotMadeWhereTheDefaultPartitionIsTooLargeToBeReadForIt() {
    database.migrate();
    server.execute("INSERT INTO event SELECT hookline_first_id('2001-02-03'), 'd', 'b'");
    int page = 8192;

    assertEquals("f", openDay("2001-02-04", page - 1));
    assertEquals("t", openDay("2001-02-04", page));
    assertEquals("t", openDay("2001-02-04", 0), "what is made is made");
  }

  private String openDay(String day, int readable) {
    return server.query("SELECT hookline_open_day('%s', %d)".formatted(day, readable));
  }

  @Test
  void daysThatCouldNotBeMadeAreTold() {
    database.migrate();
    LocalDate tomorrow = LocalDate.now(ZoneOffset.UTC).plusDays(1);
    assertEquals("DROPPED", server.query("SELECT hookline_drop_day('%s')".formatted(tomorrow)));
    server.execute(
        "INSERT INTO event SELECT hookline_first_id('%s'), 'd', 'b'".formatted(tomorrow));

    assertEquals(List.of(tomorrow), database.openDays());

    server.execute("DELETE FROM event_other");
    assertEquals(List.of(), database.openDays());
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
