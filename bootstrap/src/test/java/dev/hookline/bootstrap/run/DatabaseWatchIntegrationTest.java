package dev.hookline.bootstrap.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.hookline.bootstrap.cli.CommandException;
import dev.hookline.persistence.Database;
import dev.hookline.persistence.Duty;
import dev.hookline.testing.PostgresServer;
import dev.hookline.testing.TestDatabase;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

class DatabaseWatchIntegrationTest {
  @TempDir private Path folder;
  private final BlockingQueue<String> advice = new ArrayBlockingQueue<>(1);

  @ParameterizedTest
  @ValueSource(strings = {"fsync", "full_page_writes"})
  void aServerThatMayLoseWhatItCommittedIsRefusedUnlessThatIsWanted(String setting) {
    try (var server = PostgresServer.start(folder, setting + " = off");
        var database = Database.open(server.settings(), new Random(1))) {
      database.migrate();

      var refused =
          assertThrows(CommandException.class, () -> lookAtFirst(database, Duty.WORKER, true));

      assertTrue(
          String.valueOf(refused.getMessage())
              .startsWith("PostgreSQL runs with " + setting + " off"),
          refused.getMessage());
      try (var watch = DatabaseWatch.start(database, Duty.WORKER, false, advice::add)) {
        watch.requireNoMisfit();
        assertTrue(watch.fits());
      }
    }
  }

  @Test
  void oneThatWasWaitedForEndsTheProcessWhenItTurnsOutSo() throws InterruptedException {
    waitForAMisfit(advice::add);
  }

  @Test
  void aDefectDoesNotEndTheWaiting() throws InterruptedException {
    var met = new AtomicBoolean();
    waitForAMisfit(
        told -> {
          if (met.compareAndSet(false, true)) {
            throw new IllegalStateException("a defect");
          }
          advice.add(told);
        });
    assertTrue(met.get());
  }

  private void waitForAMisfit(Consumer<String> onMisfit) throws InterruptedException {
    try (var server = PostgresServer.start(folder);
        var database = Database.open(server.settings(), new Random(1))) {
      database.migrate();
      server.stop();
      var log = (Logger) LoggerFactory.getLogger(DatabaseWatch.class);
      var lines = new ListAppender<ILoggingEvent>();
      lines.start();
      log.addAppender(lines);
      try (var watch = DatabaseWatch.start(database, Duty.WORKER, true, onMisfit)) {
        watch.requireNoMisfit();
        assertFalse(watch.fits());
        ILoggingEvent first = lines.list.getFirst();
        assertEquals("The database cannot be reached; waiting for it", first.getMessage());
        String why = String.valueOf(first.getKeyValuePairs().getFirst().value);
        assertTrue(why.startsWith("PSQLException: ") || why.contains("refused"), why);
        server.configure("fsync = off");
        server.start();

        String told = advice.poll(30, TimeUnit.SECONDS);
        assertNotNull(told);
        assertTrue(told.startsWith("PostgreSQL runs with fsync off"), told);
        assertFalse(watch.fits());
      } finally {
        log.detachAppender(lines);
      }
    }
  }

  @Test
  void theSchemaIsLookedAtFirst() {
    try (var server = PostgresServer.start(folder, "fsync = off");
        var database = Database.open(server.settings(), new Random(1))) {
      var refused =
          assertThrows(CommandException.class, () -> lookAtFirst(database, Duty.WORKER, true));
      assertEquals(
          "the database has no Hookline schema: run hookline migrate", refused.getMessage());
    }
  }

  @Test
  void whoeverMeetsTheWrongSchemaIsToldWhatToRun() {
    try (var testDatabase = TestDatabase.create();
        var database = Database.open(testDatabase.settings(), new Random(1))) {
      database.migrate();

      testDatabase.execute(
          """
          UPDATE schema_history SET version = '%d'
          WHERE version = (SELECT max(version::integer)::text FROM schema_history)
          """
              .formatted(Database.SCHEMA_VERSION + 1));
      assertEquals(
          "the database schema is newer than this Hookline: run that newer Hookline",
          refusal(database, Duty.INTAKE));

      testDatabase.execute("DELETE FROM schema_history WHERE version::integer > 1");
      assertEquals(
          "the database schema is older than this Hookline: run hookline migrate",
          refusal(database, Duty.INTAKE));
    }
  }

  @Test
  void whoeverLacksRightsIsToldWhichRoleToName() {
    try (var testDatabase = TestDatabase.create();
        var database = Database.open(testDatabase.settings(), new Random(1))) {
      database.migrate();
      String intake = testDatabase.nameRole("intake");
      String worker = testDatabase.nameRole("worker");
      String stranger = testDatabase.nameRole("stranger");
      database.entrust(Duty.INTAKE, intake);
      database.entrust(Duty.WORKER, worker);
      testDatabase.execute("CREATE ROLE \"%s\"".formatted(stranger));

      try (var asIntake = Database.open(testDatabase.settings(intake), new Random(1));
          var asWorker = Database.open(testDatabase.settings(worker), new Random(1));
          var asStranger = Database.open(testDatabase.settings(stranger), new Random(1))) {
        assertEquals(
            "db.user has not the rights that this process needs: run hookline migrate with"
                + " --worker-role",
            refusal(asIntake, Duty.WORKER));
        assertEquals(
            "db.user has not the rights that this process needs: run hookline migrate with"
                + " --intake-role",
            refusal(asWorker, Duty.INTAKE));
        assertEquals(
            "db.user has no rights in the Hookline schema: run hookline migrate with --intake-role"
                + " or --worker-role",
            refusal(asStranger, Duty.INTAKE));
      }
    }
  }

  private void lookAtFirst(Database database, Duty duty, boolean durable) {
    try (var watch = DatabaseWatch.start(database, duty, durable, advice::add)) {
      watch.requireNoMisfit();
    }
  }

  private String refusal(Database database, Duty duty) {
    return String.valueOf(
        assertThrows(CommandException.class, () -> lookAtFirst(database, duty, false))
            .getMessage());
  }
}
