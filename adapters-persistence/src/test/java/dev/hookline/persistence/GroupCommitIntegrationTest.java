package dev.hookline.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.application.pipeline.StoreUnavailableException;
import dev.hookline.testing.TestDatabase;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How callers share writes, whatever it is that they write. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class GroupCommitIntegrationTest {
  private static final Duration BUDGET = Duration.ofSeconds(20);
  private static final Duration SHORT = Duration.ofMillis(80);

  private final TestDatabase server = TestDatabase.create();
  private Writes writes = new Writes();
  private GroupCommit<String, String> commits = over(server.url());

  /** Texts into a table that refuses some; the test says when a write may go on. */
  private static final class Writes implements GroupCommit.Write<String, String> {
    private static final int ANY_NUMBER = 1_000_000;

    final List<List<String>> batches = Collections.synchronizedList(new ArrayList<>());
    final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    final AtomicInteger most = new AtomicInteger();
    private final AtomicInteger now = new AtomicInteger();
    private final Semaphore gate = new Semaphore(ANY_NUMBER);
    volatile Function<List<String>, Boolean> first = _ -> true;

    void hold() {
      gate.drainPermits();
    }

    void goOnFor(int some) {
      gate.release(some);
    }

    void goOn() {
      gate.release(ANY_NUMBER);
    }

    @Override
    public List<Optional<String>> write(Handle handle, List<String> candidates) {
      batches.add(List.copyOf(candidates));
      threads.add(Thread.currentThread());
      most.accumulateAndGet(now.incrementAndGet(), Math::max);
      try {
        gate.acquireUninterruptibly();
        if (!first.apply(candidates)) {
          return candidates.stream().map(_ -> Optional.<String>empty()).toList();
        }
        handle
            .createUpdate(
                "INSERT INTO written SELECT unnest(string_to_array(:texts, ',')) ON CONFLICT DO"
                    + " NOTHING")
            .bind("texts", String.join(",", candidates))
            .execute();
        return candidates.stream().map(text -> Optional.of("stored " + text)).toList();
      } finally {
        now.decrementAndGet();
      }
    }
  }

  @BeforeAll
  void createTable() {
    server.execute(
        """
        CREATE TABLE written (text text PRIMARY KEY CHECK (text NOT LIKE 'poison%'));
        CREATE FUNCTION fail(state text) RETURNS void LANGUAGE plpgsql
          AS 'BEGIN RAISE EXCEPTION ''as asked'' USING ERRCODE = state; END'
        """);
  }

  @BeforeEach
  void empty() {
    server.execute("TRUNCATE written");
    writes = new Writes();
    commits = over(server.url());
  }

  @AfterAll
  void close() {
    server.close();
  }

  private GroupCommit<String, String> over(String url) {
    var jdbi =
        Jdbi.create(() -> DriverManager.getConnection(url, server.user(), server.password()));
    return new GroupCommit<>(
        new Sessions(jdbi, new Random(1)),
        text ->
            text.startsWith("half")
                ? GroupCommit.FULL_BYTES / 2
                : text.startsWith("large") ? GroupCommit.FULL_BYTES * 3 : 1,
        writes);
  }

  @Test
  void whoIsAloneIsABatchOfOne() {
    assertEquals("stored a", commits.write("a", BUDGET));
    assertEquals("stored b", commits.write("b", BUDGET));

    assertEquals(List.of(List.of("a"), List.of("b")), writes.batches);
  }

  @Test
  void whatGathersIsWrittenTogetherInTheOrderItCame() throws Exception {
    List<Call<String>> ahead = twoAhead();
    List<Call<String>> gathered = inOrder("z", "c", "x", "a", "b");
    assertEquals(2, writes.batches.size(), "no third is begun");
    writes.goOn();

    assertEquals(
        List.of("stored z", "stored c", "stored x", "stored a", "stored b"),
        Call.answers(gathered));
    assertEquals(List.of("stored ahead-1", "stored ahead-2"), Call.answers(ahead));
    assertEquals(
        List.of(List.of("ahead-1"), List.of("ahead-2"), List.of("z", "c", "x", "a", "b")),
        writes.batches);
  }

  @Test
  void atMostTwoWriteAtOnce() throws Exception {
    Call.answers(Call.begun(calls(numbered(500))));

    assertTrue(writes.most.get() <= GroupCommit.BATCHES_AT_ONCE, () -> writes.most + " at once");
    assertEquals("500", stored());
  }

  @Test
  void aBatchHasABoundedNumber() throws Exception {
    twoAhead();
    List<Call<String>> gathered = Call.begun(calls(numbered(2 * GroupCommit.MOST_IN_BATCH + 5)));
    writes.goOn();
    Call.answers(gathered);

    assertEquals(
        List.of(1, 1, 5, GroupCommit.MOST_IN_BATCH, GroupCommit.MOST_IN_BATCH),
        writes.batches.stream().map(List::size).sorted().toList());
  }

  @Test
  void aBatchThatIsLargeTakesNoMoreIn() throws Exception {
    twoAhead();
    List<Call<String>> gathered =
        inOrder(
            "half-1", "half-2", "small-1", "large-1", "small-2", "half-3", "small-3", "large-2");
    writes.goOn();
    Call.answers(gathered);

    assertEquals(
        Set.of(
            List.of("ahead-1"),
            List.of("ahead-2"),
            List.of("half-1", "half-2"),
            List.of("small-1", "large-1"),
            List.of("small-2", "half-3", "small-3", "large-2")),
        Set.copyOf(writes.batches));
  }

  @Test
  void anEmptyQueueLeavesNoThread() throws Exception {
    Call.answers(Call.begun(calls(numbered(100))));
    Call.until(() -> writes.threads.stream().noneMatch(Thread::isAlive));

    Set<Thread> before = Set.copyOf(writes.threads);
    assertEquals("stored later", commits.write("later", BUDGET));
    Call.until(() -> writes.threads.stream().noneMatch(Thread::isAlive));
    assertEquals(before.size() + 1, writes.threads.size());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 10, 20, 36, 37})
  void whatIsRefusedFailsAlone(int place) throws Exception {
    List<String> texts = new ArrayList<>(numbered(38));
    texts.set(place, "poison");
    twoAhead();
    List<Call<String>> gathered = inOrder(texts.toArray(String[]::new));
    writes.goOn();

    for (int i = 0; i < texts.size(); i++) {
      if (i == place) {
        assertInstanceOf(JdbiException.class, gathered.get(i).failure());
      } else {
        assertEquals("stored " + texts.get(i), gathered.get(i).answer());
      }
    }
    assertEquals("39", stored());
    assertTrue(writes.batches.size() <= 2 + 1 + 2 * 6, () -> "by halves, not " + writes.batches);
  }

  @Test
  void allThatAreRefusedFailAndAllOthersAreWritten() throws Exception {
    twoAhead();
    List<Call<String>> gathered =
        inOrder("poison-1", "poison-2", "a", "poison-3", "b", "c", "poison-4");
    writes.goOn();

    assertEquals("stored a", gathered.get(2).answer());
    assertEquals("stored b", gathered.get(4).answer());
    assertEquals("stored c", gathered.get(5).answer());
    for (int poison : new int[] {0, 1, 3, 6}) {
      assertInstanceOf(JdbiException.class, gathered.get(poison).failure());
    }
    assertEquals("5", stored());
  }

  @Test
  void whatIsRefusedAloneIsNotWrittenAgain() {
    assertThrows(JdbiException.class, () -> commits.write("poison", BUDGET));

    assertEquals(List.of(List.of("poison")), writes.batches);
  }

  @ParameterizedTest
  @ValueSource(strings = {"40001", "40P01", "55P03", "57014", "57P01", "53300", "08006", "25006"})
  void faultThatPassesIsOutlasted(String state) throws Exception {
    var faults = new AtomicInteger(3);
    writes.first =
        _ -> {
          if (faults.getAndDecrement() > 0) {
            fail(state);
          }
          return true;
        };

    List<Call<String>> all = Call.begun(calls(numbered(10)));

    assertEquals(numbered(10).stream().map(text -> "stored " + text).toList(), Call.answers(all));
  }

  @ParameterizedTest
  @ValueSource(strings = {"23505", "22P02", "42P01", "P0001"})
  void statementThatIsWrongIsNotRepeated(String state) {
    writes.first = _ -> fail(state);

    assertThrows(JdbiException.class, () -> commits.write("a", BUDGET));
    assertEquals(1, writes.batches.size());
  }

  @Test
  void failureOutsideTheDatabaseIsTheCallersAndLeavesTheOthers() throws Exception {
    writes.first =
        texts -> {
          if (texts.contains("odd")) {
            throw new IllegalArgumentException("odd");
          }
          return true;
        };
    twoAhead();
    List<Call<String>> gathered = inOrder("a", "odd", "b");
    writes.goOn();

    assertEquals("stored a", gathered.get(0).answer());
    assertInstanceOf(IllegalArgumentException.class, gathered.get(1).failure());
    assertEquals("stored b", gathered.get(2).answer());
  }

  @Test
  void errorsAreTheCallersAndLaterOnesAreStillWritten() throws Exception {
    writes.first =
        _ -> {
          throw new StackOverflowError("as asked");
        };
    for (int i = 0; i < 2 * GroupCommit.BATCHES_AT_ONCE; i++) {
      Throwable failure = Call.begun(() -> commits.write("error", BUDGET)).failure();
      assertInstanceOf(StackOverflowError.class, failure.getCause());
    }

    writes.first = _ -> true;
    assertEquals("stored later", commits.write("later", BUDGET));
  }

  @Test
  void onlyWhatHasNoEndYetIsWrittenAgain() throws Exception {
    var again =
        new GroupCommit<String, String>(
            new Sessions(Jdbi.create(server::connect), new Random(1)),
            _ -> 1,
            (handle, texts) -> {
              List<Optional<String>> ends = writes.write(handle, texts);
              return IntStream.range(0, texts.size())
                  .mapToObj(i -> i > 0 ? Optional.<String>empty() : ends.get(i))
                  .toList();
            });
    writes.hold();
    List<Call<String>> calls = new ArrayList<>();
    for (String text : List.of("ahead-1", "ahead-2", "a", "b", "c")) {
      calls.add(Call.begun(() -> again.write(text, BUDGET)));
      int begun = Math.min(calls.size(), 2);
      Call.until(() -> writes.batches.size() == begun);
    }
    writes.goOn();

    assertEquals(
        List.of("stored ahead-1", "stored ahead-2", "stored a", "stored b", "stored c"),
        Call.answers(calls));
    assertEquals(
        List.of(List.of("a", "b", "c"), List.of("b", "c"), List.of("c")),
        writes.batches.subList(2, writes.batches.size()));
  }

  @Test
  void eachWaitsForItsOwnBudget() throws Exception {
    twoAhead();
    writes.hold();
    Call<String> hasty = Call.begun(() -> commits.write("hasty", SHORT));
    Call<String> patient = Call.begun(() -> commits.write("patient", BUDGET));

    assertInstanceOf(StoreUnavailableException.class, hasty.failure());
    assertFalse(patient.isOver());
    writes.goOn();
    assertEquals("stored patient", patient.answer());
  }

  @Test
  void whoseBudgetIsSpentBeforeTheBatchIsNotWritten() throws Exception {
    twoAhead();
    Call<String> hasty = Call.begun(() -> commits.write("hasty", SHORT));
    hasty.failure();
    Call<String> patient = Call.begun(() -> commits.write("patient", BUDGET));
    writes.goOn();
    patient.answer();

    assertEquals(
        Set.of(List.of("ahead-1"), List.of("ahead-2"), List.of("patient")),
        Set.copyOf(writes.batches));
  }

  @Test
  void queueOfNobodyWhoStillWaitsIsNoBatch() throws Exception {
    List<Call<String>> ahead = twoAhead();
    for (int i = 0; i < 3; i++) {
      Call.begun(() -> commits.write("hasty", SHORT)).failure();
    }
    writes.goOn();
    Call.answers(ahead);
    Call.until(() -> writes.threads.stream().noneMatch(Thread::isAlive));

    assertEquals(2, writes.batches.size());
    assertEquals("stored later", commits.write("later", BUDGET));
  }

  @ParameterizedTest
  @ValueSource(strings = {"40001", "57P01", "22P02"})
  void whoHasGivenUpWithinTheBatchIsNotWrittenAgain(String state) throws Exception {
    writes.first = texts -> texts.contains("hasty") ? fail(state) : true;
    List<Call<String>> ahead = twoAhead();
    List<Call<String>> early = inOrder("a", "b", "c");
    Call<String> hasty = Call.begun(() -> commits.write("hasty", BUDGET));
    List<Call<String>> late = inOrder("d");
    writes.goOnFor(2);
    Call.answers(ahead);
    Call.until(() -> writes.batches.size() == 3);
    hasty.interrupt();
    hasty.failure();
    writes.goOn();

    assertEquals(List.of("stored a", "stored b", "stored c"), Call.answers(early));
    assertEquals(List.of("stored d"), Call.answers(late));
    assertEquals(List.of("a", "b", "c", "hasty", "d"), writes.batches.get(2));
    var again = new HashSet<String>();
    writes.batches.subList(3, writes.batches.size()).forEach(again::addAll);
    assertEquals(Set.of("a", "b", "c", "d"), again);
  }

  @Test
  void whoseBudgetIsSpentHearsOfTheFault() throws Exception {
    writes.first = _ -> fail("53300");

    Throwable failure = Call.begun(() -> commits.write("a", Duration.ofSeconds(2))).failure();

    assertInstanceOf(StoreUnavailableException.class, failure);
    assertTrue(String.valueOf(failure.getMessage()).contains("53300"), failure.getMessage());
  }

  @Test
  void databaseThatIsAwayIsUnavailableForAll() throws Exception {
    commits = over("jdbc:postgresql://127.0.0.1:1/away");
    List<Callable<String>> calls = new ArrayList<>();
    for (String text : numbered(20)) {
      calls.add(() -> commits.write(text, Duration.ofMillis(300)));
    }

    for (Call<String> call : Call.begun(calls)) {
      assertInstanceOf(StoreUnavailableException.class, call.failure());
    }
    Call.until(() -> writes.threads.stream().noneMatch(Thread::isAlive));
  }

  @Test
  void interruptedCallerLeavesTheOthersAlone() throws Exception {
    twoAhead();
    Call<String> interrupted =
        Call.begun(
            () -> {
              try {
                return commits.write("interrupted", BUDGET);
              } catch (StoreUnavailableException e) {
                return "unavailable, interrupted " + Thread.currentThread().isInterrupted();
              }
            });
    Call<String> other = Call.begun(() -> commits.write("other", BUDGET));
    interrupted.interrupt();

    assertEquals("unavailable, interrupted true", interrupted.answer());
    writes.goOn();
    assertEquals("stored other", other.answer());
    assertFalse(writes.batches.contains(List.of("interrupted", "other")));
  }

  @Test
  void eachIsToldOfItsOwnWhateverHappens() throws Exception {
    long seed = System.nanoTime();
    var random = new Random(seed);
    writes.first =
        _ -> {
          int luck;
          synchronized (random) {
            luck = random.nextInt(8);
          }
          return switch (luck) {
            case 0 -> fail("40P01");
            case 1 -> fail("57P03");
            case 2 -> false;
            default -> true;
          };
        };
    List<String> texts = new ArrayList<>(numbered(300));
    for (int i = 0; i < texts.size(); i += 37) {
      texts.set(i, "poison-" + i);
    }

    List<Call<String>> all = Call.begun(calls(texts));

    var written = new TreeSet<String>();
    for (int i = 0; i < texts.size(); i++) {
      if (texts.get(i).startsWith("poison")) {
        assertInstanceOf(JdbiException.class, all.get(i).failure(), "seed " + seed);
      } else {
        assertEquals("stored " + texts.get(i), all.get(i).answer(), "seed " + seed);
        written.add(texts.get(i));
      }
    }
    assertEquals(Integer.toString(written.size()), stored());
  }

  /** Two batches of one that have begun and are held. */
  private List<Call<String>> twoAhead() {
    writes.hold();
    Call<String> one = Call.begun(() -> commits.write("ahead-1", BUDGET));
    Call.until(() -> writes.batches.size() == 1);
    Call<String> other = Call.begun(() -> commits.write("ahead-2", BUDGET));
    Call.until(() -> writes.batches.size() == 2);
    return List.of(one, other);
  }

  private List<Call<String>> inOrder(String... texts) {
    return Arrays.stream(texts).map(text -> Call.begun(() -> commits.write(text, BUDGET))).toList();
  }

  private List<Callable<String>> calls(List<String> texts) {
    return texts.stream().<Callable<String>>map(text -> () -> commits.write(text, BUDGET)).toList();
  }

  private static List<String> numbered(int count) {
    return IntStream.range(0, count).mapToObj(i -> "text-" + i).toList();
  }

  private boolean fail(String state) {
    return Jdbi.create(server::connect)
        .withHandle(
            handle -> {
              handle
                  .createQuery("SELECT fail(:state)")
                  .bind("state", state)
                  .mapTo(String.class)
                  .one();
              return true;
            });
  }

  private String stored() {
    return server.query("SELECT count(*) FROM written");
  }
}
