package dev.hookline.persistence;

import static dev.hookline.testing.Samples.GITHUB;
import static dev.hookline.testing.Samples.aDelivery;
import static dev.hookline.testing.Samples.aPipeline;
import static dev.hookline.testing.Samples.anEvent;
import static java.time.temporal.ChronoUnit.DAYS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.application.audit.AuditState;
import dev.hookline.application.audit.Finding;
import dev.hookline.application.pipeline.NewPipeline;
import dev.hookline.application.pipeline.PipelineStore.Acceptance;
import dev.hookline.application.retention.History.Dropping;
import dev.hookline.application.retention.HistoryDay;
import dev.hookline.application.retention.PruneHistory;
import dev.hookline.application.retention.Pruned;
import dev.hookline.domain.delivery.DeliveryKey;
import dev.hookline.domain.pipeline.PipelineId;
import dev.hookline.testing.Samples;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Days of history, made and dropped in PostgreSQL. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class JdbiHistoryIntegrationTest {
  /** What a delivery from GitHub may wait for its commit; a slow disk alone may take a second. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final Instant OLD = Instant.parse("2001-02-03T12:00:00Z");
  private static final Instant NEXT = OLD.plus(1, DAYS);
  private static final Instant THIRD = OLD.plus(2, DAYS);

  private final PostgresStorage storage = new PostgresStorage();
  private final PlantedRows rows = new PlantedRows(storage.server());
  private final PruneHistory pruning = new PruneHistory(storage.worker().history());

  @BeforeEach
  void empty() {
    storage.empty();
    storage.server().execute("TRUNCATE dropped_day");
    pruning.prune(LocalDate.of(2002, 1, 1));
    storage.server().execute("TRUNCATE dropped_day");
  }

  @AfterAll
  void close() {
    storage.close();
  }

  private static LocalDate day(Instant instant) {
    return LocalDate.ofInstant(instant, ZoneOffset.UTC);
  }

  private Instant now() {
    return storage.worker().history().now();
  }

  private Pruned prune(Duration age) {
    return pruning.prune(pruning.firstKept(age));
  }

  private void openDays(Instant... days) {
    for (Instant each : days) {
      rows.openDay(day(each).toString());
    }
  }

  private void assertSound() {
    assertEquals(
        List.of(),
        new AuditState(storage.database().storedState())
            .audit(true, _ -> {}, _ -> {}).stream().filter(Finding::isBroken).toList());
  }

  @Test
  void oldDayGoesWithAllThatBelongsToIt() {
    openDays(OLD, NEXT);
    rows.dispatched(OLD);
    rows.failed(OLD);
    rows.dispatched(NEXT);
    rows.refused(OLD);

    Pruned pruned = pruning.prune(day(NEXT));

    assertEquals(new Pruned(List.of(day(OLD)), List.of(), List.of(), 2, 1), pruned);
    assertEquals("1", rows.count("pipeline"));
    assertEquals("1", rows.count("event"));
    assertEquals("1", rows.count("delivery_key"));
    assertEquals("0", rows.count("dead_letter"));
    assertEquals("0", rows.count("refused_delivery"));
    assertEquals("0", rows.count("dropped_day"));
    assertEquals(
        "", storage.server().query("SELECT coalesce(to_regclass('event_20010203')::text, '')"));
    assertSound();
  }

  @Test
  void openWorkKeepsItsDayAndNotTheNext() {
    openDays(OLD, NEXT, THIRD);
    rows.dispatched(OLD);
    PipelineId open = rows.received(NEXT);
    rows.failed(NEXT);
    rows.dispatched(THIRD);

    Pruned pruned = prune(Duration.ofDays(30));

    assertEquals(List.of(day(OLD), day(THIRD)), pruned.dropped());
    assertEquals(List.of(day(NEXT)), pruned.open());
    assertEquals("2", rows.count("pipeline"));
    assertEquals("1", rows.count("dead_letter"));
    assertEquals("2", rows.count("delivery_key"), "a day's keys stay with it");
    assertTrue(storage.records().outboxDepth().pending() == 1, open::toString);
    assertSound();
  }

  @Test
  void dayThatIsOpenedAgainWhileItIsToBeDroppedStays() throws Exception {
    openDays(OLD);
    PipelineId id = rows.dispatched(OLD);

    // The message alone, as a replay would bring it after the day was looked through.
    assertEquals(Dropping.OPEN, dropWhile(message(id)));

    assertEquals("1", rows.count("pipeline"));
    assertEquals("0", rows.count("dropped_day"), "all of it is undone");
  }

  @Test
  void dayThatIsBeingOpenedAgainIsWaitedFor() throws Exception {
    openDays(OLD);
    PipelineId id = rows.dispatched(OLD);

    assertEquals(Dropping.OPEN, dropDuring(replay(id), Connection::commit));
    assertEquals("1", rows.count("pipeline"));
    assertEquals("0", rows.count("dropped_day"));

    storage.server().execute("UPDATE pipeline SET state = 'DISPATCHED'; TRUNCATE outbox_message");
    assertEquals(Dropping.DROPPED, dropDuring(replay(id), Connection::rollback));
  }

  @Test
  void writerWhoDoesNotEndIsNotWaitedForLong() throws SQLException {
    openDays(OLD, NEXT);
    rows.dispatched(OLD);
    PipelineId other = rows.dispatched(NEXT);
    try (var writer = storage.server().connect();
        var statement = writer.createStatement()) {
      writer.setAutoCommit(false);
      statement.execute(message(other));

      assertEquals("BUSY", storage.server().query("SELECT hookline_drop_day('2001-02-03')"));
      writer.rollback();
    }
  }

  private static String message(PipelineId id) {
    return """
    INSERT INTO outbox_message (pipeline_id, service, lane, ordering_key)
    VALUES ('%s', 'github', 1, 1)
    """
        .formatted(id);
  }

  private static String replay(PipelineId id) {
    return "%s; UPDATE pipeline SET state = 'RECEIVED' WHERE id = '%s'".formatted(message(id), id);
  }

  @Test
  void daysWithoutPartitionGoByTheRow() {
    rows.dispatched(OLD);
    rows.failed(OLD);
    rows.dispatched(NEXT);
    rows.received(NEXT);
    rows.dispatched(THIRD);

    Pruned pruned = pruning.prune(day(THIRD));

    assertEquals(new Pruned(List.of(day(OLD)), List.of(day(NEXT)), List.of(), 2, 0), pruned);
    assertEquals("3", rows.count("pipeline_other"));
    assertEquals("3", rows.count("event_other"));
    assertEquals("3", rows.count("delivery_key"));
    assertSound();
  }

  @Test
  void whatIsDeletedByTheRowGoesBatchByBatch() {
    PipelineId open = rows.received(OLD);
    storage
        .server()
        .execute(
            """
            CREATE TEMPORARY TABLE made AS
            SELECT (left(hookline_first_id('2001-02-03')::text, 24) || lpad(to_hex(i), 12, '0'))::uuid AS id
            FROM generate_series(1, 2500) i;
            INSERT INTO pipeline (
              id, service, event_id, event_type, repository, received_at, state, attempts, since,
              history)
            SELECT id, 'github', id::text, 'push', 'octo/widgets', now(), 'FAILED', 1, now(), '[]'
            FROM made;
            INSERT INTO event SELECT id, '{}', '' FROM made;
            INSERT INTO dead_letter SELECT id FROM made;
            INSERT INTO refused_delivery
            SELECT id, 'github', id::text::bytea, '{}', '{}', '', '', now(), 'E', 'm' FROM made
            """);

    assertEquals(
        new Pruned(List.of(), List.of(day(OLD)), List.of(), 0, 2500), pruning.prune(day(NEXT)));
    assertEquals("2501", rows.count("pipeline_other"), "of an open day nothing goes");
    storage
        .server()
        .execute(
            """
            UPDATE pipeline SET state = 'DISPATCHED' WHERE id = '%s'; TRUNCATE outbox_message
            """
                .formatted(open));

    assertEquals(List.of(day(OLD)), pruning.prune(day(NEXT)).dropped());
    assertEquals("0", rows.count("pipeline_other"));
    assertEquals("0", rows.count("event_other"));
    assertEquals("0", rows.count("dead_letter"));
    assertEquals("0", rows.count("refused_delivery"));
  }

  @Test
  void keysOfTheLastTwoDaysOutliveTheirEvents() {
    Instant yesterday = now().minus(1, DAYS);
    Instant thirdLast = now().minus(3, DAYS);
    openDays(yesterday, thirdLast);
    rows.dispatched(yesterday);
    rows.dispatched(thirdLast);
    rows.dispatched(now());

    Pruned pruned = prune(Duration.ZERO);

    assertEquals(List.of(day(thirdLast), day(yesterday)), pruned.dropped());
    assertEquals(1, pruned.keys());
    assertEquals("1", rows.count("pipeline"), "today stays");
    assertEquals("2", rows.count("delivery_key"));
    assertEquals(day(yesterday).toString(), storage.server().query("SELECT day FROM dropped_day"));
    assertSound();
  }

  @Test
  void keyIsForgottenOnceItsTimeHasComeThoughItsDayWentBefore() {
    openDays(OLD);
    rows.dispatched(OLD);
    assertEquals(Dropping.DROPPED, storage.worker().history().drop(day(OLD)));
    assertEquals("1", rows.count("delivery_key"));

    assertEquals(1, prune(Duration.ofDays(30)).keys());
    assertEquals(0, prune(Duration.ofDays(30)).keys());
  }

  @Test
  void keysAreForgottenByOneAtATime() throws SQLException {
    openDays(OLD);
    rows.dispatched(OLD);
    try (var other = storage.server().connect();
        var statement = other.createStatement()) {
      statement.execute("SELECT pg_advisory_lock(7269000003)");

      assertEquals(0, prune(Duration.ofDays(30)).keys());
      assertEquals("1", rows.count("delivery_key"));

      statement.execute("SELECT pg_advisory_unlock(7269000003)");
      assertEquals(1, prune(Duration.ofDays(30)).keys());
    }
  }

  /** The keys of a day take the places of those of days before. */
  @Test
  void keysOfADayThatWentAreNotLookedForInThePlacesWhereTheyWere() throws SQLException {
    plantKeys(OLD, 15_000);
    plantKeys(NEXT, 1);
    storage
        .server()
        .execute(
            """
            SELECT brin_summarize_new_values('delivery_key_age');
            INSERT INTO dropped_day VALUES ('2001-02-03')
            """);
    assertTrue(planToFindKeysOf(OLD).contains("lossy="), "where they are, they are looked for");

    assertEquals(15_000, prune(Duration.ofDays(30)).keys());
    storage.server().execute("VACUUM delivery_key");
    plantKeys(NEXT, 15_000);

    String plan = planToFindKeysOf(OLD);
    assertTrue(plan.contains("delivery_key_age"), plan);
    assertFalse(plan.contains("lossy="), plan);
  }

  private void plantKeys(Instant at, int keys) {
    storage
        .server()
        .execute(
            """
            INSERT INTO delivery_key (service, key, pipeline_id)
            SELECT 'github', gen_random_uuid()::text, '%s' FROM generate_series(1, %d)
            """
                .formatted(Samples.uuid(at), keys));
  }

  private String planToFindKeysOf(Instant at) throws SQLException {
    var plan = new StringBuilder();
    try (var connection = storage.server().connect();
        var statement = connection.createStatement()) {
      statement.execute("SET enable_seqscan = off");
      try (var lines =
          statement.executeQuery(
              """
              EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF)
              SELECT FROM delivery_key
              WHERE pipeline_id >= hookline_first_id('%1$s')
                AND pipeline_id < hookline_first_id('%1$s'::date + 1)
              """
                  .formatted(day(at)))) {
        while (lines.next()) {
          plan.append(lines.getString(1)).append('\n');
        }
      }
    }
    return plan.toString();
  }

  @Test
  void deliveryThatComesAgainAfterItsEventWentIsADuplicate() {
    Instant yesterday = now().minus(1, DAYS);
    openDays(yesterday);
    NewPipeline first = candidate("again", yesterday);
    storage.pipelines().accept(first, Duration.ofSeconds(5));
    storage
        .server()
        .execute("UPDATE pipeline SET state = 'DISPATCHED'; DELETE FROM outbox_message");

    assertEquals(List.of(day(yesterday)), prune(Duration.ZERO).dropped());

    var id = first.pipeline().id();
    assertEquals(
        new Acceptance.Duplicate(id, false),
        storage.pipelines().accept(candidate("again", now()), Duration.ofSeconds(5)));
    assertTrue(storage.pipelines().find(id).isEmpty());
  }

  @Test
  void previewCountsAndChangesNothing() {
    openDays(OLD, NEXT);
    rows.dispatched(OLD);
    rows.failed(OLD);
    rows.refused(OLD);
    rows.received(NEXT);
    rows.dispatched(THIRD);
    rows.refused(OLD.minus(1, DAYS));

    List<HistoryDay> days = pruning.preview(day(THIRD.plus(1, DAYS)));

    assertEquals(
        List.of(
            new HistoryDay(day(OLD.minus(1, DAYS)), 0, 0, 0, 1, 0),
            new HistoryDay(day(OLD), 2, 0, 2, 1, days.get(1).bytes()),
            new HistoryDay(day(NEXT), 1, 1, 1, 0, days.get(2).bytes()),
            new HistoryDay(day(THIRD), 1, 0, 1, 0, days.get(3).bytes())),
        days);
    assertTrue(days.get(1).bytes() >= 8192, "pages are counted");
    assertTrue(days.get(3).bytes() > 0, "bytes are counted");
    assertEquals("4", rows.count("pipeline"));
    assertEquals("2", rows.count("refused_delivery"));
  }

  @Test
  void todayNeverGoes() {
    rows.dispatched(now());

    assertEquals(List.of(), pruning.prune(day(now()).plusDays(10)).dropped());
    assertEquals("1", rows.count("pipeline"));
    assertEquals(day(Instant.EPOCH), pruning.firstKept(Duration.ofDays(1_000_000)));
  }

  @Test
  void dayInUseIsLeftForTheNextTime() throws SQLException {
    openDays(OLD);
    rows.dispatched(OLD);
    try (var reader = storage.server().connect();
        var statement = reader.createStatement()) {
      reader.setAutoCommit(false);
      statement.execute("SELECT FROM event LIMIT 1");

      assertEquals("BUSY", storage.server().query("SELECT hookline_drop_day('2001-02-03')"));
      reader.rollback();
    }
    assertEquals(List.of(day(OLD)), prune(Duration.ofDays(30)).dropped());
  }

  @Test
  void manyWhoPruneAtOnceDropEachDayOnce() throws Exception {
    int days = 6;
    for (int i = 0; i < days; i++) {
      Instant each = OLD.plus(i, DAYS);
      openDays(each);
      rows.dispatched(each);
      rows.failed(each);
      rows.refused(each);
    }
    var start = new CyclicBarrier(3);
    Callable<Pruned> prune =
        () -> {
          start.await();
          return new PruneHistory(storage.worker().history()).prune(day(OLD.plus(days, DAYS)));
        };
    var dropped = new ArrayList<LocalDate>();
    long keys = 0;
    try (var executor = Executors.newFixedThreadPool(3)) {
      for (var pruned : executor.invokeAll(List.of(prune, prune, prune))) {
        dropped.addAll(pruned.get().dropped());
        keys += pruned.get().keys();
      }
    }
    assertEquals(days, dropped.size());
    assertEquals(days, Set.copyOf(dropped).size());
    // One who came while another forgot keys has left his to the next.
    keys += pruning.prune(day(OLD.plus(days, DAYS))).keys();
    assertEquals(2L * days, keys);
    assertEquals("0", rows.count("delivery_key"));
    assertEquals("0", rows.count("refused_delivery"));
    assertSound();
  }

  @Test
  void intakeGoesOnWhileDaysAreDropped() throws Exception {
    int days = 10;
    for (int i = 0; i < days; i++) {
      Instant each = OLD.plus(i, DAYS);
      openDays(each);
      rows.dispatched(each);
    }
    var over = new AtomicBoolean();
    Callable<Integer> accepting =
        () -> {
          int accepted = 0;
          do {
            assertInstanceOf(
                Acceptance.Accepted.class,
                storage
                    .pipelines()
                    .accept(candidate("live-" + Samples.uuid(OLD), now()), PATIENCE));
            accepted++;
          } while (!over.get());
          return accepted;
        };
    try (var executor = Executors.newFixedThreadPool(3)) {
      var one = executor.submit(accepting);
      var other = executor.submit(accepting);
      Pruned pruned;
      try {
        pruned = prune(Duration.ofDays(30));
      } finally {
        // The executor's end waits for them, whatever has failed.
        over.set(true);
      }

      assertEquals(days, pruned.dropped().size());
      assertEquals(Integer.toString(one.get() + other.get()), rows.count("pipeline"));
    }
    assertSound();
  }

  @Test
  void letterThatDiesWhileItsDayIsDroppedGoesWithTheDay() throws Exception {
    openDays(OLD);
    PipelineId id = rows.dispatched(OLD);
    // Replayed, and failed again, after the day was looked through.
    assertEquals(
        Dropping.DROPPED, dropWhile("INSERT INTO dead_letter VALUES ('%s')".formatted(id)));
    assertEquals("0", rows.count("dead_letter"));
    assertSound();
  }

  /** Drops the old day, and does something after that was looked through. */
  private Dropping dropWhile(String statement) throws Exception {
    return dropDuring(
        "SELECT FROM event LIMIT 1",
        reader -> {
          storage.server().execute(statement);
          reader.rollback();
        });
  }

  /** How a transaction goes on, and ends, once it is waited for. */
  @FunctionalInterface
  private interface End {
    void of(Connection transaction) throws SQLException;
  }

  /** Drops the old day while a transaction is open that has begun with a statement. */
  private Dropping dropDuring(String begin, End end) throws Exception {
    waitForLocks("10s");
    try (var executor = Executors.newSingleThreadExecutor();
        var other = storage.server().connect();
        var statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute(begin);
      var dropping = executor.submit(() -> storage.worker().history().drop(day(OLD)));
      Call.until(
          () ->
              "1"
                  .equals(
                      storage
                          .server()
                          .query(
                              """
                              SELECT count(*) FROM pg_stat_activity
                              WHERE datname = current_database() AND pid <> pg_backend_pid()
                                AND query ~ 'hookline_drop_day'
                                AND wait_event_type IN ('Lock', 'Timeout')
                              """)));
      end.of(other);
      return dropping.get();
    } finally {
      waitForLocks("150ms");
    }
  }

  private void waitForLocks(String time) {
    storage
        .server()
        .execute("ALTER FUNCTION hookline_drop_day(date) SET lock_timeout = '%s'".formatted(time));
  }

  @Test
  void dayIsMadeOnlyIfNobodyHasToWaitForIt() throws SQLException {
    try (var reader = storage.server().connect();
        var statement = reader.createStatement()) {
      reader.setAutoCommit(false);
      statement.execute("SELECT FROM event LIMIT 1");

      assertEquals("f", storage.server().query("SELECT hookline_open_day('2001-03-04')"));
    }
    assertEquals("t", storage.server().query("SELECT hookline_open_day('2001-03-04')"));
  }

  @Test
  void dayOfAnIdIsTheOneThatItWasMadeOn() {
    assertEquals(
        "2001-02-03 2001-02-03 2001-02-02",
        storage
            .server()
            .query(
                """
                SELECT string_agg(hookline_day_of(id)::text, ' ')
                FROM unnest(ARRAY[
                  hookline_first_id('2001-02-03'),
                  '%s',
                  '%s']::uuid[]) id
                """
                    .formatted(
                        Samples.uuid(Instant.parse("2001-02-03T23:59:59.999Z")),
                        Samples.uuid(Instant.parse("2001-02-02T23:59:59.999Z")))));
  }

  private static NewPipeline candidate(String key, Instant at) {
    var delivery = aDelivery(GITHUB);
    var event = anEvent().rawPayload(delivery.body()).build();
    return new NewPipeline(
        aPipeline().id(new PipelineId(Samples.uuid(at))).of(event).build(),
        delivery,
        new DeliveryKey(key),
        true);
  }
}
