package dev.hookline.bootstrap.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.bootstrap.cli.CommandException;
import dev.hookline.persistence.Database;
import dev.hookline.persistence.Duty;
import dev.hookline.testing.PostgresServer;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
          assertThrows(
              CommandException.class,
              () -> DatabaseWatch.start(database, Duty.WORKER, true, advice::add).close());

      assertTrue(
          String.valueOf(refused.getMessage())
              .startsWith("PostgreSQL runs with " + setting + " off"),
          refused.getMessage());
      try (var watch = DatabaseWatch.start(database, Duty.WORKER, false, advice::add)) {
        assertTrue(watch.fits());
      }
    }
  }

  @Test
  void oneThatWasWaitedForEndsTheProcessWhenItTurnsOutSo() throws InterruptedException {
    try (var server = PostgresServer.start(folder);
        var database = Database.open(server.settings(), new Random(1))) {
      database.migrate();
      server.stop();
      try (var watch = DatabaseWatch.start(database, Duty.WORKER, true, advice::add)) {
        assertFalse(watch.fits());
        server.configure("fsync = off");
        server.start();

        String told = advice.poll(30, TimeUnit.SECONDS);
        assertNotNull(told);
        assertTrue(told.startsWith("PostgreSQL runs with fsync off"), told);
        assertFalse(watch.fits());
      }
    }
  }

  @Test
  void theSchemaIsLookedAtFirst() {
    try (var server = PostgresServer.start(folder, "fsync = off");
        var database = Database.open(server.settings(), new Random(1))) {
      var refused =
          assertThrows(
              CommandException.class,
              () -> DatabaseWatch.start(database, Duty.WORKER, true, advice::add).close());
      assertEquals(
          "the database has no Hookline schema: run hookline migrate", refused.getMessage());
    }
  }
}
