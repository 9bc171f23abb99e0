package dev.hookline.queue.worker;

import static dev.hookline.testing.Samples.NOON;
import static dev.hookline.testing.Samples.THREE_TIMES;
import static dev.hookline.testing.Samples.aDelivery;
import static dev.hookline.testing.Samples.anEvent;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
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
import dev.hookline.domain.pipeline.Outcome.GiveUp;
import dev.hookline.domain.pipeline.Pipeline;
import dev.hookline.domain.pipeline.PipelineId;
import dev.hookline.domain.pipeline.PipelineState;
import dev.hookline.testing.InMemoryStorage;
import dev.hookline.testing.MovableClock;
import dev.hookline.testing.Samples;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** The worker's loop on bad days; its clock stands still, so that no lease ever runs out. */
class OutboxWorkerFailuresTest {
  private static final Duration LEASE = Duration.ofSeconds(8);

  private final MovableClock clock = new MovableClock(NOON);
  private final InMemoryStorage storage = new InMemoryStorage(clock);
  private final BlockingQueue<Command> dispatched = new LinkedBlockingQueue<>();

  /** Takes whatever comes. */
  private class Target implements CommandDispatcher {
    @Override
    public String target() {
      return "test";
    }

    @Override
    public Outcome dispatch(Command command) {
      dispatched.add(command);
      return new Delivered();
    }
  }

  private OutboxWorker worker(CommandDispatcher target, Duration grace) {
    var targets = Targets.only(target);
    return new OutboxWorker(
        storage.outbox(),
        storage.outboxSignal(),
        new ProcessWebhookEvent(storage.outbox(), targets, THREE_TIMES, clock),
        new DispatchCommand(targets, THREE_TIMES, new Uncounted(), DispatchTracing.off(), clock),
        targets,
        new WorkerSettings(
            new WorkerId(Samples.uuid(NOON)),
            32,
            Optional.empty(),
            Long.MAX_VALUE,
            LEASE,
            Duration.ofMillis(20),
            Ordering.STRICT),
        new Random(1),
        grace);
  }

  private PipelineId accept() {
    var pipeline = Pipeline.received(new PipelineId(Samples.uuid(NOON)), anEvent().build());
    storage
        .pipelines()
        .accept(
            new NewPipeline(
                pipeline,
                aDelivery(Samples.GITHUB),
                new DeliveryKey(pipeline.event().eventId()),
                true),
            Duration.ofSeconds(1));
    return pipeline.id();
  }

  private Command nextDispatched() throws InterruptedException {
    Command next = dispatched.poll(30, TimeUnit.SECONDS);
    assertNotNull(next, "nothing was dispatched in time");
    return next;
  }

  private PipelineState state(PipelineId id) {
    return storage.records().pipeline(id).orElseThrow().pipeline().state();
  }

  @Test
  void whatIsStillUnderWayWhenTheGraceEndsIsRepeatedAtOnceByAnother() throws Exception {
    var id = accept();
    var never = new CountDownLatch(1);
    var stuck =
        new Target() {
          @Override
          public Outcome dispatch(Command command) {
            dispatched.add(command);
            try {
              never.await();
            } catch (InterruptedException _) {
              Thread.currentThread().interrupt();
            }
            return new GiveUp("too late to count");
          }
        };
    var leaving = worker(stuck, Duration.ofMillis(50));
    leaving.start();
    assertEquals(1, nextDispatched().attempt());
    leaving.close();
    assertEquals(new PipelineState.Attempting(1, NOON), state(id));

    // No lease has run out: the lanes were given back.
    try (var heir = worker(new Target(), Duration.ofSeconds(5))) {
      heir.start();
      var repeated = nextDispatched();
      assertEquals(id, repeated.id());
      assertEquals(2, repeated.attempt());
    }
    assertEquals(new PipelineState.Dispatched(2, NOON), state(id));
  }

  @Test
  void aDefectInARoundDoesNotEndTheLoop() throws Exception {
    var isDefective = new AtomicBoolean();
    var defective =
        new Target() {
          @Override
          public Room room() {
            if (isDefective.getAndSet(false)) {
              throw new IllegalStateException("a defect of the target's own");
            }
            return Room.ALL;
          }
        };
    var id = accept();
    try (var worker = worker(defective, Duration.ofSeconds(5))) {
      isDefective.set(true);
      worker.start();
      assertEquals(id, nextDispatched().id());
      assertFalse(isDefective.get());
      assertTrue(worker.progresses());
    }
    assertEquals(new PipelineState.Dispatched(1, NOON), state(id));
  }
}
