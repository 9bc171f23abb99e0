package dev.hookline.testing;

import static dev.hookline.testing.Samples.GITHUB;
import static dev.hookline.testing.Samples.NOON;
import static dev.hookline.testing.Samples.THREE_TIMES;
import static dev.hookline.testing.Samples.aDelivery;
import static dev.hookline.testing.Samples.aPipeline;
import static dev.hookline.testing.Samples.anEvent;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.application.dispatch.Lane;
import dev.hookline.application.dispatch.Outbox.Ordering;
import dev.hookline.application.dispatch.OutboxMessage;
import dev.hookline.application.dispatch.WorkerId;
import dev.hookline.application.inspect.PipelineFilter;
import dev.hookline.application.pipeline.NewPipeline;
import dev.hookline.application.pipeline.PipelineStore.Acceptance;
import dev.hookline.application.pipeline.PipelineStore.Acceptance.Accepted;
import dev.hookline.application.pipeline.PipelineStore.Acceptance.Duplicate;
import dev.hookline.domain.delivery.Delivery;
import dev.hookline.domain.delivery.DeliveryKey;
import dev.hookline.domain.delivery.RawBody;
import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.event.StandardizedEvent;
import dev.hookline.domain.pipeline.Origin;
import dev.hookline.domain.pipeline.Outcome;
import dev.hookline.domain.pipeline.Pipeline;
import dev.hookline.domain.pipeline.PipelineId;
import dev.hookline.domain.pipeline.PipelineState;
import dev.hookline.domain.trace.TraceContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What every {@link dev.hookline.application.pipeline.PipelineStore} does. */
public abstract class PipelineStoreContract {
  protected static final Duration BUDGET = Duration.ofSeconds(5);

  /** Empty at the start of each test, and the same one throughout it. */
  protected abstract Storage storage();

  @Test
  void acceptedPipelineHasEventAndMessage() {
    NewPipeline candidate = candidate("a");

    assertEquals(new Accepted(), accept(candidate));

    var recorded = storage().pipelines().find(candidate.pipeline().id()).orElseThrow();
    assertEquals(candidate.pipeline().event(), recorded.pipeline().event());
    assertEquals(new PipelineState.Received(NOON), recorded.pipeline().state());
    assertEquals(candidate.delivery().body(), recorded.delivery().body());
    assertEquals(candidate.delivery().receivedAt(), recorded.delivery().receivedAt());
    assertEquals(GITHUB, recorded.delivery().service());
    assertEquals(
        "application/json", recorded.delivery().headers().only("content-type").orElseThrow());
    OutboxMessage message = onlyMessage();
    assertEquals(candidate.pipeline().id(), message.pipeline().id());
    assertEquals(OutboxMessage.Task.PROCESS_WEBHOOK_EVENT, message.task());
  }

  @Test
  void dispatchThatIsPutOffIsNotDueBeforeItsTime() {
    NewPipeline now = candidate("now");
    accept(now);
    accept(putOff(candidate("later"), Duration.ofMinutes(10)));
    assertEquals(List.of(now.pipeline().id()), due(Ordering.NONE));

    storage().pass(Duration.ofMinutes(9));
    assertEquals(1, due(Ordering.NONE).size());
    storage().pass(Duration.ofMinutes(2));
    assertEquals(2, due(Ordering.NONE).size());
  }

  @Test
  void laterEventsOfItsRepositoryWaitBehindOneThatIsPutOff() {
    NewPipeline putOff = putOff(candidate("later"), Duration.ofMinutes(10));
    accept(putOff);
    accept(candidate("next"));
    assertEquals(List.of(), due(Ordering.STRICT));

    storage().pass(Duration.ofMinutes(11));
    assertEquals(List.of(putOff.pipeline().id()), due(Ordering.STRICT));
  }

  private static NewPipeline putOff(NewPipeline candidate, Duration putOff) {
    return new NewPipeline(
        candidate.pipeline(), candidate.delivery(), candidate.key(), candidate.guardBody(), putOff);
  }

  private List<PipelineId> due(Ordering ordering) {
    return messages(ordering).stream().map(message -> message.pipeline().id()).toList();
  }

  @Test
  void unknownPipelineIsNotFound() {
    assertEquals(Optional.empty(), storage().pipelines().find(new PipelineId(Samples.uuid(NOON))));
  }

  @Test
  void sameKeyIsDuplicateOfTheFirst() {
    NewPipeline first = candidate("same");
    accept(first);

    assertEquals(new Duplicate(first.pipeline().id(), false), accept(candidate("same")));
    assertEquals(1, pipelines());
    assertEquals(1, messages().size());
  }

  @Test
  void sameKeyOfAnotherServiceIsAnotherDelivery() {
    accept(candidate("same"));

    assertEquals(new Accepted(), accept(of(aDelivery(new Service("linear")), "same", true)));
  }

  @Test
  void keysDifferByCase() {
    accept(candidate("key"));

    assertEquals(new Accepted(), accept(candidate("KEY")));
  }

  @Test
  void guardedBodyUnderAnotherKeyIsDuplicate() {
    Delivery delivery = aDelivery(GITHUB);
    NewPipeline first = of(delivery, "one", true);
    accept(first);

    assertEquals(new Duplicate(first.pipeline().id(), false), accept(of(delivery, "two", true)));
    assertEquals(1, pipelines());
  }

  @Test
  void unguardedBodyUnderAnotherKeyIsAnotherDelivery() {
    Delivery delivery = aDelivery(GITHUB);
    accept(of(delivery, "one", true));

    assertEquals(new Accepted(), accept(of(delivery, "two", false)));
    assertEquals(new Accepted(), accept(of(delivery, "three", false)));
  }

  @Test
  void guardedBodyOfAnotherServiceIsAnotherDelivery() {
    Delivery delivery = aDelivery(GITHUB);
    accept(of(delivery, "one", true));
    var elsewhere =
        new Delivery(
            new Service("slack"),
            delivery.headers(),
            delivery.body(),
            delivery.receivedAt(),
            delivery.remoteAddress());

    assertEquals(new Accepted(), accept(of(elsewhere, "two", true)));
  }

  @Test
  void acceptedAgainUnderItsOwnIdIsOnRecordOnce() {
    NewPipeline candidate = candidate("again");
    accept(candidate);

    accept(candidate);

    assertEquals(1, pipelines());
    assertEquals(1, messages().size());
  }

  @Test
  void duplicateOfDeadLetterSaysSo() {
    NewPipeline first = candidate("dead");
    accept(first);
    settle(new Outcome.GiveUp("gone"));

    assertEquals(new Duplicate(first.pipeline().id(), true), accept(candidate("dead")));
  }

  @Test
  void duplicateOfDispatchedIsNotFailed() {
    NewPipeline first = candidate("done");
    accept(first);
    settle(new Outcome.Delivered());

    assertEquals(new Duplicate(first.pipeline().id(), false), accept(candidate("done")));
  }

  @Test
  void payloadApartFromTheBodyComesBack() {
    Delivery form = aDelivery(GITHUB);
    StandardizedEvent event =
        anEvent().rawPayload(RawBody.of("{\"in\":\"form\"}".getBytes(UTF_8))).build();
    var pipeline = aPipeline().of(event).build();
    accept(new NewPipeline(pipeline, form, new DeliveryKey("form"), true));

    var recorded = storage().pipelines().find(pipeline.id()).orElseThrow();

    assertEquals(event.rawPayload(), recorded.pipeline().event().rawPayload());
    assertEquals(form.body(), recorded.delivery().body());
  }

  @Test
  void bytesComeBackAsTheyWere() {
    byte[] every = new byte[512];
    for (int i = 0; i < every.length; i++) {
      every[i] = (byte) i;
    }
    for (byte[] bytes :
        List.of(new byte[0], new byte[] {0}, every, new byte[] {(byte) 0xC0, (byte) 0x80})) {
      Delivery plain = aDelivery(GITHUB);
      var delivery =
          new Delivery(GITHUB, plain.headers(), RawBody.of(bytes), NOON, plain.remoteAddress());
      NewPipeline candidate = of(delivery, "bytes-" + bytes.length, true);
      accept(candidate);

      var recorded = storage().pipelines().find(candidate.pipeline().id()).orElseThrow();

      assertEquals(delivery.body(), recorded.delivery().body());
    }
  }

  @Test
  void failedPipelineIsReopenedWithItsEventAsReadToday() {
    NewPipeline candidate = candidate("replayed");
    accept(candidate);
    Pipeline failed = settle(new Outcome.GiveUp("gone"));
    StandardizedEvent today =
        anEvent().repository("octo/gadgets").rawPayload(candidate.delivery().body()).build();

    assertTrue(storage().pipelines().reopen(failed.replay(today, NOON.plusSeconds(60))));

    OutboxMessage message = onlyMessage();
    assertEquals(OutboxMessage.Task.PROCESS_WEBHOOK_EVENT, message.task());
    assertEquals(candidate.pipeline().id(), message.pipeline().id());
    assertEquals(new PipelineState.Received(NOON.plusSeconds(60)), message.pipeline().state());
    assertEquals(today, message.pipeline().event());
    var detailed = storage().records().pipeline(candidate.pipeline().id()).orElseThrow();
    assertEquals("octo/gadgets", detailed.pipeline().repository());
    assertEquals(
        List.of(
            PipelineState.Name.RECEIVED,
            PipelineState.Name.PROCESSING,
            PipelineState.Name.FAILED,
            PipelineState.Name.RECEIVED),
        detailed.history().stream().map(entry -> entry.state()).toList());
    assertEquals(0, storage().records().outboxDepth().dead());
  }

  @Test
  void originIsKeptForEachAttemptAndForAReplay() {
    var trace = new TraceContext("a".repeat(32), "b".repeat(16), 1, "c=d e,f=g");
    var origin = new Origin(Optional.of("r1"), Optional.of(trace));
    NewPipeline plain = candidate("traced");
    accept(
        new NewPipeline(
            Pipeline.received(plain.pipeline().id(), plain.pipeline().event(), origin),
            plain.delivery(),
            plain.key(),
            true));

    assertEquals(origin, onlyMessage().pipeline().origin());
    Pipeline failed = settle(new Outcome.GiveUp("gone"));
    Pipeline found = storage().pipelines().find(plain.pipeline().id()).orElseThrow().pipeline();
    assertEquals(origin, found.origin());
    assertTrue(storage().pipelines().reopen(failed.replay(failed.event(), NOON)));
    assertEquals(origin, onlyMessage().pipeline().origin());
  }

  @Test
  void pipelineThatNoRequestBeganHasNoOrigin() {
    accept(candidate("untraced"));

    assertEquals(Origin.UNKNOWN, onlyMessage().pipeline().origin());
  }

  @Test
  void dispatchedPipelineIsReopened() {
    accept(candidate("replayed"));
    Pipeline dispatched = settle(new Outcome.Delivered());

    assertTrue(storage().pipelines().reopen(dispatched.replay(dispatched.event(), NOON)));
    assertEquals(1, messages().size());
  }

  @Test
  void openPipelineIsNotReopened() {
    NewPipeline candidate = candidate("open");
    accept(candidate);

    assertFalse(storage().pipelines().reopen(candidate.pipeline()));
    assertEquals(1, messages().size());
  }

  @Test
  void pipelineIsReopenedOnce() {
    accept(candidate("twice"));
    Pipeline failed = settle(new Outcome.GiveUp("gone"));
    Pipeline replayed = failed.replay(failed.event(), NOON);

    assertTrue(storage().pipelines().reopen(replayed));
    assertFalse(storage().pipelines().reopen(replayed));
    assertEquals(1, messages().size());
  }

  @Test
  void ofManyReplaysAtOnceExactlyOneReopensThePipeline() throws Exception {
    accept(candidate("replayed"));
    Pipeline failed = settle(new Outcome.GiveUp("gone"));
    Pipeline replayed = failed.replay(failed.event(), NOON);
    int threads = 8;
    var start = new CyclicBarrier(threads);
    Callable<Boolean> reopen =
        () -> {
          start.await();
          return storage().pipelines().reopen(replayed);
        };
    int reopened = 0;
    try (var executor = Executors.newFixedThreadPool(threads)) {
      for (Future<Boolean> did : executor.invokeAll(Collections.nCopies(threads, reopen))) {
        reopened += did.get() ? 1 : 0;
      }
    }
    assertEquals(1, reopened);
    assertEquals(1, messages().size());
  }

  @Test
  void unknownPipelineIsNotReopened() {
    assertFalse(storage().pipelines().reopen(aPipeline().build()));
  }

  @Test
  void ofManyAtOnceWithOneKeyExactlyOneIsAccepted() throws Exception {
    int threads = 8;
    for (int round = 0; round < 5; round++) {
      String key = "race-" + round;
      var start = new CyclicBarrier(threads);
      List<Callable<Acceptance>> calls = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        NewPipeline candidate = candidate(key);
        calls.add(
            () -> {
              start.await();
              return accept(candidate);
            });
      }
      try (var executor = Executors.newFixedThreadPool(threads)) {
        var firsts = new ArrayList<PipelineId>();
        int accepted = 0;
        for (Future<Acceptance> answer : executor.invokeAll(calls)) {
          switch (answer.get()) {
            case Accepted() -> accepted++;
            case Duplicate(PipelineId first, _) -> firsts.add(first);
          }
        }
        assertEquals(1, accepted);
        assertEquals(1, Set.copyOf(firsts).size(), "all name the same first");
        assertEquals(round + 1, pipelines());
      }
    }
  }

  protected final Acceptance accept(NewPipeline candidate) {
    return storage().pipelines().accept(candidate, BUDGET);
  }

  /** A pipeline of a delivery like no other. */
  protected static NewPipeline candidate(String key) {
    return of(aDelivery(GITHUB), key, true);
  }

  protected static NewPipeline of(Delivery delivery, String key, boolean guardBody) {
    StandardizedEvent event =
        anEvent().service(delivery.service()).rawPayload(delivery.body()).build();
    return new NewPipeline(
        aPipeline().of(event).build(), delivery, new DeliveryKey(key), guardBody);
  }

  protected final int pipelines() {
    return storage().records().pipelines(PipelineFilter.ALL, Optional.empty(), 1000).items().size();
  }

  /** Begins and settles the one message there is. */
  private Pipeline settle(Outcome outcome) {
    var worker = new WorkerId(UUID.randomUUID());
    Set<Lane> lanes = storage().outbox().lease(worker, Duration.ofSeconds(8), Set.of()).lanes();
    OutboxMessage message =
        Claims.due(storage().outbox(), lanes, Ordering.STRICT, List.of(), 10).getFirst();
    OutboxMessage begun = message.with(message.pipeline().begin(THREE_TIMES, NOON));
    storage().outbox().record(worker, List.of(begun));
    OutboxMessage settled = begun.with(begun.pipeline().settle(outcome, THREE_TIMES, NOON));
    assertEquals(Set.of(message.id()), storage().outbox().record(worker, List.of(settled)));
    storage().outbox().release(worker);
    return settled.pipeline();
  }

  private OutboxMessage onlyMessage() {
    List<OutboxMessage> messages = messages();
    assertEquals(1, messages.size());
    return messages.getFirst();
  }

  private List<OutboxMessage> messages() {
    return messages(Ordering.NONE);
  }

  private List<OutboxMessage> messages(Ordering ordering) {
    var worker = new WorkerId(UUID.randomUUID());
    Set<Lane> lanes = storage().outbox().lease(worker, Duration.ofSeconds(8), Set.of()).lanes();
    try {
      return Claims.due(storage().outbox(), lanes, ordering, List.of(), 1000);
    } finally {
      storage().outbox().release(worker);
    }
  }
}
