package dev.hookline.queue.worker;

import dev.hookline.application.dispatch.DispatchCommand;
import dev.hookline.application.dispatch.Outbox;
import dev.hookline.application.dispatch.OutboxSignal;
import dev.hookline.application.dispatch.ProcessWebhookEvent;
import dev.hookline.application.dispatch.Targets;
import dev.hookline.application.pipeline.StoreUnavailableException;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drains the outbox until it is closed. Sleeps while there is nothing to do: the signal wakes it,
 * polling is the safety net. While the database is away it waits and comes back by itself.
 */
public final class OutboxWorker implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OutboxWorker.class);

  private final WorkerSettings settings;
  private final OutboxDrain drain;
  private final OutboxSignal signal;
  private final RandomGenerator random;
  private final Duration grace;
  private final Semaphore wakeUps = new Semaphore(0);
  private final ExecutorService dispatches = Executors.newVirtualThreadPerTaskExecutor();
  private final ExecutorService recorder =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().name("outbox-recorder").factory());
  private final Thread loop;
  private volatile boolean stopping;
  private volatile long lastRound = System.nanoTime();
  private boolean databaseAway;

  /**
   * @param random spreads the polls of many workers
   * @param grace how long {@link #close} lets dispatches finish that are under way
   */
  public OutboxWorker(
      Outbox outbox,
      OutboxSignal signal,
      ProcessWebhookEvent process,
      DispatchCommand dispatch,
      Targets targets,
      WorkerSettings settings,
      RandomGenerator random,
      Duration grace) {
    this.settings = settings;
    this.signal = signal;
    this.random = random;
    this.grace = grace;
    this.drain =
        new OutboxDrain(
            outbox,
            process,
            dispatch,
            targets,
            settings,
            dispatches,
            recorder,
            System::nanoTime,
            wakeUps::release);
    this.loop = Thread.ofPlatform().name("outbox-worker").unstarted(this::run);
  }

  /** Starts draining; returns at once. */
  public void start() {
    loop.start();
  }

  /** Whether the loop has come round, database and all, within the last three leases. */
  public boolean progresses() {
    return sinceLastRound().compareTo(settings.lease().multipliedBy(3)) < 0;
  }

  /** How long ago the loop came round, database and all. */
  public Duration sinceLastRound() {
    return Duration.ofNanos(System.nanoTime() - lastRound);
  }

  private void run() {
    try (var _ = signal.listen(wakeUps::release)) {
      while (!stopping) {
        if (pass() == 0) {
          sleep();
        }
      }
      finish();
    }
  }

  /** One round; a database that is away is waited for. */
  private int pass() {
    try {
      int worked = drain.drainOnce();
      lastRound = System.nanoTime();
      if (databaseAway) {
        databaseAway = false;
        LOG.info("The database is back; the outbox is drained again");
      }
      return worked;
    } catch (StoreUnavailableException e) {
      if (!databaseAway) {
        databaseAway = true;
        LOG.warn("The database is away; the worker waits for it: {}", e.getMessage());
      }
      return 0;
    } catch (RuntimeException e) {
      LOG.error("The worker met a defect and goes on after a pause", e);
      return 0;
    }
  }

  private void sleep() {
    long poll = settings.pollInterval().toNanos();
    // Between three quarters and the whole of the interval: workers that started together drift
    // apart. The lease waits for nobody.
    long jittered = poll - random.nextLong(poll / 4 + 1);
    long wait = databaseAway ? jittered : Math.min(jittered, drain.nanosUntilDue());
    try {
      if (wakeUps.tryAcquire(wait, TimeUnit.NANOSECONDS)) {
        wakeUps.drainPermits();
      }
    } catch (InterruptedException _) {
      stopping = true;
    }
  }

  /** Lets dispatches under way finish, settles them, and gives the lanes back. */
  private void finish() {
    long deadline = System.nanoTime() + grace.toNanos();
    try {
      drain.settle();
      while (drain.inFlight() > 0) {
        if (!wakeUps.tryAcquire(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
          LOG.warn(
              "{} dispatches were still under way when the grace ended; they will be repeated",
              drain.inFlight());
          break;
        }
        drain.settle();
      }
      drain.release();
    } catch (StoreUnavailableException e) {
      LOG.warn(
          "The database is away at the end; the leases run out by themselves: {}", e.getMessage());
    } catch (InterruptedException _) {
      LOG.warn("Interrupted at the end; the leases run out by themselves");
    }
  }

  /** Stops claiming, waits for what is under way, and releases the lanes. */
  @Override
  public void close() {
    stopping = true;
    drain.stop();
    wakeUps.release();
    try {
      loop.join(grace.plusSeconds(5));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    dispatches.shutdownNow();
    recorder.shutdown();
  }
}
