package dev.hookline.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.application.pipeline.StoreUnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What becomes of those who share a commit. Numbers are written; negative ones are refused. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class GroupCommitIntegrationTest {
  private static final Duration BUDGET = Duration.ofSeconds(20);
  private static final int POISON = -1;

  private final PostgresStorage storage = new PostgresStorage();
  private final Sessions sessions =
      new Sessions(Jdbi.create(() -> storage.server().connect()), new Random(1));
  private final List<List<Integer>> batches = Collections.synchronizedList(new ArrayList<>());
  private final Semaphore gate = new Semaphore(0);

  @BeforeEach
  void empty() {
    storage
        .server()
        .execute("DROP TABLE IF EXISTS number; CREATE TABLE number (n integer CHECK (n >= 0))");
    batches.clear();
    gate.drainPermits();
  }

  @AfterAll
  void close() {
    storage.close();
  }

  @Test
  void whoComesWhileCommitsAreUnderWaySharesTheNext() {
    var commits = commits(this::store);
    var first = holdAll(commits);
    var gathered = callers(commits, IntStream.range(10, 20).boxed().toList(), BUDGET);

    gate.release(1000);

    first.forEach(CompletableFuture::join);
    assertEquals(
        IntStream.range(10, 20).boxed().toList(),
        gathered.stream().map(CompletableFuture::join).sorted().toList());
    assertEquals(GroupCommit.BATCHES_AT_ONCE + 1, batches.size(), batches::toString);
    assertEquals(
        Integer.toString(GroupCommit.BATCHES_AT_ONCE + 1),
        storage.server().query("SELECT count(DISTINCT xmin::text) FROM number"));
  }

  @Test
  void whoIsAloneWaitsForNobody() {
    gate.release(1000);
    var commits = commits(this::store);
    for (int i = 0; i < 5; i++) {
      assertEquals(i, commits.write(i, BUDGET));
    }
    assertEquals(5, batches.size());
  }

  @Test
  void batchIsBoundedInNumber() {
    var commits = commits(this::store);
    holdAll(commits);
    int most = GroupCommit.MOST_IN_BATCH;
    var gathered = callers(commits, IntStream.range(0, most + 5).boxed().toList(), BUDGET);

    gate.release(1000);

    gathered.forEach(CompletableFuture::join);
    assertEquals(
        List.of(5, most), sizesAfterTheHeld().stream().sorted().toList(), batches::toString);
  }

  @Test
  void batchIsBoundedInBytes() {
    var commits =
        new GroupCommit<Integer, Integer>(
            sessions, _ -> GroupCommit.FULL_BYTES / 2 + 1, this::store);
    holdAll(commits);
    var gathered = callers(commits, List.of(1, 2, 3, 4, 5, 6), BUDGET);

    gate.release(1000);

    gathered.forEach(CompletableFuture::join);
    assertEquals(List.of(2, 2, 2), sizesAfterTheHeld(), batches::toString);
  }

  @Test
  void whatTheDatabaseRefusesFailsAlone() {
    var commits = commits(this::store);
    holdAll(commits);
    var good = callers(commits, IntStream.range(10, 23).boxed().toList(), BUDGET);
    var bad = callers(commits, List.of(POISON), BUDGET).getFirst();
    var more = callers(commits, IntStream.range(30, 40).boxed().toList(), BUDGET);

    gate.release(1000);

    good.forEach(CompletableFuture::join);
    more.forEach(CompletableFuture::join);
    assertThrows(CompletionException.class, bad::join);
    assertEquals(Fault.DEFECT, Fault.of(bad.exceptionNow()));
    assertEquals("23", storage.server().query("SELECT count(*) FROM number WHERE n >= 10"));
  }

  @Test
  void eachWaitsNoLongerThanItsOwnBudgetAndIsNotWrittenAfterIt() {
    var commits = commits(this::store);
    holdAll(commits);
    var patient = callers(commits, List.of(10), BUDGET).getFirst();
    var hasty = callers(commits, List.of(11), Duration.ofMillis(50)).getFirst();

    assertThrows(CompletionException.class, hasty::join);
    assertInstanceOf(StoreUnavailableException.class, hasty.exceptionNow());
    gate.release(1000);

    assertEquals(10, patient.join());
    assertEquals("0", storage.server().query("SELECT count(*) FROM number WHERE n = 11"));
  }

  @Test
  void whoWasUndoneForAnotherIsWrittenAgain() {
    gate.release(1000);
    var tries = new AtomicInteger();
    var commits =
        commits(
            (handle, numbers) -> {
              if (tries.incrementAndGet() <= 2) {
                fail(handle, "40001");
              }
              return store(handle, numbers);
            });
    assertEquals(7, commits.write(7, BUDGET));
    assertEquals(3, tries.get());
  }

  @Test
  void databaseThatComesBackInTimeIsWaitedFor() {
    gate.release(1000);
    var tries = new AtomicInteger();
    var commits =
        commits(
            (handle, numbers) -> {
              if (tries.incrementAndGet() <= 2) {
                fail(handle, "57P03");
              }
              return store(handle, numbers);
            });
    assertEquals(7, commits.write(7, BUDGET));
  }

  @Test
  void whoseBudgetEndsIsToldWhatTheDatabaseSaid() {
    gate.release(1000);
    var commits =
        commits(
            (handle, _) -> {
              fail(handle, "57P03");
              return List.of();
            });
    var failure =
        assertThrows(
            StoreUnavailableException.class, () -> commits.write(7, Duration.ofMillis(300)));
    assertTrue(String.valueOf(failure.getMessage()).contains("57P03"), failure::getMessage);
  }

  @Test
  void whoHasNoEndYetIsWrittenAgainAndHoldsUpNobody() {
    gate.release(1000);
    var tries = new AtomicInteger();
    var commits =
        commits(
            (handle, numbers) ->
                numbers.contains(7) && tries.incrementAndGet() <= 3
                    ? numbers.stream()
                        .map(n -> n == 7 ? Optional.<Integer>empty() : Optional.of(n))
                        .toList()
                    : store(handle, numbers));
    assertEquals(7, commits.write(7, BUDGET));
    assertEquals(4, tries.get());
  }

  @Test
  void defectOfOursReachesItsCaller() {
    gate.release(1000);
    var commits =
        commits(
            (_, _) -> {
              throw new IllegalStateException("a defect");
            });
    assertEquals(
        "a defect",
        assertThrows(IllegalStateException.class, () -> commits.write(7, BUDGET)).getMessage());
    assertThrows(IllegalStateException.class, () -> commits.write(8, BUDGET), "and it goes on");
  }

  private static void fail(Handle handle, String sqlState) {
    handle.execute(
        "DO $$ BEGIN RAISE EXCEPTION 'planted' USING ERRCODE = '%s'; END $$".formatted(sqlState));
  }

  private GroupCommit<Integer, Integer> commits(GroupCommit.Write<Integer, Integer> write) {
    return new GroupCommit<>(sessions, _ -> 1, write);
  }

  private List<Optional<Integer>> store(Handle handle, List<Integer> numbers) {
    batches.add(numbers);
    gate.acquireUninterruptibly();
    handle
        .createUpdate("INSERT INTO number SELECT unnest(:numbers)")
        .bind("numbers", Storable.array("integer", numbers, n -> n))
        .execute();
    return numbers.stream().map(Optional::of).toList();
  }

  /** As many callers as there are batches at once; each of them is now held by the gate. */
  private List<CompletableFuture<Integer>> holdAll(GroupCommit<Integer, Integer> commits) {
    var held = new ArrayList<CompletableFuture<Integer>>();
    for (int i = 0; i < GroupCommit.BATCHES_AT_ONCE; i++) {
      held.addAll(callers(commits, List.of(i), BUDGET));
      int begun = i + 1;
      Until.holds(() -> batches.size() == begun);
    }
    return held;
  }

  private List<Integer> sizesAfterTheHeld() {
    return batches.stream().skip(GroupCommit.BATCHES_AT_ONCE).map(List::size).toList();
  }

  /** Each a thread of its own; all wait when this returns. */
  private static List<CompletableFuture<Integer>> callers(
      GroupCommit<Integer, Integer> commits, List<Integer> numbers, Duration budget) {
    var ends = new ArrayList<CompletableFuture<Integer>>();
    for (int number : numbers) {
      var end = new CompletableFuture<Integer>();
      Thread caller =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      end.complete(commits.write(number, budget));
                    } catch (RuntimeException e) {
                      end.completeExceptionally(e);
                    }
                  });
      Until.holds(() -> caller.getState() == Thread.State.TIMED_WAITING || end.isDone());
      ends.add(end);
    }
    return ends;
  }
}
