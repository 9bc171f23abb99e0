package dev.hookline.queue.worker;

import static dev.hookline.testing.Samples.NOON;
import static dev.hookline.testing.Samples.THREE_TIMES;
import static dev.hookline.testing.Samples.aDelivery;
import static dev.hookline.testing.Samples.anEvent;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.application.dispatch.Command;
import dev.hookline.application.dispatch.CommandDispatcher;
import dev.hookline.application.dispatch.DispatchCommand;
import dev.hookline.application.dispatch.DispatchTracing;
import dev.hookline.application.dispatch.Outbox.Ordering;
import dev.hookline.application.dispatch.ProcessWebhookEvent;
import dev.hookline.application.dispatch.Targets;
import dev.hookline.application.dispatch.WorkerId;
import dev.hookline.application.pipeline.NewPipeline;
import dev.hookline.domain.delivery.DeliveryKey;
import dev.hookline.domain.pipeline.Outcome;
import dev.hookline.domain.pipeline.Outcome.Delivered;
import dev.hookline.domain.pipeline.Outcome.TryAgain;
import dev.hookline.domain.pipeline.Pipeline;
import dev.hookline.domain.pipeline.PipelineId;
import dev.hookline.domain.pipeline.PipelineState;
import dev.hookline.queue.target.CircuitBreakingTarget;
import dev.hookline.testing.InMemoryStorage;
import dev.hookline.testing.MovableClock;
import dev.hookline.testing.Samples;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** An outage of ten minutes, as the clock tells it. */
class OutageTest {
  private static final Duration OUTAGE = Duration.ofMinutes(10);
  private static final Duration STEP = Duration.ofMillis(250);
  private static final int EVENTS = 300;
  private static final int REPOSITORIES = 60;

  private final MovableClock clock = new MovableClock(NOON);
  private final InMemoryStorage storage = new InMemoryStorage(clock);
  private final Queue<Runnable> atWork = new ArrayDeque<>();
  private final Map<PipelineId, String> accepted = new LinkedHashMap<>();
  private final List<Command> taken = new ArrayList<>();
  private Instant back = NOON.plus(OUTAGE);
  private Function<Command, Outcome> outage = _ -> TryAgain.unreachable("connection refused");
  private int calls;

  private final CommandDispatcher target =
      new CommandDispatcher() {
        @Override
        public String target() {
          return "ci";
        }

        @Override
        public Outcome dispatch(Command command) {
          calls++;
          Outcome outcome =
              clock.instant().isBefore(back) ? outage.apply(command) : new Delivered();
          if (outcome instanceof Delivered) {
            taken.add(command);
          }
          return outcome;
        }
      };

  private OutboxDrain worker() {
    var targets = Targets.only(new CircuitBreakingTarget(target, new Uncounted(), clock));
    var settings =
        new WorkerSettings(
            new WorkerId(Samples.uuid(NOON)),
            32,
            Optional.empty(),
            Long.MAX_VALUE,
            Duration.ofSeconds(8),
            Duration.ofSeconds(1),
            Ordering.STRICT);
    return new OutboxDrain(
        storage.outbox(),
        new ProcessWebhookEvent(storage.outbox(), targets, THREE_TIMES, new Uncounted(), clock),
        new DispatchCommand(targets, THREE_TIMES, new Uncounted(), DispatchTracing.off(), clock),
        targets,
        settings,
        atWork::add,
        Runnable::run,
        () -> clock.millis() * 1_000_000,
        () -> {});
  }

  private void accept(int number) {
    accept("octo/r" + number % REPOSITORIES);
  }

  private PipelineId accept(String repository) {
    var pipeline =
        Pipeline.received(
            new PipelineId(Samples.uuid(clock.instant())),
            anEvent().repository(repository).createdAt(clock.instant()).build());
    storage
        .pipelines()
        .accept(
            new NewPipeline(
                pipeline,
                aDelivery(Samples.GITHUB),
                new DeliveryKey(pipeline.event().eventId()),
                false),
            Duration.ofSeconds(1));
    accepted.put(pipeline.id(), repository);
    return pipeline.id();
  }

  private void round(OutboxDrain worker) {
    while (worker.drainOnce() > 0) {
      for (var turn = atWork.poll(); turn != null; turn = atWork.poll()) {
        turn.run();
      }
    }
  }

  @Test
  void afterAnOutageEverythingIsDispatchedInOrderAndNothingHasFailed() {
    var worker = worker();
    int number = 0;
    while (number < REPOSITORIES) {
      accept(number++);
    }
    while (clock.instant().isBefore(back)) {
      if (number < EVENTS) {
        accept(number++);
      }
      round(worker);
      clock.move(STEP);
    }
    assertTrue(calls < 150, () -> "the target was left in peace, but called " + calls + " times");

    // The longest wait between two probes, and the retries of those that failed first.
    for (int step = 0; step < 60; step++) {
      clock.move(STEP);
      round(worker);
    }

    assertDispatchedInOrder();
  }

  @Test
  void ofASingleBusyRepositoryNothingFailsEither() {
    var worker = worker();
    for (int number = 0; number < 20; number++) {
      accept("octo/only");
    }
    while (clock.instant().isBefore(back)) {
      round(worker);
      clock.move(STEP);
    }
    for (int step = 0; step < 60; step++) {
      clock.move(STEP);
      round(worker);
    }
    assertDispatchedInOrder();
  }

  @Test
  void ofADayOf503NothingFails() {
    back = NOON.plus(Duration.ofDays(1));
    outage = _ -> TryAgain.outOfService("HTTP 503", Duration.ZERO);
    var worker = worker();
    for (int number = 0; number < 12; number++) {
      accept("octo/r" + number % 3);
    }
    while (clock.instant().isBefore(back.plus(Duration.ofMinutes(2)))) {
      round(worker);
      clock.move(Duration.ofSeconds(5));
    }
    assertDispatchedInOrder();
  }

  @Test
  void anEventThatATargetAloneBreaksOnIsADeadLetterAtLastAndTheRestGoesOn() {
    back = Instant.MAX;
    PipelineId poison = accept("octo/only");
    var behind = List.of(accept("octo/only"), accept("octo/only"), accept("octo/only"));
    outage =
        command ->
            command.id().equals(poison)
                ? TryAgain.outOfService("HTTP 504", Duration.ZERO)
                : new Delivered();
    var worker = worker();
    while (clock.instant().isBefore(NOON.plus(CircuitBreakingTarget.ALONE))) {
      round(worker);
      clock.move(Duration.ofSeconds(5));
    }
    assertEquals(PipelineState.Name.PROCESSING, state(poison).name());
    for (int step = 0; step < 200; step++) {
      clock.move(Duration.ofSeconds(5));
      round(worker);
    }
    assertEquals(PipelineState.Name.FAILED, state(poison).name());
    assertEquals(behind, ids());
  }

  @Test
  void anEventThatATargetBreaksOnHoldsUpItsOwnLineAlone() {
    back = Instant.MAX;
    PipelineId poison = accept("octo/only");
    accept("octo/only");
    outage =
        command ->
            command.id().equals(poison)
                ? TryAgain.outOfService("HTTP 504", Duration.ZERO)
                : new Delivered();
    var worker = worker();
    for (int step = 0; step < 60; step++) {
      round(worker);
      clock.move(STEP);
    }
    var others = List.of(accept("octo/a"), accept("octo/b"));
    // The longest wait for a probe, and those of two probes that the others may have to wait for.
    for (int step = 0; step < 60; step++) {
      clock.move(STEP);
      round(worker);
    }
    assertTrue(ids().containsAll(others), () -> "taken: " + taken.size());
  }

  private PipelineState state(PipelineId id) {
    return storage.records().pipeline(id).orElseThrow().pipeline().state();
  }

  private void assertDispatchedInOrder() {
    accepted
        .keySet()
        .forEach(
            id -> {
              PipelineState state = storage.records().pipeline(id).orElseThrow().pipeline().state();
              assertEquals(PipelineState.Name.DISPATCHED, state.name());
              assertTrue(state.attempts() <= 3, () -> id + " took " + state.attempts());
            });
    assertEquals(0, storage.records().outboxDepth().dead());
    assertEquals(byRepository(List.copyOf(accepted.keySet())), byRepository(ids()));
  }

  private List<PipelineId> ids() {
    return taken.stream().map(Command::id).toList();
  }

  private Map<String, List<PipelineId>> byRepository(List<PipelineId> ids) {
    return ids.stream()
        .collect(groupingBy(id -> accepted.getOrDefault(id, "?"), mapping(id -> id, toList())));
  }
}
