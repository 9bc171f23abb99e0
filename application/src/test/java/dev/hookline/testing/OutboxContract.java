package dev.hookline.testing;

import static dev.hookline.testing.Samples.GITHUB;
import static dev.hookline.testing.Samples.NOON;
import static dev.hookline.testing.Samples.THREE_TIMES;
import static dev.hookline.testing.Samples.aDelivery;
import static dev.hookline.testing.Samples.aPipeline;
import static dev.hookline.testing.Samples.anEvent;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.application.dispatch.Claim;
import dev.hookline.application.dispatch.Claim.Allowance;
import dev.hookline.application.dispatch.Due;
import dev.hookline.application.dispatch.Lane;
import dev.hookline.application.dispatch.Line;
import dev.hookline.application.dispatch.Outbox;
import dev.hookline.application.dispatch.Outbox.Ordering;
import dev.hookline.application.dispatch.Outbox.Way;
import dev.hookline.application.dispatch.OutboxMessage;
import dev.hookline.application.dispatch.OutboxMessage.Task;
import dev.hookline.application.dispatch.WorkerId;
import dev.hookline.application.inspect.OutboxDepth;
import dev.hookline.application.inspect.PipelineFilter;
import dev.hookline.application.inspect.PipelineView;
import dev.hookline.application.pause.PauseScope;
import dev.hookline.application.pipeline.NewPipeline;
import dev.hookline.domain.delivery.Delivery;
import dev.hookline.domain.delivery.DeliveryKey;
import dev.hookline.domain.delivery.RawBody;
import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.pipeline.Outcome;
import dev.hookline.domain.pipeline.Pipeline;
import dev.hookline.domain.pipeline.PipelineId;
import dev.hookline.domain.pipeline.PipelineState;
import dev.hookline.domain.pipeline.PipelineState.Attempting;
import dev.hookline.domain.pipeline.PipelineState.Failed;
import dev.hookline.domain.pipeline.PipelineState.Retrying;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What every {@link Outbox} does, and what {@code Records} says of it. */
public abstract class OutboxContract {
  protected static final Duration LEASE = Duration.ofSeconds(8);

  protected final WorkerId alice = new WorkerId(UUID.randomUUID());
  protected final WorkerId bob = new WorkerId(UUID.randomUUID());

  /** Empty at the start of each test, and the same one throughout it. */
  protected abstract Storage storage();

  @Test
  void loneWorkerHoldsEveryLane() {
    assertEquals(Outbox.LANES, lease(alice).size());
    assertEquals(lease(alice), lease(alice), "renewing raises no epoch");
  }

  @Test
  void twoWorkersShareTheLanes() {
    lease(alice);
    assertEquals(Set.of(), lease(bob), "nothing is taken from a living worker");

    Set<Lane> ofAlice = lease(alice);
    Set<Lane> ofBob = lease(bob);

    assertEquals(Outbox.LANES / 2, ofAlice.size());
    assertEquals(Outbox.LANES / 2, ofBob.size());
    assertEquals(Outbox.LANES, ids(ofAlice, ofBob).size());
  }

  @Test
  void busyLaneAboveTheShareIsLeftToRunDryAndGivenUpThen() {
    PipelineId id = accept("octo/widgets");
    Set<Lane> all = lease(alice);
    List<OutboxMessage> begun = begin(alice, due(all));
    lease(bob);

    Set<Lane> toWork = storage().outbox().lease(alice, LEASE, all).lanes();
    assertEquals(Outbox.LANES / 2, toWork.size());
    assertTrue(all.containsAll(toWork));
    assertEquals(Set.of(), lease(bob), "what is busy is not given up");
    settle(alice, begun, new Outcome.Delivered());
    assertEquals(PipelineState.Name.DISPATCHED, state(id).name());

    assertEquals(toWork, lease(alice));
    assertEquals(Outbox.LANES / 2, lease(bob).size());
  }

  @Test
  void renewingAloneKeepsTheLanesAndTakesNone() {
    lease(alice);
    storage().pass(LEASE.minusSeconds(1));
    storage().outbox().renew(alice, LEASE);
    storage().pass(LEASE.minusSeconds(1));
    assertEquals(Set.of(), lease(bob));

    storage().outbox().release(alice);
    storage().outbox().renew(bob, LEASE);
    assertEquals(Outbox.LANES / 2, lease(alice).size());
  }

  @Test
  void takeoverRaisesTheEpoch() {
    Set<Lane> before = lease(alice);

    storage().pass(LEASE.plusMillis(1));

    Map<Integer, Long> after = epochs(lease(bob));
    assertEquals(Outbox.LANES, after.size());
    before.forEach(lane -> assertTrue(after.getOrDefault(lane.id(), 0L) > lane.epoch()));
    assertEquals(Set.of(), lease(alice), "what ran out and was taken is gone");
  }

  @Test
  void leaseTellsWhenTheFirstOfTheOthersEnds() {
    assertEquals(Optional.empty(), storage().outbox().lease(alice, LEASE, Set.of()).othersEnd());

    storage().pass(LEASE.minusSeconds(1));
    Duration left = storage().outbox().lease(bob, LEASE, Set.of()).othersEnd().orElseThrow();
    assertTrue(left.isPositive() && left.compareTo(Duration.ofSeconds(1)) <= 0, left::toString);

    storage().pass(Duration.ofSeconds(2));
    assertEquals(Optional.empty(), storage().outbox().lease(bob, LEASE, Set.of()).othersEnd());
  }

  @Test
  void leaseThatRanOutButWasNotTakenGoesOn() {
    Set<Lane> before = lease(alice);

    storage().pass(LEASE.plusMillis(1));

    assertEquals(before, lease(alice));
  }

  @Test
  void releasedLanesAreFreeAtOnce() {
    lease(alice);
    storage().outbox().release(alice);

    assertEquals(Outbox.LANES, lease(bob).size());
  }

  @Test
  void messagesOfOneKeyComeOneByOneInTheOrderAccepted() {
    List<PipelineId> accepted = List.of(accept("octo/a"), accept("octo/a"), accept("octo/a"));
    Set<Lane> lanes = lease(alice);

    var order = new ArrayList<PipelineId>();
    for (int i = 0; i < 3; i++) {
      List<OutboxMessage> due = due(lanes);
      assertEquals(1, due.size());
      order.add(due.getFirst().pipeline().id());
      settle(alice, due, new Outcome.Delivered());
    }

    assertEquals(accepted, order);
    assertEquals(List.of(), due(lanes));
  }

  @Test
  void messageComesWithItsPipeline() {
    PipelineId id = accept("octo/a");

    OutboxMessage message = due(lease(alice)).getFirst();

    assertEquals(id, message.pipeline().id());
    assertEquals("octo/a", message.pipeline().event().repository().fullName());
    assertEquals(new PipelineState.Received(NOON), message.pipeline().state());
    assertEquals(Task.PROCESS_WEBHOOK_EVENT, message.task());
    assertTrue(message.acceptedAt().isPresent());
    assertEquals(Math.floorMod(message.orderingKey(), Outbox.LANES), message.lane().id());
  }

  @Test
  void otherKeysGoOnBesideABusyOne() {
    accept("octo/a");
    PipelineId other = accept("octo/b");
    accept("octo/a");
    Set<Lane> lanes = lease(alice);
    OutboxMessage first =
        due(lanes).stream().filter(m -> !m.pipeline().id().equals(other)).findFirst().orElseThrow();

    List<OutboxMessage> due =
        Claims.due(storage().outbox(), lanes, Ordering.STRICT, List.of(first.orderingKey()), 100);

    assertEquals(List.of(other), due.stream().map(m -> m.pipeline().id()).toList());
  }

  @Test
  void lineBehindAVeryLongOneIsFound() {
    for (int i = 0; i < 300; i++) {
      accept("octo/long");
    }
    PipelineId other = accept("octo/short");
    Set<Lane> lanes = lease(alice);
    OutboxMessage head =
        due(lanes).stream().filter(m -> !m.pipeline().id().equals(other)).findFirst().orElseThrow();
    for (int claim = 0; claim < 3; claim++) {
      assertEquals(
          List.of(other),
          pipelines(
              Claims.due(
                  storage().outbox(), lanes, Ordering.STRICT, List.of(head.orderingKey()), 100)));
    }
  }

  @Test
  void everyLineOfABacklogIsFound() {
    var accepted = new HashSet<PipelineId>();
    for (int i = 0; i < 300; i++) {
      accepted.add(accept("octo/r" + i));
    }
    Set<Lane> lanes = lease(alice);
    for (int claim = 0; claim < 2; claim++) {
      List<OutboxMessage> due =
          Claims.due(storage().outbox(), lanes, Ordering.STRICT, List.of(), 1000);
      assertEquals(accepted, new HashSet<>(pipelines(due)));
      assertEquals(300, due.size());
    }
  }

  @Test
  void messageBeingAttemptedIsNotDueAndBlocksItsKey() {
    accept("octo/a");
    accept("octo/a");
    Set<Lane> lanes = lease(alice);

    OutboxMessage begun = begin(alice, due(lanes)).getFirst();

    assertEquals(
        List.of(),
        Claims.due(storage().outbox(), lanes, Ordering.STRICT, List.of(begun.orderingKey()), 10));
  }

  @Test
  void attemptThatItsOwnWorkerDoesNotKnowOfIsDueAtOnce() {
    PipelineId id = accept("octo/a");
    Set<Lane> lanes = lease(alice);

    begin(alice, due(lanes));

    assertEquals(List.of(id), pipelines(due(lanes)));
  }

  @Test
  void retryingHeadBlocksItsKeyUntilItIsDueAndNoOther() {
    PipelineId head = accept("octo/a");
    Set<Lane> lanes = lease(alice);
    OutboxMessage retrying =
        settle(alice, due(lanes), tryAgainIn(Duration.ofSeconds(30))).getFirst();
    accept("octo/a");
    PipelineId other = accept("octo/b");

    assertEquals(List.of(other), pipelines(due(lanes)));

    storage().pass(Duration.ofSeconds(31));
    lanes = lease(alice);
    assertEquals(Set.of(head, other), Set.copyOf(pipelines(due(lanes))));
    OutboxMessage again =
        due(lanes).stream().filter(m -> m.id() == retrying.id()).findFirst().orElseThrow();
    assertEquals(Task.DISPATCH_COMMAND, again.task());
    Retrying state = assertInstanceOf(Retrying.class, again.pipeline().state());
    assertEquals(1, state.attempts());
    assertEquals("503", state.error());
    assertEquals(NOON.plusSeconds(30), state.nextAttempt());
  }

  @Test
  void waitCountsByTheStoresClock() {
    accept("octo/a");
    Set<Lane> lanes = lease(alice);
    // The worker's clock is a day behind; what counts is how long it wants to wait.
    OutboxMessage begun = begin(alice, due(lanes)).getFirst();
    Instant yesterday = NOON.minus(Duration.ofDays(1));
    Pipeline settled =
        begun.pipeline().settle(tryAgainIn(Duration.ofSeconds(30)), THREE_TIMES, yesterday);
    storage().outbox().record(alice, List.of(begun.with(settled)));

    assertEquals(List.of(), due(lanes));
    storage().pass(Duration.ofSeconds(31));
    assertEquals(1, due(lease(alice)).size());
  }

  @Test
  void keyGoesOnAfterItsHeadFailed() {
    accept("octo/a");
    PipelineId second = accept("octo/a");
    Set<Lane> lanes = lease(alice);

    settle(alice, due(lanes), new Outcome.GiveUp("400"));

    assertEquals(List.of(second), pipelines(due(lanes)));
  }

  @Test
  void replayedPipelineStandsAtTheEndOfItsLine() {
    accept("octo/a");
    Set<Lane> lanes = lease(alice);
    Pipeline failed = settle(alice, due(lanes), new Outcome.GiveUp("400")).getFirst().pipeline();
    PipelineId second = accept("octo/a");

    assertTrue(storage().pipelines().reopen(failed.replay(failed.event(), NOON)));

    List<OutboxMessage> due = due(lanes);
    assertEquals(List.of(second), pipelines(due));
    assertTrue(due.getFirst().acceptedAt().isPresent());
    settle(alice, due, new Outcome.Delivered());
    List<OutboxMessage> replayed = due(lanes);
    assertEquals(List.of(failed.id()), pipelines(replayed));
    assertEquals(Optional.empty(), replayed.getFirst().acceptedAt());
  }

  @Test
  void withoutOrderingEveryDueMessageComes() {
    Set<PipelineId> accepted =
        Set.copyOf(List.of(accept("octo/a"), accept("octo/a"), accept("octo/b")));
    Set<Lane> lanes = lease(alice);

    List<OutboxMessage> due = Claims.due(storage().outbox(), lanes, Ordering.NONE, List.of(), 100);

    assertEquals(accepted, Set.copyOf(pipelines(due)));
    OutboxMessage one = due.getFirst();
    assertEquals(
        2, Claims.due(storage().outbox(), lanes, Ordering.NONE, List.of(one.id()), 100).size());
    settle(alice, List.of(one), tryAgainIn(Duration.ofMinutes(1)));
    assertEquals(2, Claims.due(storage().outbox(), lanes, Ordering.NONE, List.of(), 100).size());
  }

  @Test
  void lanesNotHeldAreNotLookedAt() {
    OutboxMessage message = acceptedAndDue("octo/a");

    Set<Lane> others = new HashSet<>(lease(alice));
    others.remove(message.lane());

    assertEquals(List.of(), due(others));
    assertEquals(List.of(), due(Set.of()));
  }

  @Test
  void limitIsKept() {
    for (int i = 0; i < 10; i++) {
      accept("octo/r" + i);
    }
    Set<Lane> lanes = lease(alice);

    assertEquals(4, Claims.due(storage().outbox(), lanes, Ordering.STRICT, List.of(), 4).size());
    assertEquals(4, Claims.due(storage().outbox(), lanes, Ordering.NONE, List.of(), 4).size());
  }

  @Test
  void everyKeyHasItsTurnWhenThereAreMoreThanTheLimit() {
    var waiting = new HashSet<PipelineId>();
    for (int i = 0; i < 100; i++) {
      waiting.add(accept("octo/r" + i));
      accept("octo/r" + i);
    }
    Set<Lane> lanes = lease(alice);

    // A hundred keys, thirty at a time, each key with more behind its head.
    for (int round = 0; round < 100 && !waiting.isEmpty(); round++) {
      List<OutboxMessage> due =
          Claims.due(storage().outbox(), lanes, Ordering.STRICT, List.of(), 30);
      pipelines(due).forEach(waiting::remove);
      settle(alice, due, new Outcome.Delivered());
    }

    assertEquals(Set.of(), waiting);
  }

  @Test
  void everyKeyHasItsTurnAgainAndAgainAlsoOneAtATime() {
    int keys = 40;
    for (int i = 0; i < 8; i++) {
      for (int key = 0; key < keys; key++) {
        accept("octo/r" + key);
      }
    }
    Set<Lane> lanes = lease(alice);
    var turns = new HashMap<Long, Integer>();

    for (int i = 0; i < 4 * keys; i++) {
      List<OutboxMessage> due =
          Claims.due(storage().outbox(), lanes, Ordering.STRICT, List.of(), 1);
      due.forEach(message -> turns.merge(message.orderingKey(), 1, Integer::sum));
      settle(alice, due, new Outcome.Delivered());
    }

    assertEquals(keys, turns.size());
    assertTrue(
        turns.values().stream().allMatch(times -> times >= 3 && times <= 5), turns::toString);
  }

  @Test
  void attemptOfALostWorkerCountsAndIsDueAtOnce() {
    PipelineId id = accept("octo/a");
    accept("octo/a");
    begin(alice, due(lease(alice)));

    storage().pass(LEASE.plusMillis(1));
    List<OutboxMessage> due = due(lease(bob));

    assertEquals(List.of(id), pipelines(due));
    assertEquals(1, due.getFirst().pipeline().state().attempts());
    OutboxMessage again = begin(bob, due).getFirst();
    assertEquals(new Attempting(2, NOON), again.pipeline().state());
  }

  @Test
  void attemptOfAWorkerThatReleasedIsDueAtOnce() {
    accept("octo/a");
    begin(alice, due(lease(alice)));
    storage().outbox().release(alice);

    assertEquals(1, due(lease(bob)).size());
    assertEquals(
        1, Claims.due(storage().outbox(), lease(bob), Ordering.NONE, List.of(), 10).size());
  }

  @Test
  void lateWorkersRecordIsRefusedWhole() {
    PipelineId id = accept("octo/a");
    List<OutboxMessage> begun = begin(alice, due(lease(alice)));
    storage().pass(LEASE.plusMillis(1));
    begin(bob, due(lease(bob)));

    Set<Long> written =
        storage()
            .outbox()
            .record(alice, begun.stream().map(m -> settled(m, new Outcome.Delivered())).toList());

    assertEquals(Set.of(), written);
    var detailed = storage().records().pipeline(id).orElseThrow();
    assertEquals(new Attempting(2, NOON), detailed.pipeline().state());
    assertEquals(3, detailed.history().size());
  }

  @Test
  void endWhoseAnswerWasLostIsOnRecordWhenItIsSaidAgain() {
    PipelineId id = accept("octo/a");
    List<OutboxMessage> ended =
        begin(alice, due(lease(alice))).stream()
            .map(begun -> settled(begun, new Outcome.Delivered()))
            .toList();
    Set<Long> written = storage().outbox().record(alice, ended);
    assertEquals(1, written.size());

    assertEquals(written, storage().outbox().record(alice, ended));
    assertEquals(3, storage().records().pipeline(id).orElseThrow().history().size());
    storage().pass(LEASE.plusMillis(1));
    lease(bob);
    assertEquals(Set.of(), storage().outbox().record(alice, ended), "not under a lost lane");
  }

  @Test
  void ofABatchOnlyTheMessagesOfLostLanesAreRefused() {
    for (int i = 0; i < 40; i++) {
      accept("octo/r" + i);
    }
    List<OutboxMessage> begun = begin(alice, due(lease(alice)));
    lease(bob);
    Set<Integer> kept = ids(lease(alice), Set.of());
    lease(bob);

    Set<Long> written =
        storage()
            .outbox()
            .record(alice, begun.stream().map(m -> settled(m, new Outcome.Delivered())).toList());

    var expected = new HashSet<Long>();
    begun.stream().filter(m -> kept.contains(m.lane().id())).forEach(m -> expected.add(m.id()));
    assertEquals(expected, written);
  }

  @Test
  void lastAttemptThatKilledItsWorkerEndsInFailed() {
    PipelineId id = accept("octo/a");
    for (int attempt = 1; attempt <= 3; attempt++) {
      begin(alice, due(lease(alice)));
      storage().pass(LEASE.plusMillis(1));
      lease(bob);
      storage().outbox().release(bob);
    }

    begin(alice, due(lease(alice)));

    assertInstanceOf(
        Failed.class, storage().records().pipeline(id).orElseThrow().pipeline().state());
    assertEquals(List.of(), due(lease(alice)));
    assertEquals(1, storage().records().outboxDepth().dead());
  }

  @Test
  void historyTellsEveryStep() {
    PipelineId id = accept("octo/a");
    Set<Lane> lanes = lease(alice);
    settle(alice, due(lanes), tryAgainIn(Duration.ofSeconds(30)));
    storage().pass(Duration.ofSeconds(31));
    settle(alice, due(lease(alice)), new Outcome.Delivered());

    List<PipelineView.HistoryEntry> history =
        storage().records().pipeline(id).orElseThrow().history();

    assertEquals(
        List.of(
            entry(PipelineState.Name.RECEIVED, 0, Optional.empty()),
            entry(PipelineState.Name.PROCESSING, 1, Optional.empty()),
            entry(PipelineState.Name.PROCESSING, 1, Optional.of("503")),
            entry(PipelineState.Name.PROCESSING, 2, Optional.empty()),
            entry(PipelineState.Name.DISPATCHED, 2, Optional.empty())),
        history);
  }

  @Test
  void whatStandsBehindAHeadComesWithIt() {
    List<PipelineId> accepted = List.of(accept("octo/a"), accept("octo/a"), accept("octo/a"));
    PipelineId other = accept("octo/b");
    Set<Lane> lanes = lease(alice);

    List<Line> lines = lines(lanes, 2);

    assertEquals(
        Set.of(accepted.subList(0, 2), List.of(other)),
        lines.stream().map(line -> pipelines(line.messages())).collect(toSet()));
    assertEquals(List.of(accepted), List.of(pipelines(lineOf("octo/a", lines(lanes, 9)))));
  }

  @Test
  void nothingFollowsWhatHasToWaitOrWasAttempted() {
    PipelineId first = accept("octo/a");
    PipelineId second = accept("octo/a", Duration.ofMinutes(1));
    PipelineId third = accept("octo/a");
    Set<Lane> lanes = lease(alice);
    assertEquals(List.of(first), pipelines(lineOf("octo/a", lines(lanes, 9))));

    storage().pass(Duration.ofMinutes(2));
    lanes = lease(alice);
    List<OutboxMessage> line = lineOf("octo/a", lines(lanes, 9));
    assertEquals(List.of(first, second, third), pipelines(line));

    // The one in the middle was begun by a worker that is lost.
    begin(alice, List.of(line.get(1)));
    assertEquals(List.of(first), pipelines(lineOf("octo/a", lines(lanes, 9))));
    settle(alice, List.of(line.get(0)), new Outcome.Delivered());
    assertEquals(List.of(second), pipelines(lineOf("octo/a", lines(lanes, 9))));
  }

  @Test
  void putOffMessageIsNotDueAndHoldsUpItsLineAlone() {
    accept("octo/a", Duration.ofMinutes(1));
    accept("octo/a");
    PipelineId other = accept("octo/b");
    Set<Lane> lanes = lease(alice);

    assertEquals(List.of(other), pipelines(due(lanes)));
    storage().pass(Duration.ofSeconds(61));
    assertEquals(2, due(lease(alice)).size());
  }

  @Test
  void followerIsRecordedWithItsBeginningAndItsEnd() {
    accept("octo/a");
    PipelineId second = accept("octo/a");
    Set<Lane> lanes = lease(alice);
    OutboxMessage follower = lineOf("octo/a", lines(lanes, 9)).get(1);
    OutboxMessage begun = follower.with(follower.pipeline().begin(THREE_TIMES, NOON));

    assertEquals(
        Set.of(follower.id()),
        storage().outbox().record(alice, List.of(settled(begun, new Outcome.Delivered()))));

    var detailed = storage().records().pipeline(second).orElseThrow();
    assertEquals(new PipelineState.Dispatched(1, NOON), detailed.pipeline().state());
    assertEquals(
        List.of(
            entry(PipelineState.Name.RECEIVED, 0, Optional.empty()),
            entry(PipelineState.Name.PROCESSING, 1, Optional.empty()),
            entry(PipelineState.Name.DISPATCHED, 1, Optional.empty())),
        detailed.history());
  }

  @Test
  void attemptAtATargetThatIsAwayDoesNotCountAndIsToldOnce() {
    PipelineId id = accept("octo/a");
    Set<Lane> lanes = lease(alice);
    for (int probe = 0; probe < 5; probe++) {
      OutboxMessage due = due(lanes).getFirst();
      assertEquals(0, due.pipeline().state().attempts());
      settle(alice, List.of(due), new Outcome.Postponed("away", Duration.ZERO));
    }

    var detailed = storage().records().pipeline(id).orElseThrow();
    assertEquals(new Retrying(0, NOON, NOON, "away"), detailed.pipeline().state());
    assertEquals(
        List.of(
            entry(PipelineState.Name.RECEIVED, 0, Optional.empty()),
            entry(PipelineState.Name.PROCESSING, 1, Optional.empty()),
            entry(PipelineState.Name.PROCESSING, 0, Optional.of("away"))),
        detailed.history());
  }

  @Test
  void shutTargetsMessagesAreLeftOut() {
    accept("octo/a");
    Set<Lane> lanes = lease(alice);

    assertEquals(List.of(), storage().outbox().due(claim(lanes, Set.of("test"))).lines());
    assertEquals(1, storage().outbox().due(claim(lanes, Set.of("other"))).lines().size());
  }

  @Test
  void pausedMessagesAreLeftOutUntilTheyAreResumed() {
    accept("octo/a");
    PipelineId routed = accept("octo/b");
    Set<Lane> lanes = lease(alice);
    route(lineOf("octo/b", lines(lanes, 1)).getFirst(), "ci");

    var toTest = new PauseScope(Optional.empty(), Optional.of("test"));
    storage().pauses().pause(toTest);
    assertEquals(List.of(routed), pipelines(due(lanes)));
    storage().pauses().pause(new PauseScope(Optional.of(GITHUB), Optional.empty()));
    assertEquals(List.of(), due(lanes));
    storage().pauses().resumeAll();
    assertEquals(2, due(lanes).size());

    var slackOnly = new PauseScope(Optional.of(new Service("slack")), Optional.of("ci"));
    storage().pauses().pause(slackOnly);
    assertEquals(2, due(lanes).size());
    storage().pauses().pause(PauseScope.EVERYTHING);
    assertEquals(List.of(), due(lanes));
  }

  @Test
  void freshMessagesComeBeforeABacklogIfSomeAreAskedFor() {
    for (int i = 0; i < 20; i++) {
      accept("octo/r" + i);
    }
    PipelineId fresh = accept("octo/fresh");
    Set<Lane> lanes = lease(alice);

    var claim =
        new Claim(
            lanes,
            Ordering.STRICT,
            List.of(),
            Optional.of("test"),
            Set.of(),
            4,
            1,
            1,
            Allowance.UNBOUNDED);
    List<Line> lines = storage().outbox().due(claim).lines();

    assertEquals(4, lines.size());
    assertEquals(fresh, lines.getFirst().head().pipeline().id());
  }

  @Test
  void whatHasNoRoomIsLeftForTheNextClaim() {
    PipelineId first = accept("octo/a", 40_000);
    PipelineId second = accept("octo/b", 40_000);
    PipelineId third = accept("octo/c", 40_000);
    Set<Lane> lanes = lease(alice);

    Due some = claim(lanes, List.of(), new Allowance(100_000, 100_000));
    assertEquals(Set.of(first, second), Set.copyOf(heads(some)));
    assertTrue(some.cut());

    List<Long> busy = keys(some);
    assertEquals(new Due(List.of(), true), claim(lanes, busy, new Allowance(20_000, 20_000)));

    Due rest = claim(lanes, busy, new Allowance(20_000, 60_000));
    assertEquals(List.of(third), heads(rest));
    assertFalse(rest.cut());
  }

  @Test
  void aFirstEventMayBeLargerThanAllThatMayCome() {
    PipelineId large = accept("octo/a", 200_000);
    accept("octo/b", 10);
    Set<Lane> lanes = lease(alice);

    Due due = claim(lanes, List.of(), new Allowance(100_000, Long.MAX_VALUE));

    assertEquals(List.of(large), heads(due));
    assertTrue(due.cut());
  }

  @Test
  void headsHaveRoomBeforeThoseBehindThem() {
    PipelineId first = accept("octo/a", 40_000);
    accept("octo/a", 40_000);
    PipelineId other = accept("octo/b", 40_000);
    Set<Lane> lanes = lease(alice);

    Due due = claim(lanes, List.of(), new Allowance(100_000, 100_000));

    assertEquals(Set.of(first, other), Set.copyOf(heads(due)));
    assertEquals(List.of(1, 1), due.lines().stream().map(line -> line.messages().size()).toList());
    assertFalse(due.cut(), "nothing but what stands behind another has no room");
  }

  @Test
  void aRunEndsWhereThereIsNoRoom() {
    List<PipelineId> accepted =
        List.of(
            accept("octo/a", 40_000),
            accept("octo/a", 40_000),
            accept("octo/a", 40_000),
            accept("octo/a", 10));
    Set<Lane> lanes = lease(alice);

    Due due = claim(lanes, List.of(), new Allowance(100_000, 100_000));

    assertEquals(accepted.subList(0, 2), pipelines(due.lines().getFirst().messages()));
  }

  @Test
  void ofABacklogEachComesOnceHoweverLittleRoomThereIs() {
    var accepted = new HashSet<PipelineId>();
    for (int i = 0; i < 300; i++) {
      accepted.add(accept("octo/r" + i, i == 150 ? 50_000 : 1_000));
    }
    Set<Lane> lanes = lease(alice);
    var busy = new ArrayList<Long>();
    var found = new ArrayList<PipelineId>();
    int alone = 0;
    while (found.size() < accepted.size()) {
      Due due = claim(lanes, busy, new Allowance(30_000, 30_000));
      if (due.lines().isEmpty()) {
        assertTrue(due.cut(), "there are more");
        due = claim(lanes, busy, new Allowance(30_000, Long.MAX_VALUE));
        assertEquals(1, due.lines().size());
        alone++;
      }
      found.addAll(heads(due));
      busy.addAll(keys(due));
    }
    assertEquals(1, alone);
    assertEquals(accepted, Set.copyOf(found));
    assertEquals(new Due(List.of(), false), claim(lanes, busy, new Allowance(30_000, 30_000)));
  }

  private Due claim(Set<Lane> lanes, List<Long> busy, Allowance allowance) {
    return storage().outbox().due(claim(lanes, Set.of(), busy, 0, allowance));
  }

  private static List<PipelineId> heads(Due due) {
    return pipelines(due.lines().stream().map(Line::head).toList());
  }

  private static List<Long> keys(Due due) {
    return due.lines().stream().map(line -> line.head().orderingKey()).toList();
  }

  @Test
  void routedMessagesAreWorkedApart() {
    PipelineId id = accept("octo/a");
    Set<Lane> lanes = lease(alice);
    route(due(lanes).getFirst(), "ci", "stream");

    List<OutboxMessage> ways = routed(lanes);
    assertEquals(
        Set.of(Optional.of("ci"), Optional.of("stream")),
        ways.stream().map(OutboxMessage::target).collect(toSet()));
    assertEquals(2, ways.stream().map(OutboxMessage::orderingKey).distinct().count());
    assertEquals(1, ways.stream().map(OutboxMessage::lane).distinct().count());

    settle(alice, List.of(to("ci", ways)), new Outcome.Delivered());
    assertEquals(PipelineState.Name.PROCESSING, state(id).name());
    settle(alice, List.of(to("stream", ways)), tryAgainIn(Duration.ofSeconds(30)));
    assertEquals(new Retrying(1, NOON, NOON.plusSeconds(30), "503"), state(id));
    assertEquals(List.of(), routed(lanes));

    storage().pass(Duration.ofSeconds(31));
    lanes = lease(alice);
    OutboxMessage again = to("stream", routed(lanes));
    assertEquals(1, again.pipeline().state().attempts());
    settle(alice, List.of(again), new Outcome.Delivered());

    assertEquals(new PipelineState.Dispatched(2, NOON), state(id));
    assertEquals(0, storage().records().outboxDepth().pending());
    var history = storage().records().pipeline(id).orElseThrow().history();
    assertEquals(
        List.of(
            "RECEIVED 0 - -",
            "PROCESSING 1 ci -",
            "PROCESSING 1 ci DISPATCHED",
            "PROCESSING 1 stream -",
            "PROCESSING 1 stream -",
            "PROCESSING 2 stream -",
            "DISPATCHED 2 stream DISPATCHED"),
        history.stream().map(OutboxContract::told).toList());
  }

  private static String told(PipelineView.HistoryEntry entry) {
    return "%s %d %s %s"
        .formatted(
            entry.state(),
            entry.attempt(),
            entry.target().orElse("-"),
            entry.targetState().map(Enum::name).orElse("-"));
  }

  @Test
  void pipelineWithATargetGivenUpFailsOnceTheOthersAreOver() {
    PipelineId id = accept("octo/a");
    Set<Lane> lanes = lease(alice);
    route(due(lanes).getFirst(), "ci", "stream");
    List<OutboxMessage> ways = routed(lanes);

    settle(alice, List.of(to("ci", ways)), new Outcome.GiveUp("ci: HTTP 400"));
    assertEquals(PipelineState.Name.PROCESSING, state(id).name());
    assertEquals(0, storage().records().outboxDepth().dead());

    settle(alice, List.of(to("stream", ways)), new Outcome.Delivered());
    assertEquals(new Failed(1, NOON, "ci: HTTP 400"), state(id));
    assertEquals(1, storage().records().outboxDepth().dead());
  }

  @Test
  void bothWaysOfAPipelineMayEndInOneBatch() {
    PipelineId id = accept("octo/a");
    Set<Lane> lanes = lease(alice);
    route(due(lanes).getFirst(), "ci", "stream");

    settle(alice, routed(lanes), new Outcome.Delivered());

    assertEquals(new PipelineState.Dispatched(1, NOON), state(id));
    var history = storage().records().pipeline(id).orElseThrow().history();
    assertEquals(PipelineState.Name.DISPATCHED, history.getLast().state());
    assertEquals(5, history.size());
  }

  @Test
  void waysKeepTheOrderOfTheirRepository() {
    PipelineId first = accept("octo/a");
    PipelineId second = accept("octo/a");
    Set<Lane> lanes = lease(alice);
    List<OutboxMessage> line = lineOf("octo/a", lines(lanes, 9));
    storage()
        .outbox()
        .route(
            alice,
            List.of(
                new Way(line.get(0), "ci"),
                new Way(line.get(0), "stream"),
                new Way(line.get(1), "ci")));
    PipelineId third = accept("octo/a");
    route(due(lanes).stream().filter(m -> m.target().isEmpty()).findFirst().orElseThrow(), "ci");

    List<OutboxMessage> ci =
        storage().outbox().due(claim(lanes, Set.of("stream"))).lines().getFirst().messages();

    assertEquals(List.of(first, second, third), pipelines(ci));
  }

  @Test
  void pipelineWithoutAWayIsOverAtOnce() {
    PipelineId id = accept("octo/a");
    OutboxMessage message = due(lease(alice)).getFirst();

    storage().outbox().record(alice, List.of(message.with(message.pipeline().bypass(NOON))));

    assertEquals(new PipelineState.Dispatched(0, NOON), state(id));
    assertEquals(new OutboxDepth(0, 0, 0, 0, Duration.ZERO), storage().records().outboxDepth());
  }

  @Test
  void lateWorkerRoutesNothing() {
    accept("octo/a");
    OutboxMessage message = due(lease(alice)).getFirst();
    storage().pass(LEASE.plusMillis(1));
    lease(bob);

    assertEquals(Set.of(), storage().outbox().route(alice, List.of(new Way(message, "ci"))));
    assertEquals(Optional.empty(), due(lease(bob)).getFirst().target());
  }

  @Test
  void replayedPipelineIsRoutedAnew() {
    PipelineId id = accept("octo/a");
    Set<Lane> lanes = lease(alice);
    route(due(lanes).getFirst(), "ci", "stream");
    settle(alice, routed(lanes), new Outcome.GiveUp("410"));
    Pipeline failed = storage().pipelines().find(id).orElseThrow().pipeline();

    assertTrue(storage().pipelines().reopen(failed.replay(failed.event(), NOON)));
    OutboxMessage again = due(lanes).getFirst();
    assertEquals(Optional.empty(), again.target());
    settle(alice, List.of(again), new Outcome.Delivered());

    assertEquals(new PipelineState.Dispatched(1, NOON), state(id));
  }

  private void route(OutboxMessage message, String... targets) {
    var ways = Stream.of(targets).map(target -> new Way(message, target)).toList();
    assertEquals(Set.of(message.id()), storage().outbox().route(alice, ways));
  }

  private List<OutboxMessage> routed(Set<Lane> lanes) {
    return storage().outbox().due(claim(lanes, Set.of())).lines().stream().map(Line::head).toList();
  }

  private static Claim claim(Set<Lane> lanes, Set<String> shut) {
    return claim(lanes, shut, List.of(), 0, Allowance.UNBOUNDED);
  }

  private static Claim claim(
      Set<Lane> lanes, Set<String> shut, List<Long> busy, int fresh, Allowance allowance) {
    return new Claim(
        lanes, Ordering.STRICT, busy, Optional.of("test"), shut, 100, fresh, 9, allowance);
  }

  private static OutboxMessage to(String target, List<OutboxMessage> among) {
    return among.stream()
        .filter(message -> message.target().equals(Optional.of(target)))
        .findFirst()
        .orElseThrow();
  }

  private PipelineState state(PipelineId id) {
    return storage().records().pipeline(id).orElseThrow().pipeline().state();
  }

  private List<Line> lines(Set<Lane> lanes, int run) {
    return storage()
        .outbox()
        .due(Claims.claim(lanes, Ordering.STRICT, List.of(), 100, run))
        .lines();
  }

  private static List<OutboxMessage> lineOf(String repository, List<Line> lines) {
    return lines.stream()
        .filter(line -> line.head().pipeline().event().repository().fullName().equals(repository))
        .findFirst()
        .orElseThrow()
        .messages();
  }

  @Test
  void depthTellsWhatWaits() {
    accept("octo/pending");
    storage().pass(Duration.ofMinutes(1));
    Set<Lane> lanes = lease(alice);
    settle(alice, due(lanes), tryAgainIn(Duration.ofHours(1)));
    accept("octo/dead");
    settle(alice, due(lanes), new Outcome.GiveUp("400"));
    accept("octo/leased");
    begin(alice, due(lanes));
    accept("octo/new");
    accept("octo/new");

    OutboxDepth depth = storage().records().outboxDepth();

    assertEquals(2, depth.pending());
    assertEquals(1, depth.leased());
    assertEquals(1, depth.retrying());
    assertEquals(1, depth.dead());
    assertTrue(depth.oldestPending().compareTo(Duration.ofSeconds(59)) > 0);
    assertTrue(depth.oldestPending().compareTo(Duration.ofMinutes(2)) < 0);
  }

  @Test
  void emptyOutboxHasNoDepth() {
    assertEquals(new OutboxDepth(0, 0, 0, 0, Duration.ZERO), storage().records().outboxDepth());
  }

  @Test
  void listingNarrowsByState() {
    PipelineId dead = accept("octo/a");
    Set<Lane> lanes = lease(alice);
    settle(alice, due(lanes), new Outcome.GiveUp("400"));
    PipelineId done = accept("octo/a");
    settle(alice, due(lanes), new Outcome.Delivered());
    PipelineId begun = accept("octo/a");
    begin(alice, due(lanes));
    PipelineId received = accept("octo/b");

    assertEquals(List.of(dead), listed(PipelineState.Name.FAILED));
    assertEquals(List.of(done), listed(PipelineState.Name.DISPATCHED));
    assertEquals(List.of(begun), listed(PipelineState.Name.PROCESSING));
    assertEquals(List.of(received), listed(PipelineState.Name.RECEIVED));
  }

  @Test
  void listingRunsPageByPageFromTheNewest() {
    List<PipelineId> accepted = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      accepted.addFirst(accept("octo/a"));
    }

    var listed = new ArrayList<PipelineId>();
    Optional<UUID> after = Optional.empty();
    do {
      var page = storage().records().pipelines(PipelineFilter.ALL, after, 2);
      page.items().forEach(view -> listed.add(view.id()));
      after = page.next();
    } while (after.isPresent());

    assertEquals(accepted, listed);
  }

  @Test
  void listingNarrowsByEverythingElse() {
    PipelineId id = accept("octo/a");
    accept("octo/b");

    assertEquals(
        List.of(id),
        listed(
            filter(
                Optional.of("github"),
                Optional.of("octo/a"),
                Optional.of(NOON),
                Optional.of(NOON.plusSeconds(1)))));
    assertEquals(
        List.of(),
        listed(filter(Optional.of("slack"), Optional.empty(), Optional.empty(), Optional.empty())));
    assertEquals(
        List.of(),
        listed(
            filter(
                Optional.empty(),
                Optional.empty(),
                Optional.of(NOON.plusMillis(1)),
                Optional.empty())));
    assertEquals(
        List.of(),
        listed(filter(Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(NOON))));
  }

  private static PipelineFilter filter(
      Optional<String> service,
      Optional<String> repository,
      Optional<Instant> since,
      Optional<Instant> until) {
    return new PipelineFilter(
        Optional.empty(), service, Optional.of("issue_comment"), repository, since, until);
  }

  private List<PipelineId> listed(PipelineState.Name state) {
    return listed(
        new PipelineFilter(
            Optional.of(state),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty()));
  }

  private List<PipelineId> listed(PipelineFilter filter) {
    return storage().records().pipelines(filter, Optional.empty(), 100).items().stream()
        .map(PipelineView::id)
        .toList();
  }

  private static PipelineView.HistoryEntry entry(
      PipelineState.Name state, int attempt, Optional<String> error) {
    return new PipelineView.HistoryEntry(state, NOON, attempt, error);
  }

  /** Accepts an event of this repository. */
  private int sized;

  protected final PipelineId accept(String repository) {
    return accept(repository, Duration.ZERO);
  }

  private PipelineId accept(String repository, Duration putOff) {
    return accept(repository, putOff, aDelivery(GITHUB));
  }

  private PipelineId accept(String repository, int bytes) {
    Delivery delivery = aDelivery(GITHUB);
    return accept(
        repository,
        Duration.ZERO,
        new Delivery(
            delivery.service(),
            delivery.headers(),
            // Each another one, since none is taken twice.
            RawBody.of("%d%s".formatted(++sized, "0".repeat(bytes)).getBytes(US_ASCII)),
            delivery.receivedAt(),
            delivery.remoteAddress()));
  }

  private PipelineId accept(String repository, Duration putOff, Delivery delivery) {
    var event = anEvent().repository(repository).rawPayload(delivery.body()).build();
    var pipeline = aPipeline().of(event).build();
    storage()
        .pipelines()
        .accept(
            new NewPipeline(pipeline, delivery, new DeliveryKey(event.eventId()), true, putOff),
            Duration.ofSeconds(5));
    return pipeline.id();
  }

  private OutboxMessage acceptedAndDue(String repository) {
    accept(repository);
    OutboxMessage message = due(lease(alice)).getFirst();
    return message;
  }

  protected final Set<Lane> lease(WorkerId worker) {
    return storage().outbox().lease(worker, LEASE, Set.of()).lanes();
  }

  protected final List<OutboxMessage> due(Set<Lane> lanes) {
    return Claims.due(storage().outbox(), lanes, Ordering.STRICT, List.of(), 100);
  }

  /** Puts an attempt of each on record. */
  protected final List<OutboxMessage> begin(WorkerId worker, List<OutboxMessage> due) {
    var begun =
        due.stream()
            .map(message -> message.with(message.pipeline().begin(THREE_TIMES, NOON)))
            .toList();
    assertEquals(begun.size(), storage().outbox().record(worker, begun).size());
    return begun;
  }

  /** Begins each and settles it. */
  protected final List<OutboxMessage> settle(
      WorkerId worker, List<OutboxMessage> due, Outcome outcome) {
    var settled = begin(worker, due).stream().map(message -> settled(message, outcome)).toList();
    assertEquals(settled.size(), storage().outbox().record(worker, settled).size());
    return settled;
  }

  private static OutboxMessage settled(OutboxMessage begun, Outcome outcome) {
    return begun.with(begun.pipeline().settle(outcome, THREE_TIMES, NOON));
  }

  private static Outcome tryAgainIn(Duration wait) {
    return new Outcome.TryAgain("503", wait);
  }

  private static List<PipelineId> pipelines(List<OutboxMessage> messages) {
    return messages.stream().map(message -> message.pipeline().id()).toList();
  }

  private static Set<Integer> ids(Set<Lane> some, Set<Lane> others) {
    var ids = new HashSet<Integer>();
    some.forEach(lane -> ids.add(lane.id()));
    others.forEach(lane -> ids.add(lane.id()));
    return ids;
  }

  private static Map<Integer, Long> epochs(Set<Lane> lanes) {
    var epochs = new HashMap<Integer, Long>();
    lanes.forEach(lane -> epochs.put(lane.id(), lane.epoch()));
    return epochs;
  }
}
