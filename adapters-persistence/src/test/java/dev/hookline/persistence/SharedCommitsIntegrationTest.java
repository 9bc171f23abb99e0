package dev.hookline.persistence;

import static dev.hookline.testing.Samples.GITHUB;
import static dev.hookline.testing.Samples.NOON;
import static dev.hookline.testing.Samples.aDelivery;
import static dev.hookline.testing.Samples.aPipeline;
import static dev.hookline.testing.Samples.anEvent;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.application.pipeline.NewPipeline;
import dev.hookline.application.pipeline.PipelineStore;
import dev.hookline.application.pipeline.PipelineStore.Acceptance;
import dev.hookline.application.pipeline.PipelineStore.Acceptance.Accepted;
import dev.hookline.application.pipeline.PipelineStore.Acceptance.Duplicate;
import dev.hookline.application.pipeline.StoreUnavailableException;
import dev.hookline.domain.delivery.Delivery;
import dev.hookline.domain.delivery.DeliveryKey;
import dev.hookline.domain.delivery.RawBody;
import dev.hookline.domain.pipeline.PipelineId;
import dev.hookline.testing.PlainEventFormat;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jdbi.v3.core.JdbiException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What becomes of deliveries that are accepted together: in one statement, with one commit. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SharedCommitsIntegrationTest {
  private static final Duration BUDGET = Duration.ofSeconds(20);
  private static final Duration SHORT = Duration.ofMillis(150);

  private static final String WAITING_FOR_LOCKS =
      """
      SELECT count(*) FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock'
      """;

  private static final String BATCHES = "SELECT count(DISTINCT xmin::text) FROM delivery_key";

  private static final String LARGEST_BATCH =
      "SELECT max(n) FROM (SELECT count(*) FROM delivery_key GROUP BY xmin::text) AS b (n)";

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

  /** Holds the table that every acceptance writes, and then maybe some keys longer than that. */
  private final class Blocker implements AutoCloseable {
    private final Connection connection;
    private final Savepoint keysOnly;

    Blocker(String... keys) throws SQLException {
      connection = storage.server().connect();
      connection.setAutoCommit(false);
      for (String key : keys) {
        execute(
            "INSERT INTO delivery_key VALUES ('github', '%s', NULL, gen_random_uuid())"
                .formatted(key));
      }
      keysOnly = connection.setSavepoint();
      execute("LOCK TABLE delivery_key");
    }

    private void execute(String sql) throws SQLException {
      try (var statement = connection.createStatement()) {
        statement.execute(sql);
      }
    }

    void letGoOfTable() throws SQLException {
      connection.rollback(keysOnly);
    }

    void letGo() throws SQLException {
      connection.rollback();
    }

    @Override
    public void close() throws SQLException {
      connection.close();
    }
  }

  @Test
  void manyShareTwoConnectionsAndFewCommits() throws Exception {
    List<Call<Acceptance>> calls;
    try (var small = Database.open(storage.server().settings().withPoolSize(2), new Random(1));
        var blocker = new Blocker()) {
      PipelineStore store = small.pipelines(format);
      calls = Call.begun(acceptances(store, candidates(100)));
      untilWaiting(2);

      assertEquals("2", storage.server().query(WAITING_FOR_LOCKS), "connections");
      blocker.letGo();
      assertEquals(Collections.nCopies(100, new Accepted()), Call.answers(calls));
    }

    assertStored(100);
    // Whoever comes first goes at once, and so does the next.
    assertTrue(Integer.parseInt(storage.server().query(BATCHES)) <= 4);
    assertEquals(
        storage.server().query(BATCHES),
        storage
            .server()
            .query(
                """
                SELECT count(DISTINCT (k.xmin::text, p.xmin::text, e.xmin::text, m.xmin::text))
                FROM delivery_key k
                JOIN pipeline p ON p.id = k.pipeline_id
                JOIN event e ON e.pipeline_id = k.pipeline_id
                JOIN outbox_message m ON m.pipeline_id = k.pipeline_id
                """),
        "all four rows of each, in one transaction");
  }

  @Test
  void aBatchHasABoundedNumber() throws Exception {
    try (var blocker = new Blocker()) {
      List<Call<Acceptance>> calls = afterTwo(storage.pipelines(), candidates(70));
      blocker.letGo();
      Call.answers(calls);
    }

    assertEquals("64", storage.server().query(LARGEST_BATCH));
    assertStored(72);
  }

  @Test
  void largeBodiesMakeSmallBatches() throws Exception {
    List<NewPipeline> candidates =
        IntStream.range(0, 6)
            .mapToObj(
                i -> {
                  byte[] large = new byte[600 * 1024];
                  large[0] = (byte) i;
                  return of(withBody(large), "large-" + i);
                })
            .toList();
    try (var blocker = new Blocker()) {
      List<Call<Acceptance>> calls = afterTwo(storage.pipelines(), candidates);
      blocker.letGo();
      Call.answers(calls);
    }

    assertEquals("2", storage.server().query(LARGEST_BATCH));
    assertStored(8);
  }

  @Test
  void messagesOfABatchStandInTheOrderTheirDeliveriesCame() throws Exception {
    List<NewPipeline> candidates = new ArrayList<>(candidates(30));
    Collections.shuffle(candidates, new Random(7));
    try (var blocker = new Blocker()) {
      List<Call<Acceptance>> calls = afterTwo(storage.pipelines(), candidates);
      blocker.letGo();
      Call.answers(calls);
    }

    assertEquals(
        candidates.stream()
            .map(candidate -> candidate.pipeline().id().toString())
            .collect(Collectors.joining(",")),
        storage
            .server()
            .query(
                """
                SELECT string_agg(m.pipeline_id::text, ',' ORDER BY m.id)
                FROM outbox_message m JOIN delivery_key k ON k.pipeline_id = m.pipeline_id
                WHERE k.key NOT LIKE 'ahead%'
                """));
  }

  @Test
  void duplicatesWithinABatchNameTheOneThatIsStored() throws Exception {
    Delivery signed = aDelivery(GITHUB);
    List<NewPipeline> sameKey = IntStream.range(0, 10).mapToObj(_ -> candidate("same")).toList();
    List<NewPipeline> sameBody =
        IntStream.range(0, 10).mapToObj(i -> of(signed, "body-" + i)).toList();
    List<NewPipeline> all = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      all.add(sameKey.get(i));
      all.add(sameBody.get(i));
      all.add(candidate("other-" + i));
    }
    Map<NewPipeline, Acceptance> answers;
    try (var blocker = new Blocker()) {
      List<Call<Acceptance>> calls = afterTwo(storage.pipelines(), all);
      blocker.letGo();
      answers = byCandidate(all, Call.answers(calls));
    }

    assertEquals("12", storage.server().query(LARGEST_BATCH), "they were one batch");
    assertOneAccepted(sameKey, answers);
    assertOneAccepted(sameBody, answers);
    assertStored(2 + 1 + 1 + 10);
  }

  @Test
  void duplicatesOfEarlierBatchesNameTheFirst() throws Exception {
    NewPipeline byKey = candidate("first");
    Delivery signed = aDelivery(GITHUB);
    NewPipeline byBody = of(signed, "signed");
    storage.pipelines().accept(byKey, BUDGET);
    storage.pipelines().accept(byBody, BUDGET);
    List<Acceptance> answers;
    try (var blocker = new Blocker()) {
      List<Call<Acceptance>> calls =
          afterTwo(
              storage.pipelines(),
              List.of(
                  candidate("new-1"),
                  candidate("first"),
                  of(signed, "renamed"),
                  candidate("new-2"),
                  of(signed, "first")));
      blocker.letGo();
      answers = Call.answers(calls);
    }

    assertEquals(
        List.of(
            new Accepted(),
            new Duplicate(byKey.pipeline().id(), false),
            new Duplicate(byBody.pipeline().id(), false),
            new Accepted(),
            new Duplicate(byKey.pipeline().id(), false)),
        answers,
        "the key's goes before the body's");
    assertStored(2 + 2 + 2);
  }

  @Test
  void ofTwoWritersExactlyOneAcceptsEach() throws Exception {
    try (var other = Database.open(storage.server().settings(), new Random(2))) {
      List<PipelineStore> stores = List.of(storage.pipelines(), other.pipelines(format));
      var random = new Random(3);
      for (int round = 0; round < 4; round++) {
        List<Delivery> bodies = IntStream.range(0, 12).mapToObj(_ -> aDelivery(GITHUB)).toList();
        List<NewPipeline> candidates = new ArrayList<>();
        List<Callable<Acceptance>> calls = new ArrayList<>();
        for (int i = 0; i < 240; i++) {
          // By key or by body: either way there are twelve deliveries.
          int which = random.nextInt(bodies.size());
          String key = "round-%d-%d".formatted(round, which);
          NewPipeline candidate =
              of(bodies.get(which), random.nextBoolean() ? key : key + "-again-" + i);
          PipelineStore store = stores.get(i % 2);
          candidates.add(candidate);
          calls.add(() -> store.accept(candidate, BUDGET));
        }
        Map<NewPipeline, Acceptance> answers =
            byCandidate(candidates, Call.answers(Call.begun(calls)));

        var byBody = candidates.stream().collect(Collectors.groupingBy(c -> c.delivery().body()));
        for (List<NewPipeline> same : byBody.values()) {
          assertOneAccepted(same, answers);
        }
        assertStored(bodies.size() * (round + 1));
      }
    }
  }

  @Test
  void whatIsRefusedAsDataFailsAlone() throws Exception {
    NewPipeline first = candidate("first");
    storage.pipelines().accept(first, BUDGET);
    NewPipeline beyondTime =
        of(
            new Delivery(
                GITHUB,
                aDelivery(GITHUB).headers(),
                aDelivery(GITHUB).body(),
                Instant.MAX,
                "127.0.0.1"),
            "beyond-time");
    Delivery delivery = aDelivery(GITHUB);
    NewPipeline sameId =
        new NewPipeline(
            aPipeline().id(first.pipeline().id()).of(first.pipeline().event()).build(),
            delivery,
            new DeliveryKey("same-id"),
            true);
    NewPipeline beyondDelay =
        new NewPipeline(
            candidate("x").pipeline(),
            aDelivery(GITHUB),
            new DeliveryKey("beyond-delay"),
            true,
            Duration.ofDays(400L * 365_000));
    List<NewPipeline> all = new ArrayList<>(candidates(20));
    all.add(3, beyondTime);
    all.add(11, sameId);
    all.add(beyondDelay);

    List<Call<Acceptance>> calls;
    try (var blocker = new Blocker()) {
      calls = afterTwo(storage.pipelines(), all);
      blocker.letGo();
      for (int i = 0; i < all.size(); i++) {
        NewPipeline candidate = all.get(i);
        if (candidate.equals(beyondTime) || candidate.equals(sameId)) {
          assertInstanceOf(JdbiException.class, calls.get(i).failure());
        } else if (candidate.equals(beyondDelay)) {
          assertInstanceOf(ArithmeticException.class, calls.get(i).failure());
        } else {
          assertEquals(new Accepted(), calls.get(i).answer());
        }
      }
    }
    assertStored(1 + 2 + 20);
  }

  @Test
  void whoHasNoTimeLeftIsNotStoredAndWhoHasIs() throws Exception {
    try (var blocker = new Blocker()) {
      PipelineStore store = storage.pipelines();
      List<Call<Acceptance>> ahead = afterTwo(store, List.of());
      Call<Acceptance> hasty = Call.begun(() -> store.accept(candidate("hasty"), SHORT));
      Call<Acceptance> patient = Call.begun(() -> store.accept(candidate("patient"), BUDGET));

      assertInstanceOf(StoreUnavailableException.class, hasty.failure());
      assertFalse(patient.isOver());
      blocker.letGo();
      assertEquals(new Accepted(), patient.answer());
      Call.answers(ahead);
    }
    assertEquals(
        "0", storage.server().query("SELECT count(*) FROM delivery_key WHERE key = 'hasty'"));
    assertStored(3);
  }

  @Test
  void eachKeepsItsBudgetWithinABatchThatWaits() throws Exception {
    try (var blocker = new Blocker("held")) {
      PipelineStore store = storage.pipelines();
      afterTwo(store, List.of());
      Call<Acceptance> patient = Call.begun(() -> store.accept(candidate("patient"), BUDGET));
      Call<Acceptance> held = Call.begun(() -> store.accept(candidate("held"), BUDGET));
      Call<Acceptance> hasty =
          Call.begun(() -> store.accept(candidate("hasty"), Duration.ofSeconds(2)));
      blocker.letGoOfTable();

      assertInstanceOf(StoreUnavailableException.class, hasty.failure());
      assertFalse(patient.isOver(), "it is in the batch of the one that is held");
      blocker.letGo();
      assertEquals(new Accepted(), patient.answer());
      assertEquals(new Accepted(), held.answer());
    }
  }

  @Test
  void silentDatabaseCostsEachItsOwnBudget() throws Exception {
    try (var proxy = new CuttingProxy(storage.server());
        var database = Database.open(proxy.settings(), new Random(1))) {
      PipelineStore store = database.pipelines(format);
      assertEquals(new Accepted(), store.accept(candidate("before"), BUDGET));
      proxy.stall();
      List<Call<Acceptance>> patient =
          Call.begun(acceptances(store, List.of(candidate("a"), candidate("b"), candidate("c"))));
      List<Callable<Acceptance>> hasty = new ArrayList<>();
      for (NewPipeline candidate : candidates(10)) {
        hasty.add(() -> store.accept(candidate, SHORT));
      }
      for (Call<Acceptance> call : Call.begun(hasty)) {
        assertInstanceOf(StoreUnavailableException.class, call.failure());
      }
      assertTrue(patient.stream().noneMatch(Call::isOver));
      proxy.resume();

      assertEquals(Collections.nCopies(3, new Accepted()), Call.answers(patient));
      assertEquals(
          "4",
          storage.server().query("SELECT count(*) FROM delivery_key WHERE key NOT LIKE 'key-%'"));
    }
  }

  @Test
  void answerLostAfterTheCommitOfABatchIsAnAcceptanceOfAllAndStoredOnce() throws Exception {
    try (var proxy = new CuttingProxy(storage.server());
        var database = Database.open(proxy.settings(), new Random(1));
        var blocker = new Blocker()) {
      PipelineStore store = database.pipelines(format);
      NewPipeline first = candidate("first");
      List<NewPipeline> candidates = new ArrayList<>(candidates(20));
      candidates.add(first);
      candidates.add(candidate("first"));
      List<Call<Acceptance>> calls = afterTwo(store, candidates);
      proxy.cutAnswerTo("INSERT INTO delivery_key");
      blocker.letGo();

      List<Acceptance> answers = Call.answers(calls);
      assertTrue(proxy.hasCut());
      assertEquals(Collections.nCopies(20, new Accepted()), answers.subList(0, 20));
      assertOneAccepted(candidates.subList(20, 22), byCandidate(candidates, answers));
    }
    assertEquals("21", storage.server().query(LARGEST_BATCH), "they were one batch");
    assertStored(2 + 21);
  }

  @Test
  void cutConnectionsAreReplacedAndAllIsStoredOnce() throws Exception {
    PipelineStore store = storage.pipelines();
    List<Call<Acceptance>> calls;
    try (var blocker = new Blocker()) {
      calls = afterTwo(store, candidates(30));
      storage
          .server()
          .execute(
              """
              SELECT pg_terminate_backend(pid) FROM pg_stat_activity
              WHERE datname = current_database() AND wait_event_type = 'Lock'
              """);
      blocker.letGo();
      assertEquals(Collections.nCopies(30, new Accepted()), Call.answers(calls));
    }
    Call.until(() -> "32".equals(storage.server().query("SELECT count(*) FROM delivery_key")));
    assertStored(32);
  }

  @Test
  void batchesThatWaitForEachOtherAreBothAnswered() throws Exception {
    List<Delivery> inOrder =
        Stream.generate(() -> aDelivery(GITHUB))
            .limit(6)
            .sorted(Comparator.comparing(sent -> sent.body().digest(), Arrays::compareUnsigned))
            .toList();
    // They go in in the order of their bodies, and the keys the other way round in the other batch.
    List<NewPipeline> one =
        List.of(of(inOrder.get(0), "a"), of(inOrder.get(2), "b-1"), of(inOrder.get(4), "c"));
    List<NewPipeline> two =
        List.of(of(inOrder.get(1), "c"), of(inOrder.get(3), "b-2"), of(inOrder.get(5), "a"));
    String before = deadlocks();

    assertOneOfEachIsAccepted(one, two);
    Call.until(() -> !before.equals(deadlocks()));
  }

  @Test
  void batchesWithTheSameBodiesDoNotWaitForEachOther() throws Exception {
    Delivery x = aDelivery(GITHUB);
    Delivery y = aDelivery(GITHUB);
    List<NewPipeline> one = List.of(of(x, "a-1"), candidate("b-1"), of(y, "c-1"));
    List<NewPipeline> two = List.of(of(y, "a-2"), candidate("b-2"), of(x, "c-2"));
    String before = deadlocks();

    assertOneOfEachIsAccepted(one, two);
    assertEquals(before, deadlocks());
  }

  /** Has two batches wait within their statements, and lets both go at once. */
  private void assertOneOfEachIsAccepted(List<NewPipeline> one, List<NewPipeline> two)
      throws Exception {
    try (var other = Database.open(storage.server().settings(), new Random(2));
        var blocker = new Blocker("b-1", "b-2")) {
      List<Call<Acceptance>> ones = afterTwo(storage.pipelines(), one);
      List<Call<Acceptance>> twos = afterTwo(other.pipelines(format), two, 4);
      blocker.letGoOfTable();
      Call.until(
          () ->
              "2"
                  .equals(
                      storage
                          .server()
                          .query(WAITING_FOR_LOCKS + " AND wait_event = 'transactionid'")));
      blocker.letGo();

      List<NewPipeline> all = new ArrayList<>(one);
      all.addAll(two);
      List<Acceptance> answers = new ArrayList<>(Call.answers(ones));
      answers.addAll(Call.answers(twos));
      Map<NewPipeline, Acceptance> of = byCandidate(all, answers);
      assertOneAccepted(List.of(one.get(0), two.get(2)), of);
      assertOneAccepted(List.of(one.get(2), two.get(0)), of);
      assertEquals(new Accepted(), of.get(one.get(1)));
      assertEquals(new Accepted(), of.get(two.get(1)));
    }
    assertStored(4 + 4);
  }

  private String deadlocks() {
    return storage
        .server()
        .query("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()");
  }

  /** Begins two that wait for the blocker, and then these, which gather behind them in order. */
  private List<Call<Acceptance>> afterTwo(PipelineStore store, List<NewPipeline> candidates) {
    return afterTwo(store, candidates, 2);
  }

  private List<Call<Acceptance>> afterTwo(
      PipelineStore store, List<NewPipeline> candidates, int waiting) {
    for (int i = 1; i >= 0; i--) {
      NewPipeline ahead = candidate("ahead-%d-%d".formatted(waiting, i));
      Call.begun(() -> store.accept(ahead, BUDGET));
      untilWaiting(waiting - i);
    }
    return candidates.stream()
        .map(candidate -> Call.begun(() -> store.accept(candidate, BUDGET)))
        .toList();
  }

  private void untilWaiting(int connections) {
    Call.until(
        () -> Integer.toString(connections).equals(storage.server().query(WAITING_FOR_LOCKS)));
  }

  private static List<Callable<Acceptance>> acceptances(
      PipelineStore store, List<NewPipeline> candidates) {
    return candidates.stream()
        .<Callable<Acceptance>>map(candidate -> () -> store.accept(candidate, BUDGET))
        .toList();
  }

  private static Map<NewPipeline, Acceptance> byCandidate(
      List<NewPipeline> candidates, List<Acceptance> answers) {
    return IntStream.range(0, candidates.size())
        .boxed()
        .collect(Collectors.toMap(candidates::get, answers::get));
  }

  /** Of these, which are all the same delivery, one is accepted and the others name it. */
  private static void assertOneAccepted(
      List<NewPipeline> same, Map<NewPipeline, Acceptance> answers) {
    var accepted = new HashSet<PipelineId>();
    var named = new HashSet<PipelineId>();
    for (NewPipeline candidate : same) {
      switch (requireNonNull(answers.get(candidate))) {
        case Accepted() -> accepted.add(candidate.pipeline().id());
        case Duplicate(PipelineId first, boolean failed) -> {
          assertFalse(failed);
          named.add(first);
        }
      }
    }
    assertEquals(1, accepted.size());
    assertEquals(same.size() == 1 ? Set.of() : accepted, named);
  }

  private void assertStored(int pipelines) {
    for (String table : List.of("delivery_key", "pipeline", "event", "outbox_message")) {
      assertEquals(
          Integer.toString(pipelines), storage.server().query("SELECT count(*) FROM " + table));
    }
  }

  private static List<NewPipeline> candidates(int count) {
    return IntStream.range(0, count).mapToObj(i -> candidate("key-" + i)).toList();
  }

  private static NewPipeline candidate(String key) {
    return of(aDelivery(GITHUB), key);
  }

  private static Delivery withBody(byte[] body) {
    return new Delivery(GITHUB, aDelivery(GITHUB).headers(), RawBody.of(body), NOON, "127.0.0.1");
  }

  private static NewPipeline of(Delivery delivery, String key) {
    var event = anEvent().rawPayload(delivery.body()).build();
    return new NewPipeline(aPipeline().of(event).build(), delivery, new DeliveryKey(key), true);
  }
}
