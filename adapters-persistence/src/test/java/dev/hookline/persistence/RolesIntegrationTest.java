package dev.hookline.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.application.pause.PauseScope;
import dev.hookline.application.pipeline.PipelineStore.Acceptance.Accepted;
import dev.hookline.testing.PlainEventFormat;
import dev.hookline.testing.TestDatabase;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The contracts show what the roles may do; this, what they may not. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RolesIntegrationTest {
  private static final String FORBIDDEN = "42501";

  private final TestDatabase server = TestDatabase.create();
  private final Database owner = Database.open(server.settings(), new Random(1));
  private final String intake = server.nameRole("intake");
  private final String worker = server.nameRole("worker");

  RolesIntegrationTest() {
    owner.migrate();
    assertEquals(Entrusting.CREATED, owner.entrust(Duty.INTAKE, intake));
    assertEquals(Entrusting.CREATED, owner.entrust(Duty.WORKER, worker));
  }

  @AfterAll
  void close() {
    owner.close();
    server.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "DELETE FROM event",
        "UPDATE event SET body = ''",
        "UPDATE event SET pipeline_id = gen_random_uuid()",
        "DELETE FROM delivery_key",
        "UPDATE delivery_key SET key = 'k'",
        "DELETE FROM pipeline",
        "UPDATE pipeline SET event_id = 'e'",
        "UPDATE pipeline SET service = 's'",
        "DELETE FROM outbox_message",
        "UPDATE outbox_message SET due_at = now()",
        "INSERT INTO dead_letter VALUES (gen_random_uuid())",
        "UPDATE refused_delivery SET body = ''",
        "SELECT * FROM lane",
        "UPDATE lane SET owner = NULL",
        "SELECT * FROM worker",
        "UPDATE pause SET service = 's'",
        "DELETE FROM secret_use",
        "UPDATE secret_use SET fingerprint = 'f'",
        "SELECT * FROM event_other",
        "SELECT hookline_open_day('2001-01-01')",
        "SELECT hookline_open_day('2001-01-01', 1)",
        "SELECT hookline_drop_day('2001-01-01')",
        "SELECT hookline_summarize_keys(0)",
        "DELETE FROM schema_history",
        "TRUNCATE pipeline",
        "ALTER TABLE event ADD COLUMN c text",
        "DROP TABLE refused_delivery",
        "CREATE TABLE t (c text)",
        "CREATE FUNCTION f() RETURNS integer RETURN 1",
        "CREATE ROLE another",
        "COPY (SELECT 1) TO PROGRAM 'cat'",
        "COPY pause FROM '/etc/hostname'",
        "SELECT pg_read_file('/etc/hostname')",
      })
  void intakeIsRefused(String statement) {
    assertEquals(FORBIDDEN, refusal(intake, statement));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "INSERT INTO event VALUES (gen_random_uuid(), 'd', 'b')",
        "UPDATE event SET document = 'd'",
        "DELETE FROM event",
        "INSERT INTO delivery_key (service, key, pipeline_id) VALUES ('s', 'k', gen_random_uuid())",
        "UPDATE delivery_key SET key = 'k'",
        "INSERT INTO pipeline (id) VALUES (gen_random_uuid())",
        "DELETE FROM pipeline",
        "UPDATE pipeline SET event_id = 'e'",
        "UPDATE pipeline SET repository = 'r'",
        "UPDATE outbox_message SET pipeline_id = gen_random_uuid()",
        "UPDATE outbox_message SET ordering_key = 1",
        "INSERT INTO refused_delivery (id) VALUES (gen_random_uuid())",
        "UPDATE refused_delivery SET body = ''",
        "INSERT INTO lane (id) VALUES (1)",
        "DELETE FROM lane",
        "INSERT INTO pause (service) VALUES ('github')",
        "DELETE FROM pause",
        "DELETE FROM reconciliation",
        "SELECT * FROM secret_use",
        "SELECT hookline_open_day('2001-01-01', 1)",
        "DELETE FROM schema_history",
        "TRUNCATE outbox_message",
        "ALTER TABLE lane ADD COLUMN c text",
        "DROP TABLE worker",
        "CREATE TABLE t (c text)",
        "CREATE FUNCTION f() RETURNS integer RETURN 1",
        "CREATE ROLE another",
        "COPY (SELECT 1) TO PROGRAM 'cat'",
        "SELECT pg_read_file('/etc/hostname')",
      })
  void workerIsRefused(String statement) {
    assertEquals(FORBIDDEN, refusal(worker, statement));
  }

  /** The SQLSTATE with which PostgreSQL answers this role. */
  private String refusal(String role, String statement) {
    SQLException refused =
        assertThrows(
            SQLException.class,
            () -> {
              try (Connection connection = connect(role);
                  var sql = connection.createStatement()) {
                connection.setAutoCommit(false);
                sql.execute(statement);
              }
            });
    return refused.getSQLState();
  }

  private Connection connect(String role) throws SQLException {
    DatabaseSettings settings = server.settings(role);
    return DriverManager.getConnection(settings.url(), settings.user(), settings.passwordNow());
  }

  @Test
  void partitionsAreMadeInTheSchemaOfTheFunctionsWhateverTheCallerSearchesFirst()
      throws SQLException {
    try (Connection connection = connect(worker);
        var sql = connection.createStatement()) {
      sql.execute(
          "CREATE TEMPORARY TABLE event (pipeline_id uuid) PARTITION BY RANGE (pipeline_id)");
      sql.execute("SET search_path = pg_temp, public");
      try (var rows = sql.executeQuery("SELECT public.hookline_open_day('2001-01-01')")) {
        rows.next();
        assertTrue(rows.getBoolean(1));
      }
    }
    assertEquals(
        "t",
        server.query(
            """
            SELECT EXISTS (
              SELECT FROM pg_inherits
              WHERE inhrelid = to_regclass('event_20010101') AND inhparent = 'event'::regclass)
            """));
  }

  @Test
  void dutyIsGivenToARoleThatIsThereAsWellAndAgain() {
    assertEquals(Entrusting.GRANTED, owner.entrust(Duty.INTAKE, intake));
    assertTrue(owner.may(Duty.INTAKE));
    assertTrue(owner.may(Duty.WORKER));
    try (var database = Database.open(server.settings(intake), new Random(1))) {
      assertTrue(database.may(Duty.INTAKE));
      assertFalse(database.may(Duty.WORKER));
      assertEquals(SchemaState.FITS, database.schema());
    }
  }

  @Test
  void nameOfARoleMayBeAny() {
    String odd = server.nameRole("Odd :name?");
    assertEquals(Entrusting.CREATED, owner.entrust(Duty.WORKER, odd));
    assertEquals(Entrusting.GRANTED, owner.entrust(Duty.WORKER, odd));
  }

  @Test
  void roleThatMayDoMoreIsNotGivenADuty() {
    assertEquals(
        Entrusting.TOO_MIGHTY,
        owner.entrust(Duty.INTAKE, server.query("SELECT current_user::text")));
    String maker = server.nameRole("maker");
    server.execute("CREATE ROLE %1$s; GRANT CREATE ON SCHEMA public TO %1$s".formatted(maker));
    assertEquals(Entrusting.TOO_MIGHTY, owner.entrust(Duty.INTAKE, maker));

    server.execute("GRANT CREATE ON SCHEMA public TO PUBLIC");
    try {
      assertEquals(Entrusting.TOO_MIGHTY, owner.entrust(Duty.INTAKE, intake));
    } finally {
      server.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC");
    }
  }

  @Test
  void roleWithoutADutyFindsTheSchemaClosed() {
    String stranger = server.nameRole("stranger");
    server.execute("CREATE ROLE " + stranger);
    try (var database = Database.open(server.settings(stranger), new Random(1))) {
      assertEquals(SchemaState.CLOSED, database.schema());
    }
  }

  @Test
  void ownerWhoMayNotMakeRolesGivesDutiesToThoseThatAreThereInAnySchema() {
    String migrator = server.nameRole("migrator");
    server.execute("CREATE ROLE %1$s; CREATE SCHEMA own AUTHORIZATION %1$s".formatted(migrator));
    try (var database = Database.open(inOwnSchema(migrator), new Random(1))) {
      database.migrate();
      assertEquals(Entrusting.MISSING, database.entrust(Duty.INTAKE, server.nameRole("nobody")));
      assertEquals(Entrusting.GRANTED, database.entrust(Duty.INTAKE, intake));
    }
    try (var database = Database.open(inOwnSchema(intake), new Random(1))) {
      assertEquals(
          new Accepted(),
          database
              .pipelines(new PlainEventFormat())
              .accept(Senders.aCandidate(), Duration.ofSeconds(5)));
    }
    assertEquals("1", server.query("SELECT count(*) FROM own.event"));
  }

  private DatabaseSettings inOwnSchema(String role) {
    DatabaseSettings settings = server.settings(role);
    return DatabaseSettings.of(
        settings.url() + (settings.url().contains("?") ? "&" : "?") + "currentSchema=own",
        settings.user(),
        settings.passwordNow());
  }

  @Test
  void migrationGivesWhatIsNewToThoseWhoHaveADuty() {
    server.execute("REVOKE ALL ON pause FROM " + intake);
    assertEquals(FORBIDDEN, refusal(intake, "TABLE pause"));

    owner.migrate();

    try (var database = Database.open(server.settings(intake), new Random(1))) {
      database.pauses().pause(PauseScope.EVERYTHING);
      assertEquals(1, database.pauses().list().size());
      database.pauses().resumeAll();
      assertEquals(0, database.pauses().list().size());
    }
    assertEquals(FORBIDDEN, refusal(intake, "TABLE lane"), "and nothing else");
  }
}
