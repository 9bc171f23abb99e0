package dev.hookline.queue.worker;

import static dev.hookline.testing.Samples.NOON;
import static dev.hookline.testing.Samples.THREE_TIMES;
import static dev.hookline.testing.Samples.aDelivery;
import static dev.hookline.testing.Samples.anEvent;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.application.dispatch.Command;
import dev.hookline.application.dispatch.CommandDispatcher;
import dev.hookline.application.dispatch.CommandDispatcher.Room;
import dev.hookline.application.dispatch.DispatchCommand;
import dev.hookline.application.dispatch.DispatchTracing;
import dev.hookline.application.dispatch.Outbox;
import dev.hookline.application.dispatch.Outbox.Ordering;
import dev.hookline.application.dispatch.ProcessWebhookEvent;
import dev.hookline.application.dispatch.Targets;
import dev.hookline.application.dispatch.WorkerId;
import dev.hookline.application.inspect.PipelineView;
import dev.hookline.application.pipeline.NewPipeline;
import dev.hookline.application.pipeline.StoreUnavailableException;
import dev.hookline.domain.delivery.DeliveryKey;
import dev.hookline.domain.delivery.RawBody;
import dev.hookline.domain.event.Glob;
import dev.hookline.domain.event.StandardizedEvent;
import dev.hookline.domain.pipeline.Outcome;
import dev.hookline.domain.pipeline.Outcome.Delivered;
import dev.hookline.domain.pipeline.Outcome.GiveUp;
import dev.hookline.domain.pipeline.Outcome.TryAgain;
import dev.hookline.domain.pipeline.Pipeline;
import dev.hookline.domain.pipeline.PipelineId;
import dev.hookline.domain.pipeline.PipelineState;
import dev.hookline.domain.pipeline.Route;
import dev.hookline.domain.pipeline.Routes;
import dev.hookline.testing.InMemoryStorage;
import dev.hookline.testing.MovableClock;
import dev.hookline.testing.Samples;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The worker's hands over the outbox's fake; dispatches run when the test lets them. */
class OutboxDrainTest {
  private static final Duration LEASE = Duration.ofSeconds(8);
  private static final Duration BUDGET = Duration.ofSeconds(1);

  private final MovableClock clock = new MovableClock(NOON);
  private final InMemoryStorage storage = new InMemoryStorage(clock);
  private final List<Command> dispatched = new ArrayList<>();
  private final List<String> dispatchedTo = new ArrayList<>();
  private final Queue<Runnable> atWork = new ArrayDeque<>();
  private final Queue<Runnable> toRecord = new ArrayDeque<>();
  private Executor recorder = Runnable::run;
  private Function<Command, Outcome> target = _ -> new Delivered();
  private Room room = Room.ALL;
  private long maxBytes = Long.MAX_VALUE;
  private Outbox outbox = storage.outbox();
  private final List<String> lost = new ArrayList<>();
  private final List<Duration> lags = new ArrayList<>();

  /** A target that the test gives its moods. */
  private final class Moody implements CommandDispatcher {
    private final String name;

    Moody(String name) {
      this.name = name;
    }

    @Override
    public String target() {
      return name;
    }

    @Override
    public Outcome dispatch(Command command) {
      dispatched.add(command);
      dispatchedTo.add(name);
      return target.apply(command);
    }

    @Override
    public Room room() {
      return room;
    }
  }

  private OutboxDrain worker(int concurrency, Ordering ordering) {
    return worker(concurrency, ordering, Optional.empty(), Targets.only(new Moody("test")));
  }

  private OutboxDrain worker(
      int concurrency, Ordering ordering, Optional<Integer> maxRate, Targets targets) {
    var settings =
        new WorkerSettings(
            new WorkerId(Samples.uuid(NOON)),
            concurrency,
            maxRate,
            maxBytes,
            LEASE,
            Duration.ofSeconds(1),
            ordering);
    var metrics =
        new Uncounted() {
          @Override
          public void lost(String target) {
            lost.add(target);
          }

          @Override
          public void lag(Duration sinceAccepted) {
            lags.add(sinceAccepted);
          }
        };
    return new OutboxDrain(
        outbox,
        new ProcessWebhookEvent(outbox, targets, THREE_TIMES, metrics, clock),
        new DispatchCommand(targets, THREE_TIMES, metrics, DispatchTracing.off(), clock),
        targets,
        settings,
        atWork::add,
        recorder,
        () -> clock.millis() * 1_000_000,
        () -> {});
  }

  private OutboxDrain worker() {
    return worker(32, Ordering.STRICT);
  }

  private PipelineId accept(String repository) {
    return accept(anEvent().repository(repository).build());
  }

  private PipelineId accept(String repository, int bytes) {
    return accept(
        anEvent()
            .repository(repository)
            .userRequest(null)
            .rawPayload(RawBody.of(new byte[bytes]))
            .build());
  }

  private PipelineId accept(StandardizedEvent event) {
    var pipeline = Pipeline.received(new PipelineId(Samples.uuid(NOON)), event);
    storage
        .pipelines()
        .accept(
            new NewPipeline(
                pipeline,
                aDelivery(Samples.GITHUB),
                new DeliveryKey(pipeline.event().eventId()),
                true),
            BUDGET);
    return pipeline.id();
  }

  private void work() {
    for (var task = atWork.poll(); task != null; task = atWork.poll()) {
      task.run();
    }
  }

  private void record() {
    for (var task = toRecord.poll(); task != null; task = toRecord.poll()) {
      task.run();
    }
  }

  private void drain(OutboxDrain worker) {
    while (worker.drainOnce() > 0) {
      work();
    }
  }

  private PipelineState state(PipelineId id) {
    return storage.records().pipeline(id).orElseThrow().pipeline().state();
  }

  private Stream<PipelineId> order() {
    return dispatched.stream().map(Command::id);
  }

  @Test
  void anAcceptedEventIsDispatchedOnce() {
    var id = accept("octo/widgets");
    drain(worker());
    assertEquals(List.of(id), order().toList());
    assertEquals(new PipelineState.Dispatched(1, NOON), state(id));
  }

  @Test
  void theLagIsThatOfTheFirstDispatchAndOfNoReplay() {
    var id = accept("octo/widgets");
    clock.move(Duration.ofSeconds(2));
    var worker = worker();
    drain(worker);
    Pipeline over = storage.pipelines().find(id).orElseThrow().pipeline();
    storage.pipelines().reopen(over.replay(over.event(), clock.instant()));
    clock.move(Duration.ofSeconds(3));
    drain(worker);
    assertEquals(List.of(id, id), order().toList());
    assertEquals(List.of(Duration.ofSeconds(2)), lags);
  }

  @Test
  void aPipelineIsProcessingOnRecordBeforeItsTargetHearsOfIt() {
    var id = accept("octo/widgets");
    worker().drainOnce();
    assertEquals(new PipelineState.Attempting(1, NOON), state(id));
    assertEquals(0, dispatched.size());
  }

  @Test
  void oneRepositorysEventsAreWorkedInOneTurnInTheirOrder() {
    var accepted = Stream.generate(() -> accept("octo/widgets")).limit(5).toList();
    var worker = worker();
    worker.drainOnce();
    assertEquals(1, atWork.size());
    assertEquals(new PipelineState.Received(NOON), state(accepted.get(1)));
    work();
    assertEquals(accepted, order().toList());
    worker.settle();
    accepted.forEach(id -> assertEquals(new PipelineState.Dispatched(1, NOON), state(id)));
  }

  @Test
  void aTurnIsOverInTimeAndTheRestOfTheLineIsClaimedAgain() {
    var accepted = Stream.generate(() -> accept("octo/widgets")).limit(5).toList();
    target =
        _ -> {
          clock.move(Duration.ofMillis(60));
          return new Delivered();
        };
    var worker = worker();
    worker.drainOnce();
    work();
    assertEquals(accepted.subList(0, 2), order().toList());
    drain(worker);
    assertEquals(accepted, order().toList());
  }

  @Test
  void theNextEventIsNotBegunOnceTheLeaseHasRunOut() {
    accept("octo/widgets");
    var behind = accept("octo/widgets");
    var worker = worker();
    worker.drainOnce();
    clock.move(LEASE);
    work();
    assertEquals(1, dispatched.size());
    assertEquals(new PipelineState.Received(NOON), state(behind));
  }

  @Test
  void theNextEventIsNotBegunOnceItsLaneHasGone() {
    accept("octo/widgets");
    var behind = accept("octo/widgets");
    var late = worker();
    late.drainOnce();
    clock.move(LEASE.plusSeconds(1));
    storage.outbox().lease(new WorkerId(Samples.uuid(NOON)), LEASE, Set.of());
    late.drainOnce();
    work();
    assertEquals(1, dispatched.size());
    assertEquals(new PipelineState.Received(NOON), state(behind));
  }

  @Test
  void theLanesOfADeadWorkerAreWorkedAsSoonAsItsLeaseHasEnded() {
    storage.outbox().lease(new WorkerId(Samples.uuid(NOON)), LEASE, Set.of());
    clock.move(Duration.ofMillis(300));
    var id = accept("octo/widgets");
    var worker = worker();
    drain(worker);
    for (int renewal = 1; renewal <= 9 && dispatched.isEmpty(); renewal++) {
      clock.move(Duration.ofNanos(worker.nanosUntilDue()));
      drain(worker);
    }
    assertEquals(List.of(id), order().toList());
    assertEquals(NOON.plus(LEASE).plusMillis(20), clock.instant());
    assertEquals(LEASE.dividedBy(8).toNanos(), worker.nanosUntilDue());
  }

  @Test
  void aWorkerThatStopsKeepsItsLeaseWhileADispatchIsUnderWay() {
    var id = accept("octo/widgets");
    var worker = worker();
    worker.drainOnce();
    worker.stop();
    clock.move(LEASE.minusSeconds(1));
    worker.finish();
    clock.move(Duration.ofSeconds(2));
    drain(worker());
    work();
    worker.finish();
    assertEquals(1, dispatched.size());
    assertEquals(new PipelineState.Dispatched(1, clock.instant()), state(id));
  }

  @Test
  void anAttemptWhoseRecordWasNotHeardOfIsMadeAsTheSameOne() {
    var unheard = new AtomicBoolean(true);
    outbox =
        new WatchedOutbox(storage.outbox()) {
          @Override
          void recorded() {
            if (unheard.getAndSet(false)) {
              throw new StoreUnavailableException("the answer was lost");
            }
          }
        };
    var id = accept("octo/widgets");
    var worker = worker();
    assertThrows(StoreUnavailableException.class, worker::drainOnce);
    assertEquals(new PipelineState.Attempting(1, NOON), state(id));

    drain(worker);
    assertEquals(List.of(1), dispatched.stream().map(Command::attempt).toList());
    assertEquals(new PipelineState.Dispatched(1, NOON), state(id));
  }

  @Test
  void aWorkerThatStopsBeginsNoLine() {
    var worker = worker();
    worker.drainOnce();
    var late = accept("octo/widgets");
    worker.stop();
    drain(worker);
    assertEquals(List.of(), dispatched);
    assertEquals(new PipelineState.Received(NOON), state(late));
  }

  @Test
  void aWorkerThatStopsEndsATurnAfterTheEventThatIsAtWork() {
    var first = accept("octo/widgets");
    var behind = accept("octo/widgets");
    var worker = worker();
    target =
        _ -> {
          worker.stop();
          return new Delivered();
        };
    worker.drainOnce();
    work();
    worker.settle();
    assertEquals(List.of(first), order().toList());
    assertEquals(new PipelineState.Dispatched(1, NOON), state(first));
    assertEquals(new PipelineState.Received(NOON), state(behind));
    assertEquals(0, worker.inFlight());
  }

  @Test
  void aFollowerThatTakesLongIsProcessingOnRecord() {
    accept("octo/widgets");
    var slow = accept("octo/widgets");
    var worker = worker();
    var meanwhile = new ArrayList<PipelineState>();
    target =
        command -> {
          if (command.id().equals(slow)) {
            worker.settle();
            meanwhile.add(state(slow));
          }
          return new Delivered();
        };
    drain(worker);
    assertEquals(List.of(new PipelineState.Attempting(1, NOON)), meanwhile);
    assertEquals(new PipelineState.Dispatched(1, NOON), state(slow));
    assertEquals(
        List.of(0, 1, 1),
        storage.records().pipeline(slow).orElseThrow().history().stream()
            .map(PipelineView.HistoryEntry::attempt)
            .toList());
  }

  @Test
  void nothingIsBegunAtATargetThatIsAway() {
    var id = accept("octo/widgets");
    room = Room.NONE;
    var worker = worker();
    drain(worker);
    assertEquals(0, dispatched.size());
    assertEquals(new PipelineState.Received(NOON), state(id));

    room = Room.ALL;
    drain(worker);
    assertEquals(List.of(id), order().toList());
  }

  @Test
  void oneCommandAloneProbesATargetThatWasAway() {
    accept("octo/widgets");
    accept("octo/widgets");
    accept("octo/gadgets");
    room = Room.ONE;
    var worker = worker();
    worker.drainOnce();
    work();
    assertEquals(1, dispatched.size());
  }

  @Test
  void oneLineAfterAnotherProbesATargetThatIsAway() {
    var heads = List.of(accept("octo/a"), accept("octo/b"), accept("octo/c"));
    target = _ -> new Outcome.Postponed("away", Duration.ZERO);
    room = Room.ONE;
    var worker = worker();
    for (int probe = 0; probe < 6; probe++) {
      worker.drainOnce();
      work();
    }
    assertEquals(Set.copyOf(heads), order().limit(3).collect(Collectors.toSet()));
    assertEquals(Set.copyOf(heads), order().skip(3).collect(Collectors.toSet()));
  }

  @Test
  void anAttemptThatDidNotCountIsMadeAgain() {
    var id = accept("octo/widgets");
    target = _ -> new Outcome.Postponed("away", Duration.ZERO);
    var worker = worker();
    for (int probe = 0; probe < 10; probe++) {
      worker.drainOnce();
      work();
    }
    worker.settle();
    assertEquals(new PipelineState.Retrying(0, NOON, NOON, "away"), state(id));

    target = _ -> new Delivered();
    drain(worker);
    assertEquals(new PipelineState.Dispatched(1, NOON), state(id));
  }

  @Test
  void aSlowTargetDoesNotGetAllThatTheWorkerHas() {
    for (int i = 0; i < 20; i++) {
      accept("octo/r" + i);
    }
    var everywhere = new Route(Route.Match.EVERYTHING, List.of("slow", "fast"));
    var targets =
        new Targets(List.of(new Moody("slow"), new Moody("fast")), new Routes(List.of(everywhere)));
    var worker = worker(8, Ordering.STRICT, Optional.empty(), targets);

    worker.drainOnce();
    worker.drainOnce();

    assertEquals(8, worker.inFlight());
    assertEquals(40, storage.records().outboxDepth().pending() + worker.inFlight());
    work();
    drain(worker);
    assertEquals(40, dispatched.size());
    assertEquals(0, storage.records().outboxDepth().pending());
  }

  @Test
  void twoTargetsWithABacklogLeaveRoomForAThird() {
    for (int i = 0; i < 80; i++) {
      accept("octo/r" + i);
    }
    for (int i = 0; i < 10; i++) {
      accept("quiet/r" + i);
    }
    var targets = new Targets(moody("a", "b", "c"), backlogs());
    var worker = worker(32, Ordering.STRICT, Optional.empty(), targets);
    for (int round = 0; round < 10; round++) {
      worker.drainOnce();
    }
    assertEquals(32, worker.inFlight());
    work();
    assertEquals(Set.of("a", "b", "c"), Set.copyOf(dispatchedTo));

    drain(worker);
    assertEquals(170, dispatched.size());
  }

  @Test
  void eachTargetHasItsTurnAlsoWhereTheWorkerDoesOneThingAtATime() {
    for (int i = 0; i < 16; i++) {
      accept("octo/r" + i);
    }
    accept("quiet/r1");
    accept("quiet/r2");
    var targets = new Targets(moody("a", "b", "c"), backlogs());
    var worker = worker(1, Ordering.STRICT, Optional.empty(), targets);
    drain(worker);
    assertEquals(34, dispatched.size());
    assertEquals(Set.of("a", "b", "c"), Set.copyOf(dispatchedTo.subList(0, 3)));
  }

  private List<CommandDispatcher> moody(String... names) {
    return Stream.of(names).<CommandDispatcher>map(Moody::new).toList();
  }

  /** All that is octo's goes to two targets, and the rest to a third one. */
  private static Routes backlogs() {
    var octo =
        new Route.Match(
            Optional.empty(), Optional.empty(), Optional.of(new Glob("octo/*")), Optional.empty());
    return new Routes(
        List.of(
            new Route(octo, List.of("a", "b")), new Route(Route.Match.EVERYTHING, List.of("c"))));
  }

  @Test
  void aBacklogDoesNotHoldUpWhatHasJustCome() {
    for (int i = 0; i < 2000; i++) {
      accept("octo/r" + i % 200);
    }
    target =
        _ -> {
          clock.move(Duration.ofMillis(20));
          return new Delivered();
        };
    var worker = worker(4, Ordering.STRICT);
    worker.drainOnce();
    work();
    var fresh = accept("octo/fresh");
    int before = dispatched.size();
    while (state(fresh).attempts() == 0) {
      worker.drainOnce();
      work();
    }
    int waited = dispatched.size() - before;
    assertTrue(waited < 100, () -> "behind " + waited + " of a backlog");

    drain(worker);
    assertEquals(2001, dispatched.size());
  }

  @Test
  void noMoreBytesAreInFlightThanThereMayBe() {
    for (int i = 0; i < 10; i++) {
      accept("octo/r" + i, 40);
    }
    maxBytes = 100;
    var worker = worker();

    worker.drainOnce();
    worker.drainOnce();
    assertEquals(2, worker.inFlight());
    work();
    worker.settle();
    worker.drainOnce();
    assertEquals(2, worker.inFlight());

    work();
    drain(worker);
    assertEquals(10, dispatched.size());
    assertEquals(10, dispatched.stream().map(Command::id).distinct().count());
  }

  @Test
  void bytesThatStandBehindALinesHeadCountAsWell() {
    for (int i = 0; i < 6; i++) {
      accept("octo/a", 30);
    }
    accept("octo/b", 30);
    maxBytes = 100;
    var worker = worker();

    worker.drainOnce();
    worker.drainOnce();
    assertEquals(2, worker.inFlight());
    work();
    assertEquals(3, dispatched.size());

    drain(worker);
    assertEquals(7, dispatched.size());
  }

  @Test
  void anEventThatIsLargerThanAllGoesAloneAndIsOvertakenByFewFreshOnes() {
    accept("octo/a", 60);
    PipelineId large = accept("octo/b", 1000);
    for (int i = 0; i < 100; i++) {
      accept("octo/r" + i, 10);
    }
    maxBytes = 100;
    var worker = worker();

    worker.drainOnce();
    while (state(large) instanceof PipelineState.Received) {
      // As if one were always under way.
      Optional.ofNullable(atWork.poll()).ifPresent(Runnable::run);
      worker.drainOnce();
    }
    assertEquals(1, worker.inFlight());
    assertTrue(dispatched.size() < 10, () -> "overtaken by " + dispatched.size());

    work();
    drain(worker);
    assertEquals(new PipelineState.Dispatched(1, NOON), state(large));
    assertEquals(102, dispatched.size());
  }

  @Test
  void oneTargetsBytesDoNotShutOutAnothers() {
    for (int i = 0; i < 20; i++) {
      accept("octo/r" + i, 60);
    }
    accept("octo/large", 1000);
    var everywhere = new Route(Route.Match.EVERYTHING, List.of("first", "second"));
    var targets =
        new Targets(
            List.of(new Moody("first"), new Moody("second")), new Routes(List.of(everywhere)));
    maxBytes = 100;
    var worker = worker(8, Ordering.STRICT, Optional.empty(), targets);

    drain(worker);

    assertEquals(42, dispatched.size());
    Set<String> early = dispatchedTo.subList(0, 6).stream().collect(Collectors.toSet());
    assertEquals(Set.of("first", "second"), early);
    assertEquals(0, storage.records().outboxDepth().pending());
  }

  @Test
  void noTargetGetsAllBytesOfSeveral() {
    for (int i = 0; i < 20; i++) {
      accept("octo/r" + i, 20);
    }
    var everywhere = new Route(Route.Match.EVERYTHING, List.of("slow", "fast"));
    var targets =
        new Targets(List.of(new Moody("slow"), new Moody("fast")), new Routes(List.of(everywhere)));
    maxBytes = 100;
    var worker = worker(32, Ordering.STRICT, Optional.empty(), targets);
    for (int round = 0; round < 10; round++) {
      worker.drainOnce();
    }

    assertEquals(5, worker.inFlight());
    work();
    long slow = dispatchedTo.stream().filter("slow"::equals).count();
    assertTrue(slow == 2 || slow == 3, dispatchedTo::toString);

    drain(worker);
    assertEquals(40, dispatched.size());
  }

  @Test
  void whatWaitsForRoomAtATargetThatIsAwayHoldsUpNoOther() {
    accept("octo/a", 60);
    PipelineId waiting = accept("octo/b", 60);
    maxBytes = 100;
    var worker = worker();
    worker.drainOnce();
    worker.drainOnce();
    room = Room.NONE;
    worker.drainOnce();
    work();
    worker.drainOnce();
    assertEquals(PipelineState.Name.RECEIVED, state(waiting).name());

    room = Room.ALL;
    drain(worker);
    assertEquals(new PipelineState.Dispatched(1, NOON), state(waiting));
  }

  @Test
  void aWorkerThatIsFullAsksForNoRate() {
    accept("octo/a");
    accept("octo/b");
    var worker = worker(1, Ordering.STRICT, Optional.of(1000), Targets.only(new Moody("test")));
    worker.drainOnce();
    worker.drainOnce();
    assertEquals(1, worker.inFlight());
    assertTrue(worker.nanosUntilDue() > 0);
    work();
    drain(worker);
    assertEquals(2, dispatched.size());
  }

  @Test
  void anIdleWorkerIsNotHeldByItsRate() {
    var worker = worker(32, Ordering.STRICT, Optional.of(100), Targets.only(new Moody("test")));
    worker.drainOnce();
    assertTrue(worker.nanosUntilDue() > 0, () -> "due in " + worker.nanosUntilDue());
  }

  @Test
  void aWorkerThatHasLostItsLanesIsNotHeldByItsRate() {
    for (int i = 0; i < 3; i++) {
      accept("octo/r" + i);
    }
    var worker = worker(32, Ordering.STRICT, Optional.of(10), Targets.only(new Moody("test")));
    worker.drainOnce();
    clock.move(LEASE.plusSeconds(1));
    storage.outbox().lease(new WorkerId(Samples.uuid(NOON)), LEASE, Set.of());
    worker.drainOnce();
    assertEquals(LEASE.dividedBy(8).toNanos(), worker.nanosUntilDue());
  }

  @Test
  void noMoreThanTheRateIsBegun() {
    for (int i = 0; i < 30; i++) {
      accept("octo/r" + i % 3);
    }
    var worker = worker(32, Ordering.STRICT, Optional.of(10), Targets.only(new Moody("test")));
    worker.drainOnce();
    work();
    worker.drainOnce();
    assertEquals(1, dispatched.size());
    assertTrue(worker.nanosUntilDue() < Duration.ofSeconds(1).toNanos());
  }

  @Test
  void anEventBehindOneThatRetriesWaitsAndOtherRepositoriesGoOn() {
    var retrying = accept("octo/widgets");
    var behind = accept("octo/widgets");
    var other = accept("octo/gadgets");
    target =
        c ->
            c.id().equals(retrying) && c.attempt() == 1
                ? new TryAgain("503", Duration.ofMinutes(1))
                : new Delivered();
    var worker = worker();
    drain(worker);
    assertTrue(order().toList().containsAll(List.of(retrying, other)));
    assertEquals(2, dispatched.size());

    clock.move(Duration.ofMinutes(1));
    drain(worker);
    assertEquals(List.of(retrying, behind), order().skip(2).toList());
    assertEquals(new PipelineState.Dispatched(2, clock.instant()), state(retrying));
  }

  @Test
  void withoutOrderAnEventBehindOneThatRetriesGoesOn() {
    var retrying = accept("octo/widgets");
    var behind = accept("octo/widgets");
    target =
        c -> c.id().equals(retrying) ? new TryAgain("503", Duration.ofMinutes(1)) : new Delivered();
    drain(worker(32, Ordering.NONE));
    assertEquals(new PipelineState.Dispatched(1, NOON), state(behind));
  }

  @Test
  void theLastAllowedFailureIsADeadLetterAndLetsTheNextOnePass() {
    var poison = accept("octo/widgets");
    var behind = accept("octo/widgets");
    target = c -> c.id().equals(poison) ? new TryAgain("503") : new Delivered();
    var worker = worker();
    for (int attempt = 1; attempt <= 3; attempt++) {
      drain(worker);
      clock.move(Duration.ofMinutes(10));
    }
    drain(worker);
    assertTrue(state(poison) instanceof PipelineState.Failed failed && failed.attempts() == 3);
    assertTrue(state(behind) instanceof PipelineState.Dispatched);
    assertEquals(1, storage.records().outboxDepth().dead());
  }

  @Test
  void whatATargetWillNeverTakeFailsAtOnce() {
    var id = accept("octo/widgets");
    target = _ -> new GiveUp("410");
    drain(worker());
    assertEquals(new PipelineState.Failed(1, NOON, "410"), state(id));
  }

  @Test
  void noMoreThanTheConcurrencyIsAtWork() {
    for (int i = 0; i < 5; i++) {
      accept("octo/r" + i);
    }
    var worker = worker(2, Ordering.STRICT);
    worker.drainOnce();
    assertEquals(2, atWork.size());
    worker.drainOnce();
    assertEquals(2, worker.inFlight());
    drain(worker);
    work();
    drain(worker);
    assertEquals(5, dispatched.size());
  }

  @Test
  void theNextLineIsBegunWhileTheLastIsStillBeingRecorded() {
    var first = accept("octo/a");
    accept("octo/b");
    recorder = toRecord::add;
    var worker = worker(1, Ordering.STRICT);
    worker.drainOnce();
    work();
    worker.drainOnce();
    assertEquals(1, atWork.size());
    assertEquals(new PipelineState.Attempting(1, NOON), state(first));

    record();
    worker.settle();
    assertEquals(new PipelineState.Dispatched(1, NOON), state(first));
  }

  /** Works as long as there is anything to do without a signal. */
  private void attend(OutboxDrain worker) {
    do {
      work();
    } while (worker.attend() > 0 || !atWork.isEmpty());
  }

  @Test
  void theEndOfADispatchAloneIsNoReasonToLookForMore() {
    accept("octo/a");
    var worker = worker();
    worker.drainOnce();
    var unsignalled = accept("octo/b");

    attend(worker);
    assertEquals(1, dispatched.size());
    assertEquals(new PipelineState.Received(NOON), state(unsignalled));

    clock.move(Duration.ofSeconds(1));
    attend(worker);
    assertEquals(2, dispatched.size());
  }

  @Test
  void whatASignalToldOfWhileItsLineWasBusyIsBegunAfterwards() {
    accept("octo/a");
    var worker = worker();
    worker.drainOnce();
    var behind = accept("octo/a");
    assertEquals(0, worker.drainOnce());

    attend(worker);
    assertEquals(new PipelineState.Dispatched(1, NOON), state(behind));
  }

  @Test
  void whatThereWasNoRoomForIsBegunAfterwards() {
    for (String repository : List.of("octo/a", "octo/b", "octo/c", "octo/a", "octo/a")) {
      accept(repository);
    }
    var worker = worker(1, Ordering.STRICT);
    worker.drainOnce();

    attend(worker);
    assertEquals(5, dispatched.size());
  }

  @Test
  void whatStandsBehindOneThatIsOverWithoutADispatchIsBegun() {
    var first = accept("octo/a");
    var behind = accept("octo/a");
    target =
        command -> {
          if (command.id().equals(first)) {
            throw new IllegalStateException("a defect");
          }
          return new Delivered();
        };
    var worker = worker();
    worker.drainOnce();

    attend(worker);
    assertEquals(new PipelineState.Failed(3, NOON, "worker lost"), state(first));
    assertEquals(new PipelineState.Dispatched(1, NOON), state(behind));
  }

  @Test
  void whatATargetHadNoRoomForIsBegunOnceItHas() {
    accept("octo/a");
    room = Room.NONE;
    var worker = worker();
    worker.drainOnce();
    room = Room.ALL;

    attend(worker);
    assertEquals(1, dispatched.size());
  }

  @Test
  void aLineIsNotClaimedAgainBeforeItsTurnIsOnRecord() {
    accept("octo/widgets");
    recorder = toRecord::add;
    var worker = worker();
    worker.drainOnce();
    work();
    var behind = accept("octo/widgets");
    worker.drainOnce();
    assertEquals(0, atWork.size());

    record();
    worker.drainOnce();
    assertEquals(1, atWork.size());
    assertEquals(new PipelineState.Attempting(1, NOON), state(behind));
  }

  @Test
  void noMoreThanTwiceTheConcurrencyWaitsForItsRecord() {
    for (int i = 0; i < 9; i++) {
      accept("octo/r" + i);
    }
    recorder = toRecord::add;
    var worker = worker(2, Ordering.STRICT);
    for (int round = 0; round < 9; round++) {
      worker.drainOnce();
      work();
    }
    assertEquals(4, dispatched.size());
    assertEquals(4, worker.inFlight());

    while (worker.drainOnce() > 0 || !toRecord.isEmpty()) {
      work();
      record();
    }
    assertEquals(9, dispatched.size());
  }

  @Test
  void aRecordingThatFailedIsMadeAgain() {
    var id = accept("octo/widgets");
    recorder = toRecord::add;
    var worker = worker();
    worker.drainOnce();
    work();
    worker.settle();
    storage.away(true);
    record();
    storage.away(false);
    assertThrows(StoreUnavailableException.class, worker::settle);
    assertEquals(1, worker.inFlight());

    worker.settle();
    record();
    worker.settle();
    assertEquals(new PipelineState.Dispatched(1, NOON), state(id));
    assertEquals(0, worker.inFlight());
  }

  @Test
  void severalTargetsAreRecordedBetweenTheClaims() {
    accept("octo/widgets");
    recorder = toRecord::add;
    var both = new Route(Route.Match.EVERYTHING, List.of("one", "two"));
    var targets =
        new Targets(List.of(new Moody("one"), new Moody("two")), new Routes(List.of(both)));
    drain(worker(8, Ordering.STRICT, Optional.empty(), targets));
    assertEquals(2, dispatched.size());
    assertEquals(0, toRecord.size());
    assertEquals(0, storage.records().outboxDepth().pending());
  }

  @Test
  void aDefectInOurOwnCodeCountsAsALostAttempt() {
    var id = accept("octo/widgets");
    target =
        _ -> {
          throw new IllegalStateException("a defect");
        };
    drain(worker());
    assertEquals(3, dispatched.size());
    assertEquals(new PipelineState.Failed(3, NOON, "worker lost"), state(id));
    assertEquals(List.of("test"), lost);
  }

  @Test
  void anotherWorkerRepeatsWhatADeadOneHadBegun() {
    var id = accept("octo/widgets");
    worker().drainOnce();
    atWork.clear();
    clock.move(LEASE.plusSeconds(1));
    drain(worker());
    assertEquals(List.of(2), dispatched.stream().map(Command::attempt).toList());
    assertEquals(new PipelineState.Dispatched(2, clock.instant()), state(id));
  }

  @Test
  void aLateWorkerChangesNothing() {
    var id = accept("octo/widgets");
    var late = worker();
    late.drainOnce();
    clock.move(LEASE.plusSeconds(1));
    var heir = worker();
    target = _ -> new TryAgain("503", Duration.ofMinutes(5));
    heir.drainOnce();
    Runnable lateWork = atWork.remove();
    work();
    heir.settle();
    PipelineState before = state(id);

    target = _ -> new Delivered();
    lateWork.run();
    late.settle();
    assertEquals(before, state(id));
    assertEquals(0, late.inFlight());
  }

  @Test
  void whatFinishedWhileTheDatabaseWasAwayIsSettledWhenItIsBack() {
    var id = accept("octo/widgets");
    var worker = worker();
    worker.drainOnce();
    work();
    storage.away(true);
    assertThrows(StoreUnavailableException.class, worker::drainOnce);
    assertThrows(StoreUnavailableException.class, worker::drainOnce);
    storage.away(false);
    worker.drainOnce();
    assertEquals(new PipelineState.Dispatched(1, NOON), state(id));
    assertEquals(1, dispatched.size());
  }

  @Test
  void lanesGivenBackAreTakenAtOnce() {
    accept("octo/widgets");
    var first = worker();
    first.drainOnce();
    work();
    first.settle();
    first.release();
    var id = accept("octo/widgets");
    drain(worker());
    assertEquals(new PipelineState.Dispatched(1, NOON), state(id));
  }
}
