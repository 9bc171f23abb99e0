package dev.hookline.application.replay;

import static dev.hookline.testing.Samples.GITHUB;
import static dev.hookline.testing.Samples.NOON;
import static dev.hookline.testing.Samples.THREE_TIMES;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.hookline.application.dispatch.Outbox.Ordering;
import dev.hookline.application.dispatch.OutboxMessage;
import dev.hookline.application.dispatch.WorkerId;
import dev.hookline.application.inspect.PipelineFilter;
import dev.hookline.application.pipeline.NewPipeline;
import dev.hookline.application.pipeline.PipelineStore;
import dev.hookline.application.replay.ReplayPipeline.Replay;
import dev.hookline.application.standardize.Standardization.Understood;
import dev.hookline.application.standardize.Standardizer;
import dev.hookline.domain.delivery.Delivery;
import dev.hookline.domain.delivery.DeliveryKey;
import dev.hookline.domain.delivery.Headers;
import dev.hookline.domain.delivery.RawBody;
import dev.hookline.domain.handler.ServiceHandlerFactory;
import dev.hookline.domain.pipeline.Outcome;
import dev.hookline.domain.pipeline.Pipeline;
import dev.hookline.domain.pipeline.PipelineId;
import dev.hookline.domain.pipeline.PipelineState;
import dev.hookline.testing.Claims;
import dev.hookline.testing.InMemoryStorage;
import dev.hookline.testing.LineHandler;
import dev.hookline.testing.MovableClock;
import dev.hookline.testing.Samples;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Many at once, over the stores' fake and a provider that speaks in lines. */
class ReplayPipelinesTest {
  private static final PipelineFilter FAILED =
      new PipelineFilter(
          Optional.of(PipelineState.Name.FAILED),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());

  private final MovableClock clock = new MovableClock(NOON);
  private final InMemoryStorage storage = new InMemoryStorage(clock);
  private final Standardizer standardizer =
      new Standardizer(new ServiceHandlerFactory(List.of(new LineHandler(GITHUB))));

  private ReplayPipelines replayMany(PipelineStore store) {
    return new ReplayPipelines(storage.records(), new ReplayPipeline(store, standardizer, clock));
  }

  private PipelineId accept(String line) {
    var delivery =
        new Delivery(
            GITHUB,
            Headers.ofSingle(Map.of("Content-Type", "text/line")),
            RawBody.of(line.getBytes(StandardCharsets.UTF_8)),
            NOON,
            "");
    var event = assertInstanceOf(Understood.class, standardizer.standardize(delivery)).event();
    var pipeline = Pipeline.received(new PipelineId(Samples.uuid(NOON)), event);
    storage
        .pipelines()
        .accept(
            new NewPipeline(pipeline, delivery, new DeliveryKey(event.eventId()), true),
            Duration.ofSeconds(5));
    return pipeline.id();
  }

  /** Works everything that is due, one head after the other, and says in which order. */
  private List<PipelineId> workAll(Outcome outcome) {
    var outbox = storage.outbox();
    var worker = new WorkerId(UUID.randomUUID());
    var lanes = outbox.lease(worker, Duration.ofSeconds(8), Set.of()).lanes();
    var worked = new ArrayList<PipelineId>();
    while (true) {
      var due = Claims.due(outbox, lanes, Ordering.STRICT, List.of(), 1);
      if (due.isEmpty()) {
        outbox.release(worker);
        return worked;
      }
      OutboxMessage begun = due.getFirst().with(due.getFirst().pipeline().begin(THREE_TIMES, NOON));
      outbox.record(
          worker, List.of(begun.with(begun.pipeline().settle(outcome, THREE_TIMES, NOON))));
      worked.add(begun.pipeline().id());
    }
  }

  @Test
  void eventsOfOneRepositoryStandInItsLineInTheOrderReceived() {
    var first = accept("e1 push octo/widgets");
    var second = accept("e2 push octo/widgets");
    var third = accept("e3 push octo/widgets");
    workAll(new Outcome.GiveUp("gone"));

    assertEquals(3, replayMany(storage.pipelines()).replay(FAILED, 10));

    assertEquals(List.of(first, second, third), workAll(new Outcome.Delivered()));
  }

  @Test
  void limitTakesTheNewestAndOfTheseTheOldestFirst() {
    accept("e1 push octo/widgets");
    var second = accept("e2 push octo/widgets");
    var third = accept("e3 push octo/widgets");
    workAll(new Outcome.GiveUp("gone"));

    assertEquals(2, replayMany(storage.pipelines()).replay(FAILED, 2));

    assertEquals(List.of(second, third), workAll(new Outcome.Delivered()));
  }

  @Test
  void oneThatCannotBeReadBackKeepsNoOtherFromBeingReplayed() {
    var sound = accept("e1 push octo/widgets");
    var damaged = accept("e2 push octo/widgets");
    workAll(new Outcome.GiveUp("gone"));
    var told = new ArrayList<PipelineId>();

    int replayed =
        replayMany(new Damaged(storage.pipelines(), damaged))
            .replay(
                FAILED,
                10,
                (id, outcome) -> {
                  if (outcome instanceof Replay.Unreadable) {
                    told.add(id);
                  }
                });

    assertEquals(1, replayed);
    assertEquals(List.of(damaged), told);
    assertEquals(List.of(sound), workAll(new Outcome.Delivered()));
  }

  /** A store in which one event is not as it was written. */
  private record Damaged(PipelineStore store, PipelineId damaged) implements PipelineStore {
    @Override
    public Acceptance accept(NewPipeline candidate, Duration budget) {
      return store.accept(candidate, budget);
    }

    @Override
    public Optional<Recorded> find(PipelineId id) {
      if (id.equals(damaged)) {
        throw new IllegalArgumentException("not an event: field repository");
      }
      return store.find(id);
    }

    @Override
    public boolean reopen(Pipeline replayed) {
      return store.reopen(replayed);
    }
  }
}
