package dev.hookline.persistence;

import static dev.hookline.testing.Samples.GITHUB;
import static dev.hookline.testing.Samples.NOON;
import static dev.hookline.testing.Samples.THREE_TIMES;
import static dev.hookline.testing.Samples.aDelivery;
import static dev.hookline.testing.Samples.aPipeline;
import static dev.hookline.testing.Samples.anEvent;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.application.dispatch.Claim;
import dev.hookline.application.dispatch.Claim.Allowance;
import dev.hookline.application.dispatch.Lane;
import dev.hookline.application.dispatch.Line;
import dev.hookline.application.dispatch.Outbox;
import dev.hookline.application.dispatch.Outbox.Ordering;
import dev.hookline.application.dispatch.OutboxMessage;
import dev.hookline.application.dispatch.WorkerId;
import dev.hookline.application.pipeline.NewPipeline;
import dev.hookline.application.pipeline.PipelineStore.Acceptance.Accepted;
import dev.hookline.application.pipeline.PipelineStore.Acceptance.Duplicate;
import dev.hookline.application.pipeline.StoreUnavailableException;
import dev.hookline.application.refused.RefusedDelivery;
import dev.hookline.domain.delivery.DeliveryKey;
import dev.hookline.domain.pipeline.Outcome;
import dev.hookline.testing.Claims;
import dev.hookline.testing.PlainEventFormat;
import dev.hookline.testing.Samples;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jdbi.v3.core.JdbiException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What the adapters do while PostgreSQL hangs, dies, or answers into the void. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class FaultyDatabaseIntegrationTest {
  private static final Duration BUDGET = Duration.ofSeconds(5);
  private static final Duration LEASE = Duration.ofSeconds(8);

  private static final String CANARY = "canary-in-the-event";

  private static final String WAITING_FOR_LOCKS =
      """
      SELECT count(*) FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock'
      """;

  private final PostgresStorage storage = new PostgresStorage();
  private final PlainEventFormat format = new PlainEventFormat();

  @BeforeEach
  void empty() {
    storage.empty();
  }

  @AfterAll
  void close() {
    storage.close();
  }

  @Test
  void openingNeedsNoDatabase() {
    try (Database away =
        Database.open(
            DatabaseSettings.of("jdbc:postgresql://127.0.0.1:1/x", "u", "p"), new Random(1))) {
      assertFalse(away.answers());
      assertThrows(StoreUnavailableException.class, away::schema);
      assertThrows(StoreUnavailableException.class, away::migrate);
      long start = System.nanoTime();
      assertThrows(
          StoreUnavailableException.class,
          () -> away.pipelines(format).accept(candidate("a"), Duration.ofMillis(1500)));
      assertTrue(System.nanoTime() - start < Duration.ofSeconds(3).toNanos());
    }
  }

  @Test
  void heldLockEndsWithinTheBudgetAndLeavesThePoolUsable() throws SQLException {
    try (Database hasty = Database.open(hasty().withPoolSize(2), new Random(1));
        var blocker = storage.server().connect()) {
      var store = hasty.pipelines(format);
      lock(blocker, "delivery_key");

      for (int i = 0; i < 4; i++) {
        long start = System.nanoTime();
        NewPipeline candidate = candidate("locked-" + i);
        assertThrows(
            StoreUnavailableException.class, () -> store.accept(candidate, Duration.ofMillis(700)));
        assertTrue(System.nanoTime() - start < Duration.ofSeconds(3).toNanos());
      }

      blocker.rollback();
      assertEquals(new Accepted(), store.accept(candidate("free"), BUDGET));
    }
  }

  @Test
  void lockHeldForAMomentIsWaitedFor() throws Exception {
    try (Database hasty = Database.open(hasty(), new Random(1));
        var blocker = storage.server().connect()) {
      lock(blocker, "delivery_key");
      Thread releasing =
          Thread.ofVirtual()
              .start(
                  () -> {
                    Call.until(() -> !"0".equals(storage.server().query(WAITING_FOR_LOCKS)));
                    rollback(blocker);
                  });

      assertEquals(new Accepted(), hasty.pipelines(format).accept(candidate("patient"), BUDGET));
      releasing.join();
    }
  }

  @Test
  void heldLockMakesTheWorkersCallsUnavailable() throws SQLException {
    try (Database hasty = Database.open(hasty(), new Random(1));
        var blocker = storage.server().connect()) {
      lock(blocker, "lane, outbox_message, refused_delivery");
      var worker = new WorkerId(UUID.randomUUID());

      assertThrows(
          StoreUnavailableException.class,
          () -> hasty.outbox(format).lease(worker, LEASE, Set.of()));
      assertThrows(StoreUnavailableException.class, () -> hasty.records(format).outboxDepth());
      assertThrows(
          StoreUnavailableException.class,
          () ->
              hasty
                  .refusedDeliveries()
                  .keep(
                      new RefusedDelivery(
                          Samples.uuid(NOON),
                          aDelivery(GITHUB),
                          "E",
                          "m",
                          Optional.empty(),
                          Optional.empty()),
                      Duration.ofMillis(500)));
    }
  }

  @Test
  void terminatedBackendsAreReplaced() {
    NewPipeline first = candidate("before");
    assertEquals(new Accepted(), storage.pipelines().accept(first, BUDGET));

    for (int i = 0; i < 5; i++) {
      terminateBackends();
      assertEquals(new Accepted(), storage.pipelines().accept(candidate("after-" + i), BUDGET));
    }

    assertEquals(
        new Duplicate(first.pipeline().id(), false),
        storage.pipelines().accept(candidate("before"), BUDGET));
  }

  @Test
  void answerLostAfterTheCommitIsStillAnAcceptanceAndStoredOnce() {
    try (var proxy = new CuttingProxy(storage.server());
        var database = Database.open(proxy.settings(), new Random(1))) {
      NewPipeline candidate = candidate("lost-answer");
      proxy.cutAnswerTo("INSERT INTO delivery_key");

      assertEquals(new Accepted(), database.pipelines(format).accept(candidate, BUDGET));

      assertTrue(proxy.hasCut());
      assertEquals("1", storage.server().query("SELECT count(*) FROM event"));
      assertEquals("1", storage.server().query("SELECT count(*) FROM pipeline"));
      assertEquals("1", storage.server().query("SELECT count(*) FROM outbox_message"));
    }
  }

  @Test
  void aPoolWhoseFirstConnectionDiesAtOnceFindsAnother() {
    try (var proxy = new CuttingProxy(storage.server())) {
      proxy.cutAnswerTo("SHOW TRANSACTION ISOLATION LEVEL");
      try (var database = Database.open(proxy.settings(), new Random(1))) {
        assertEquals(
            new Accepted(),
            database.pipelines(format).accept(candidate("a"), BUDGET.multipliedBy(3)));
      }
    }
  }

  @Test
  void attemptWhoseRecordsAnswerWasLostIsDueAgain() {
    try (var proxy = new CuttingProxy(storage.server());
        var database = Database.open(proxy.settings(), new Random(1))) {
      storage.pipelines().accept(candidate("a"), BUDGET);
      Outbox outbox = database.outbox(format);
      var worker = new WorkerId(UUID.randomUUID());
      Set<Lane> lanes = outbox.lease(worker, LEASE, Set.of()).lanes();
      OutboxMessage due = Claims.due(outbox, lanes, Ordering.STRICT, List.of(), 10).getFirst();
      OutboxMessage begun = due.with(due.pipeline().begin(THREE_TIMES, NOON));
      proxy.cutAnswerTo("UPDATE outbox_message");

      assertThrows(StoreUnavailableException.class, () -> outbox.record(worker, List.of(begun)));

      assertTrue(proxy.hasCut());
      List<OutboxMessage> again = Claims.due(outbox, lanes, Ordering.STRICT, List.of(), 10);
      assertEquals(List.of(due.id()), again.stream().map(OutboxMessage::id).toList());
      assertEquals(1, again.getFirst().pipeline().state().attempts());
      assertEquals(Set.of(due.id()), outbox.record(worker, List.of(begun)));
      assertEquals(
          2,
          storage.records().pipeline(begun.pipeline().id()).orElseThrow().history().size(),
          "the step is told once");
    }
  }

  @Test
  void claimThatANetworkIsTooSlowForAsksForLessTheNextTime() {
    for (int i = 0; i < 16; i++) {
      storage.pipelines().accept(Senders.aLargeCandidate(), BUDGET);
    }
    try (var proxy = new CuttingProxy(storage.server());
        var database =
            Database.open(
                proxy
                    .settings()
                    .withStatementTimeout(Duration.ofSeconds(1), Duration.ofMillis(500)),
                new Random(1))) {
      Outbox outbox = database.outbox(format);
      Set<Lane> lanes = outbox.lease(new WorkerId(UUID.randomUUID()), LEASE, Set.of()).lanes();
      var claim =
          new Claim(
              lanes,
              Ordering.STRICT,
              List.of(),
              Optional.of("test"),
              Set.of(),
              100,
              0,
              100,
              new Allowance(32 << 20, 32 << 20));
      proxy.slowTo(4 << 20);
      assertThrows(StoreUnavailableException.class, () -> outbox.due(claim));

      var found = new AtomicReference<>(List.<Line>of());
      Call.until(
          () -> {
            try {
              found.set(outbox.due(claim).lines());
              return true;
            } catch (StoreUnavailableException _) {
              return false;
            }
          });
      int few = found.get().getFirst().messages().size();
      assertTrue(few < 16, () -> few + " were brought");

      proxy.slowTo(Long.MAX_VALUE);
      Call.until(() -> outbox.due(claim).lines().getFirst().messages().size() == 16);
    }
  }

  @Test
  void refusedRowShowsNothingOfItsEvent() {
    var delivery = aDelivery(GITHUB);
    var event = anEvent().eventId(CANARY).userRequest(CANARY).rawPayload(delivery.body()).build();
    var pipeline = aPipeline().of(event).build();
    NewPipeline stored = candidate("replayed");
    storage.pipelines().accept(stored, BUDGET);
    storage.server().execute("UPDATE pipeline SET state = 'DISPATCHED'");
    var replayed = aPipeline().id(stored.pipeline().id()).of(event).build();
    storage
        .server()
        .execute("ALTER TABLE event ADD CONSTRAINT no_document CHECK (document = '') NOT VALID");
    try {
      assertSilent(
          assertThrows(
              JdbiException.class,
              () ->
                  storage
                      .pipelines()
                      .accept(
                          new NewPipeline(pipeline, delivery, new DeliveryKey(CANARY), true),
                          BUDGET)));
      assertSilent(assertThrows(JdbiException.class, () -> storage.pipelines().reopen(replayed)));
    } finally {
      storage.server().execute("ALTER TABLE event DROP CONSTRAINT no_document");
    }
  }

  private static void assertSilent(Exception failure) {
    var text = new StringWriter();
    failure.printStackTrace(new PrintWriter(text));
    assertTrue(text.toString().contains("violates check constraint"), text::toString);
    assertFalse(text.toString().contains(CANARY), text::toString);
  }

  @Test
  void readOnlyDatabaseIsUnavailable() {
    try (Database standby = Database.open(readOnly(), new Random(1))) {
      assertThrows(
          StoreUnavailableException.class,
          () -> standby.pipelines(format).accept(candidate("ro"), Duration.ofSeconds(1)));
    }
  }

  @Test
  void nulInTextsFromOutsideIsReplaced() {
    var delivery = aDelivery(GITHUB);
    var event = anEvent().eventType("odd\u0000type").rawPayload(delivery.body()).build();
    var pipeline = aPipeline().of(event).build();

    assertEquals(
        new Accepted(),
        storage
            .pipelines()
            .accept(new NewPipeline(pipeline, delivery, new DeliveryKey("nul"), true), BUDGET));
    assertEquals(
        "odd\uFFFDtype",
        storage.pipelines().find(pipeline.id()).orElseThrow().pipeline().event().eventType());

    var worker = new WorkerId(UUID.randomUUID());
    Set<Lane> lanes = storage.outbox().lease(worker, LEASE, Set.of()).lanes();
    var due = Claims.due(storage.outbox(), lanes, Ordering.STRICT, List.of(), 1).getFirst();
    var begun = due.with(due.pipeline().begin(THREE_TIMES, NOON));
    var failed =
        begun.with(
            begun.pipeline().settle(new Outcome.GiveUp("a\u0000b\uD800"), THREE_TIMES, NOON));
    assertEquals(Set.of(due.id()), storage.outbox().record(worker, List.of(failed)));
    assertEquals(
        Optional.of("a\uFFFDb\uFFFD"),
        storage.records().pipeline(pipeline.id()).orElseThrow().pipeline().error());
  }

  @Test
  void listenerHearsOfNewMessagesAndOfReconnections() throws InterruptedException {
    var heard = new Semaphore(0);
    try (var _ = storage.database().outboxSignal().listen(_ -> heard.release())) {
      assertTrue(heard.tryAcquire(10, TimeUnit.SECONDS), "once it listens");
      heard.drainPermits();
      storage.pipelines().accept(candidate("wake"), BUDGET);
      assertTrue(heard.tryAcquire(3, TimeUnit.SECONDS), "a new message");

      terminateBackends();
      assertTrue(heard.tryAcquire(10, TimeUnit.SECONDS), "the reconnection");
      heard.drainPermits();
      // The notifier's own connection was cut as well, and the first signal after that is lost.
      Call.until(
          () -> {
            storage.pipelines().accept(candidate("wake-" + UUID.randomUUID()), BUDGET);
            return heard.tryAcquire();
          });
    }
    assertEquals(
        "0",
        storage
            .server()
            .query(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND"
                    + " application_name = 'hookline listen'"));
  }

  private static void lock(Connection blocker, String tables) throws SQLException {
    blocker.setAutoCommit(false);
    try (var statement = blocker.createStatement()) {
      statement.execute("LOCK TABLE " + tables);
    }
  }

  private static void rollback(Connection connection) {
    try {
      connection.rollback();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private void terminateBackends() {
    storage
        .server()
        .execute(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()
            """);
  }

  private DatabaseSettings hasty() {
    return storage
        .server()
        .settings()
        .withStatementTimeout(Duration.ofSeconds(1), Duration.ofMillis(300));
  }

  /** As a server is that was a primary once. */
  private DatabaseSettings readOnly() {
    String url = storage.server().url();
    return DatabaseSettings.of(
        url
            + (url.contains("?") ? "&" : "?")
            + "targetServerType=any&options=-c%20default_transaction_read_only=on",
        storage.server().user(),
        storage.server().password());
  }

  private static NewPipeline candidate(String key) {
    var delivery = aDelivery(GITHUB);
    var event = anEvent().rawPayload(delivery.body()).build();
    return new NewPipeline(aPipeline().of(event).build(), delivery, new DeliveryKey(key), true);
  }
}
