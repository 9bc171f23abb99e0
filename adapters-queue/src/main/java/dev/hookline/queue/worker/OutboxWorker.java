package dev.hookline.queue.worker;

import dev.hookline.application.dispatch.DispatchCommand;
import dev.hookline.application.dispatch.Outbox;
import dev.hookline.application.dispatch.OutboxSignal;
import dev.hookline.application.dispatch.ProcessWebhookEvent;
import dev.hookline.application.dispatch.Targets;
import dev.hookline.application.pipeline.StoreUnavailableException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntSupplier;
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

  /** Whether new messages were signalled, in lanes of ours, that no round has looked for. */
  private final AtomicBoolean heard = new AtomicBoolean();

  private final ExecutorService dispatches = Executors.newVirtualThreadPerTaskExecutor();
  private final ExecutorService recorder =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().name("outbox-recorder").factory());
  private final Thread loop;
  private volatile boolean stopping;
  private volatile long lastRound = System.nanoTime();
  private boolean databaseAway;

  /** Whether the last round failed. */
  private boolean troubled;

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
    try (var _ = signal.listen(this::hear)) {
      while (!stopping) {
        if (round(heard.getAndSet(false) ? drain::drainOnce : drain::attend) == 0) {
          sleep(Long.MAX_VALUE);
        }
      }
      finish();
    }
  }

  private void hear(Set<Integer> laneIds) {
    if (drain.worksAnyOf(laneIds)) {
      heard.set(true);
      wakeUps.release();
    }
  }

  /** One round; a database that is away is waited for. */
  private int round(IntSupplier work) {
    try {
      int worked = work.getAsInt();
      lastRound = System.nanoTime();
      troubled = false;
      if (databaseAway) {
        databaseAway = false;
        LOG.info("The database is back; the outbox is drained again");
      }
      return worked;
    } catch (StoreUnavailableException e) {
      troubled = true;
      if (!databaseAway) {
        databaseAway = true;
        LOG.warn("The database is away; the worker waits for it: {}", e.getMessage());
      }
      return 0;
    } catch (RuntimeException | Error e) {
      troubled = true;
      LOG.error("The worker met a defect and goes on after a pause", e);
      return 0;
    }
  }

  /**
   * Sleeps until there may be something to do.
   *
   * @param most nanoseconds
   * @return false if there is no time for that, or no more after an interrupt
   */
  private boolean sleep(long most) {
    if (most <= 0) {
      return false;
    }
    long poll = settings.pollInterval().toNanos();
    // Between three quarters and the whole of the interval: workers that started together drift
    // apart. The lease waits for nobody; but after trouble it may be its renewal that fails.
    long jittered = poll - random.nextLong(poll / 4 + 1);
    long wait = troubled ? jittered : Math.min(jittered, drain.nanosUntilDue());
    try {
      if (wakeUps.tryAcquire(Math.min(wait, most), TimeUnit.NANOSECONDS)) {
        wakeUps.drainPermits();
      } else {
        // A signal may have been lost, and time makes due what was to wait.
        heard.set(true);
      }
      return true;
    } catch (InterruptedException _) {
      stopping = true;
      return false;
    }
  }

  /**
   * Lets dispatches under way finish and settles them, which is tried again while the grace lasts;
   * then gives the lanes back, whatever has failed before.
   */
  private void finish() {
    long deadline = System.nanoTime() + grace.toNanos();
    round(drain::finish);
    while (drain.inFlight() > 0 && sleep(deadline - System.nanoTime())) {
      round(drain::finish);
    }
    if (drain.inFlight() > 0) {
      LOG.warn(
          "{} dispatches were still under way or not on record when the grace ended; they will be"
              + " repeated",
          drain.inFlight());
    }
    round(this::release);
    // Once more, for a connection that broke; for a database that is down nobody waits.
    if (troubled && sleep(deadline - System.nanoTime())) {
      round(this::release);
    }
    if (troubled) {
      LOG.warn("The lanes could not be given back; the leases run out by themselves");
    }
  }

  private int release() {
    drain.release();
    return 0;
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
