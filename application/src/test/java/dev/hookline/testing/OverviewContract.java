package dev.hookline.testing;

import static dev.hookline.testing.Samples.GITHUB;
import static dev.hookline.testing.Samples.NOON;
import static dev.hookline.testing.Samples.THREE_TIMES;
import static dev.hookline.testing.Samples.aDelivery;
import static dev.hookline.testing.Samples.aPipeline;
import static dev.hookline.testing.Samples.anEvent;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.application.dispatch.Lane;
import dev.hookline.application.dispatch.Outbox.Ordering;
import dev.hookline.application.dispatch.OutboxMessage;
import dev.hookline.application.dispatch.WorkerId;
import dev.hookline.application.inspect.Activity.Lag;
import dev.hookline.application.inspect.Activity.Tally;
import dev.hookline.application.inspect.Standing;
import dev.hookline.application.pipeline.NewPipeline;
import dev.hookline.application.refused.RefusedDelivery;
import dev.hookline.domain.delivery.Delivery;
import dev.hookline.domain.delivery.DeliveryKey;
import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.pipeline.Outcome;
import dev.hookline.domain.pipeline.Pipeline;
import dev.hookline.domain.pipeline.PipelineId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What {@link dev.hookline.application.inspect.Records} tells of all pipelines together. */
public abstract class OverviewContract {
  private static final Service SLACK = new Service("slack");
  private static final Duration BUDGET = Duration.ofSeconds(5);
  private static final int HOUR = 60;

  /** Empty at the start of each test, and the same one throughout it. */
  protected abstract Storage storage();

  @Test
  void nothingWasAcceptedAndNothingIsToDoAtFirst() {
    var activity = storage().records().activity(NOON, HOUR);

    assertEquals(NOON, activity.since());
    assertEquals(HOUR, activity.minutes().size());
    assertTrue(activity.minutes().stream().allMatch(Tally.NONE::equals));
    assertEquals(Map.of(), activity.services());
    assertEquals(List.of(), storage().records().standings());
  }

  @Test
  void everyPipelineCountsInTheMinuteOfItsReceipt() {
    accept(GITHUB, NOON.minusMillis(1));
    accept(GITHUB, NOON);
    accept(GITHUB, NOON.plusSeconds(59));
    accept(SLACK, NOON.plusSeconds(60));
    accept(SLACK, NOON.plus(Duration.ofMinutes(2)));

    var activity = storage().records().activity(NOON, 2);

    assertEquals(List.of(open(2), open(1)), activity.minutes());
    assertEquals(Map.of("github", open(2), "slack", open(1)), activity.services());
  }

  @Test
  void receiptJustBeforeTheSpanCountsInItsFirstMinute() {
    accept(GITHUB, NOON.minusMillis(3), NOON);

    assertEquals(open(1), storage().records().activity(NOON, 2).minutes().getFirst());
  }

  @Test
  void outcomesAreTold() {
    accept(GITHUB, NOON);
    settle(new Outcome.Delivered(), NOON.plusSeconds(1));
    accept(GITHUB, NOON);
    settle(new Outcome.GiveUp("no"), NOON.plusSeconds(2));
    accept(GITHUB, NOON);

    Tally tally = storage().records().activity(NOON, 1).minutes().getFirst();

    assertEquals(new Tally(3, 1, 1, tally.lag()), tally);
    assertEquals(1, tally.open());
  }

  @Test
  void lagRunsFromReceiptToDispatch() {
    for (int second = 1; second <= 5; second++) {
      accept(GITHUB, NOON);
      settle(new Outcome.Delivered(), NOON.plusSeconds(second));
    }

    var lag = storage().records().activity(NOON, 1).minutes().getFirst().lag();

    assertEquals(Optional.of(new Lag(Duration.ofSeconds(3), Duration.ofMillis(4800))), lag);
  }

  @Test
  void lagRunsToTheFirstDispatchHoweverManyAttemptsThatTook() {
    accept(GITHUB, NOON);
    settle(new Outcome.TryAgain("503"), NOON.plusSeconds(1));
    storage().pass(Duration.ofMinutes(10));
    Pipeline dispatched = settle(new Outcome.Delivered(), NOON.plusSeconds(7));

    assertEquals(Duration.ofSeconds(7), onlyLag());

    storage().pipelines().reopen(dispatched.replay(dispatched.event(), NOON.plusSeconds(100)));
    assertEquals(Duration.ofSeconds(7), onlyLag());
    settle(new Outcome.Delivered(), NOON.plusSeconds(200));
    assertEquals(Duration.ofSeconds(7), onlyLag());
  }

  private Duration onlyLag() {
    return storage().records().activity(NOON, 1).minutes().getFirst().lag().orElseThrow().p95();
  }

  @Test
  void standingsTellWhatEachServiceHasToDo() {
    accept(GITHUB, NOON);
    settle(new Outcome.GiveUp("no"), NOON);
    accept(SLACK, NOON);
    storage().pass(Duration.ofMinutes(1));
    accept(SLACK, NOON);
    refuse(SLACK);
    refuse(new Service("linear"));

    var standings = storage().records().standings();

    Duration oldest = standings.get(2).oldestWaiting();
    assertTrue(oldest.compareTo(Duration.ofMinutes(1)) >= 0, oldest::toString);
    assertEquals(
        List.of(
            new Standing("github", 0, 0, Duration.ZERO, 1, 0),
            new Standing("linear", 0, 0, Duration.ZERO, 0, 1),
            new Standing("slack", 2, 0, oldest, 0, 1)),
        standings);
  }

  @Test
  void whatIsBeingAttemptedDoesNotWait() {
    accept(GITHUB, NOON);
    var worker = new WorkerId(UUID.randomUUID());
    OutboxMessage message = claimed(worker);
    storage()
        .outbox()
        .record(worker, List.of(message.with(message.pipeline().begin(THREE_TIMES, NOON))));

    assertEquals(
        List.of(new Standing("github", 0, 1, Duration.ZERO, 0, 0)),
        storage().records().standings());
  }

  private static Tally open(int accepted) {
    return new Tally(accepted, 0, 0, Optional.empty());
  }

  private void accept(Service service, Instant at) {
    accept(service, at, at);
  }

  private void accept(Service service, Instant receivedAt, Instant acceptedAt) {
    Delivery like = aDelivery(service);
    var delivery =
        new Delivery(service, like.headers(), like.body(), receivedAt, like.remoteAddress());
    var event = anEvent().service(service).createdAt(receivedAt).rawPayload(like.body()).build();
    var pipeline = aPipeline().id(new PipelineId(Samples.uuid(acceptedAt))).of(event).build();
    storage()
        .pipelines()
        .accept(
            new NewPipeline(pipeline, delivery, new DeliveryKey(event.eventId()), true), BUDGET);
  }

  private void refuse(Service service) {
    storage()
        .refusedDeliveries()
        .keep(
            new RefusedDelivery(
                Samples.uuid(NOON),
                aDelivery(service),
                "InvalidPayloadError",
                "no",
                Optional.empty(),
                Optional.empty()),
            BUDGET);
  }

  private OutboxMessage claimed(WorkerId worker) {
    Set<Lane> lanes = storage().outbox().lease(worker, Duration.ofSeconds(8), Set.of()).lanes();
    return Claims.due(storage().outbox(), lanes, Ordering.STRICT, List.of(), 10).getFirst();
  }

  /** Begins and settles the one message there is. */
  private Pipeline settle(Outcome outcome, Instant at) {
    var worker = new WorkerId(UUID.randomUUID());
    OutboxMessage message = claimed(worker);
    OutboxMessage begun = message.with(message.pipeline().begin(THREE_TIMES, at));
    storage().outbox().record(worker, List.of(begun));
    OutboxMessage settled = begun.with(begun.pipeline().settle(outcome, THREE_TIMES, at));
    assertEquals(Set.of(message.id()), storage().outbox().record(worker, List.of(settled)));
    storage().outbox().release(worker);
    return settled.pipeline();
  }
}
