package dev.hookline.queue.worker;

import static dev.hookline.testing.Samples.NOON;
import static dev.hookline.testing.Samples.THREE_TIMES;
import static dev.hookline.testing.Samples.aDelivery;
import static dev.hookline.testing.Samples.anEvent;
import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.application.dispatch.Command;
import dev.hookline.application.dispatch.CommandDispatcher;
import dev.hookline.application.dispatch.DispatchCommand;
import dev.hookline.application.dispatch.DispatchTracing;
import dev.hookline.application.dispatch.Lane;
import dev.hookline.application.dispatch.Outbox;
import dev.hookline.application.dispatch.Outbox.Ordering;
import dev.hookline.application.dispatch.OutboxSignal;
import dev.hookline.application.dispatch.ProcessWebhookEvent;
import dev.hookline.application.dispatch.Targets;
import dev.hookline.application.dispatch.WorkerId;
import dev.hookline.application.pipeline.NewPipeline;
import dev.hookline.application.pipeline.StoreUnavailableException;
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
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The worker's loop, and its end. */
class OutboxWorkerTest {
  private static final long PATIENCE = 30;

  private static final Duration LEASE = Duration.ofMillis(800);
  private static final Duration POLL = Duration.ofMillis(100);

  private final MovableClock clock = new MovableClock(NOON);
  private final InMemoryStorage storage = new InMemoryStorage(clock);
  private final CountDownLatch arrived = new CountDownLatch(1);
  private final CountDownLatch letGo = new CountDownLatch(1);
  private final BlockingQueue<Command> dispatched = new LinkedBlockingQueue<>();
  private final WorkerId heir = new WorkerId(Samples.uuid(NOON));

  /** Takes whatever comes. */
  private class Taking implements CommandDispatcher {
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

  /** Holds each event until the test lets it go. */
  private final class Holding extends Taking {
    @Override
    public Outcome dispatch(Command command) {
      arrived.countDown();
      await(letGo);
      return new Delivered();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(PATIENCE, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private Command nextDispatched() throws InterruptedException {
    Command next = dispatched.poll(PATIENCE, TimeUnit.SECONDS);
    assertNotNull(next, "nothing was dispatched in time");
    return next;
  }

  private OutboxWorker worker(Outbox outbox, Duration grace) {
    return worker(outbox, new Holding(), grace);
  }

  private OutboxWorker worker(CommandDispatcher target) {
    return worker(storage.outbox(), target, Duration.ofSeconds(PATIENCE));
  }

  private OutboxWorker worker(Outbox outbox, CommandDispatcher target, Duration grace) {
    return worker(outbox, storage.outboxSignal(), target, settings(LEASE, POLL), grace);
  }

  private OutboxWorker worker(
      Outbox outbox,
      OutboxSignal signal,
      CommandDispatcher target,
      WorkerSettings settings,
      Duration grace) {
    var targets = Targets.only(target);
    return new OutboxWorker(
        outbox,
        signal,
        new ProcessWebhookEvent(outbox, targets, THREE_TIMES, new Uncounted(), clock),
        new DispatchCommand(targets, THREE_TIMES, new Uncounted(), DispatchTracing.off(), clock),
        targets,
        settings,
        new Random(1),
        grace);
  }

  private static WorkerSettings settings(Duration lease, Duration poll) {
    return new WorkerSettings(
        new WorkerId(Samples.uuid(NOON)),
        32,
        Optional.empty(),
        Long.MAX_VALUE,
        lease,
        poll,
        Ordering.STRICT);
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

  private PipelineState state(PipelineId id) {
    return storage.records().pipeline(id).orElseThrow().pipeline().state();
  }

  /** Closes it elsewhere, since that waits for what is under way. */
  private static Thread close(OutboxWorker worker) {
    var closing = Thread.ofPlatform().start(worker::close);
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE);
    while (closing.getState() != Thread.State.TIMED_WAITING) {
      assertTrue(System.nanoTime() < deadline, "not closing in time");
      Thread.onSpinWait();
    }
    return closing;
  }

  private static void join(Thread thread) throws InterruptedException {
    assertTrue(thread.join(Duration.ofSeconds(PATIENCE)));
  }

  @Test
  void aSignalWakesOnlyTheWorkerOfItsLane() throws InterruptedException {
    var claims = new Semaphore(0);
    var outbox =
        new WatchedOutbox(storage.outbox()) {
          @Override
          void claiming() {
            claims.release();
          }
        };
    var listeners = new LinkedBlockingQueue<Consumer<Set<Integer>>>();
    OutboxSignal signal =
        onMessages -> {
          listeners.add(onMessages);
          return () -> {};
        };
    // Whoever comes second gets half of the lanes, once the first has given them up.
    var settings = settings(Duration.ofHours(1), Duration.ofHours(1));
    storage.outbox().lease(settings.worker(), settings.lease(), Set.of());
    storage.outbox().lease(heir, settings.lease(), Set.of());
    storage.outbox().lease(settings.worker(), settings.lease(), Set.of());
    Set<Integer> others =
        storage.outbox().lease(heir, settings.lease(), Set.of()).lanes().stream()
            .map(Lane::id)
            .collect(toSet());
    assertEquals(Outbox.LANES / 2, others.size());
    var grace = Duration.ofSeconds(PATIENCE);
    try (var worker = worker(outbox, signal, new Taking(), settings, grace)) {
      worker.start();
      Consumer<Set<Integer>> listener = listeners.take();
      // Its own lanes are looked at once, whoever tells of what.
      assertTrue(claims.tryAcquire(PATIENCE, TimeUnit.SECONDS));

      listener.accept(others);
      assertFalse(claims.tryAcquire(POLL.toMillis(), TimeUnit.MILLISECONDS), "not its lanes");
      listener.accept(OutboxSignal.ALL_LANES);
      assertTrue(claims.tryAcquire(PATIENCE, TimeUnit.SECONDS), "never told");
    }
  }

  @Test
  void theLeaseIsKeptWhileAWorkerThatStopsWaitsForADispatch() throws InterruptedException {
    var renewals = new Semaphore(0);
    var outbox =
        new WatchedOutbox(storage.outbox()) {
          @Override
          void renewed() {
            renewals.release();
          }
        };
    var id = accept();
    var worker = worker(outbox, Duration.ofSeconds(PATIENCE));
    worker.start();
    await(arrived);
    var closing = close(worker);
    for (int renewal = 0; renewal < 3; renewal++) {
      clock.move(LEASE.dividedBy(2));
      renewals.drainPermits();
      // One that was under way when the clock moved may have been too early for that.
      assertTrue(renewals.tryAcquire(2, PATIENCE, TimeUnit.SECONDS));
    }
    assertEquals(Set.of(), storage.outbox().lease(heir, LEASE, Set.of()).lanes());

    letGo.countDown();
    join(closing);
    assertEquals(new PipelineState.Dispatched(1, clock.instant()), state(id));
    assertEquals(Outbox.LANES, storage.outbox().lease(heir, LEASE, Set.of()).lanes().size());
  }

  @Test
  void aFaultOfTheDatabaseAtTheEndCostsNoResultAndNoLane() throws InterruptedException {
    var stopping = new AtomicBoolean();
    var faults = new AtomicInteger(2);
    var releaseFaults = new AtomicInteger(1);
    var outbox =
        new WatchedOutbox(storage.outbox()) {
          @Override
          void recording() {
            if (stopping.get() && faults.getAndDecrement() > 0) {
              throw new StoreUnavailableException("away");
            }
          }

          @Override
          void releasing() {
            if (releaseFaults.getAndDecrement() > 0) {
              throw new StoreUnavailableException("away");
            }
          }
        };
    var id = accept();
    var worker = worker(outbox, Duration.ofSeconds(PATIENCE));
    worker.start();
    await(arrived);
    var closing = close(worker);
    stopping.set(true);
    letGo.countDown();
    join(closing);
    assertEquals(new PipelineState.Dispatched(1, NOON), state(id));
    assertEquals(Outbox.LANES, storage.outbox().lease(heir, LEASE, Set.of()).lanes().size());
  }

  @Test
  void aDefectAtTheEndKeepsNoLane() throws InterruptedException {
    var stopping = new AtomicBoolean();
    var outbox =
        new WatchedOutbox(storage.outbox()) {
          @Override
          void recording() {
            if (stopping.get()) {
              throw new IllegalStateException("a defect");
            }
          }
        };
    var id = accept();
    var worker = worker(outbox, Duration.ofMillis(500));
    worker.start();
    await(arrived);
    stopping.set(true);
    var closing = close(worker);
    letGo.countDown();
    join(closing);
    assertEquals(new PipelineState.Attempting(1, NOON), state(id));
    assertEquals(Outbox.LANES, storage.outbox().lease(heir, LEASE, Set.of()).lanes().size());
  }

  @Test
  void afterADefectTheWorkerPausesAlsoIfItIsTheLeaseThatCannotBeRenewed()
      throws InterruptedException {
    var rounds = new Semaphore(0);
    var outbox =
        new WatchedOutbox(storage.outbox()) {
          @Override
          void leasing() {
            rounds.release();
            throw new IllegalStateException("a defect");
          }
        };
    try (var worker = worker(outbox, Duration.ofSeconds(1))) {
      long start = System.nanoTime();
      worker.start();
      assertTrue(rounds.tryAcquire(5, PATIENCE, TimeUnit.SECONDS));
      var took = Duration.ofNanos(System.nanoTime() - start);
      assertTrue(took.compareTo(POLL.multipliedBy(2)) > 0, () -> "five rounds within " + took);
    }
  }

  @Test
  void whatIsStillUnderWayWhenTheGraceEndsIsRepeatedAtOnceByAnother() throws InterruptedException {
    var never = new CountDownLatch(1);
    var stuck =
        new Taking() {
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
    var id = accept();
    var leaving = worker(storage.outbox(), stuck, Duration.ofMillis(50));
    leaving.start();
    assertEquals(1, nextDispatched().attempt());
    leaving.close();
    assertEquals(new PipelineState.Attempting(1, NOON), state(id));

    // No lease has run out: the lanes were given back.
    try (var next = worker(new Taking())) {
      next.start();
      Command repeated = nextDispatched();
      assertEquals(id, repeated.id());
      assertEquals(2, repeated.attempt());
    }
    assertEquals(new PipelineState.Dispatched(2, NOON), state(id));
  }

  @Test
  void aDefectInARoundDoesNotEndTheLoop() throws InterruptedException {
    var isDefective = new AtomicBoolean();
    var defective =
        new Taking() {
          @Override
          public Room room() {
            if (isDefective.getAndSet(false)) {
              throw new IllegalStateException("a defect of the target's own");
            }
            return Room.ALL;
          }
        };
    var id = accept();
    try (var worker = worker(defective)) {
      isDefective.set(true);
      worker.start();
      assertEquals(id, nextDispatched().id());
      assertFalse(isDefective.get());
      assertTrue(worker.progresses());
    }
    assertEquals(new PipelineState.Dispatched(1, NOON), state(id));
  }
}
