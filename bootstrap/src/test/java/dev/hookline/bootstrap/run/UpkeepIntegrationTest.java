package dev.hookline.bootstrap.run;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.persistence.Database;
import dev.hookline.testing.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

class UpkeepIntegrationTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String LONG_AGO = "20010203";

  @Test
  void comingDaysAreOpenedAndOldOnesDropped() {
    try (var server = TestDatabase.create();
        var database = Database.open(server.settings(), new Random(1))) {
      database.migrate();
      Set<String> migrated = days(server);
      server.execute("SELECT hookline_open_day('%s')".formatted(LONG_AGO));
      server.execute(
          """
          SELECT hookline_drop_day((now() AT TIME ZONE 'UTC')::date + ahead)
          FROM generate_series(1, 2) ahead
          """);
      assertFalse(days(server).containsAll(migrated));
      assertTrue(days(server).contains(LONG_AGO));

      // The coming days are opened at once, whenever the rest is done.
      try (var _ = Upkeep.start(database, Duration.ofDays(30), Duration.ofHours(1))) {
        awaitDays(server, days -> days.containsAll(migrated));
      }
      assertTrue(days(server).contains(LONG_AGO));

      try (var _ = Upkeep.start(database, Duration.ofDays(30), Duration.ZERO)) {
        awaitDays(server, days -> !days.contains(LONG_AGO));
      }
    }
  }

  @Test
  void oldDaysAreDroppedThoughNoneCanBeOpened() {
    try (var server = TestDatabase.create();
        var database = Database.open(server.settings(), new Random(1))) {
      database.migrate();
      server.execute("SELECT hookline_open_day('%s')".formatted(LONG_AGO));
      server.execute(
          """
          CREATE OR REPLACE FUNCTION hookline_open_day(day date) RETURNS boolean
          LANGUAGE plpgsql AS 'BEGIN RAISE query_canceled; END'
          """);

      try (var _ = Upkeep.start(database, Duration.ofDays(30), Duration.ZERO)) {
        awaitDays(server, days -> !days.contains(LONG_AGO));
      }
    }
  }

  private static void awaitDays(TestDatabase server, Predicate<Set<String>> wanted) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!wanted.test(days(server))) {
      assertTrue(System.nanoTime() < deadline, () -> "still " + days(server));
      // Another thread makes and drops them: others want the processor meanwhile.
      LockSupport.parkNanos(20_000_000);
    }
  }

  /** Those that have partitions of their own. */
  private static Set<String> days(TestDatabase server) {
    String days =
        server.query(
            """
            SELECT string_agg(substr(relname, 7), ' ')
            FROM pg_class WHERE relkind = 'r' AND relname ~ '^event_[0-9]{8}$'
            """);
    return Set.copyOf(List.of(days.split(" ", -1)));
  }
}
