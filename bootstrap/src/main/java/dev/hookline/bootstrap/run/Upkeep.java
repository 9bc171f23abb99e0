package dev.hookline.bootstrap.run;

import dev.hookline.application.pipeline.StoreUnavailableException;
import dev.hookline.application.retention.PruneHistory;
import dev.hookline.application.retention.Pruned;
import dev.hookline.persistence.Database;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a worker does once an hour beside its work: makes the partitions of the coming days and
 * drops those that the retention has passed. Many workers may do so side by side.
 */
final class Upkeep implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);
  private static final Duration INTERVAL = Duration.ofHours(1);

  /** A start has enough to do as it is. */
  private static final Duration AFTER_START = Duration.ofSeconds(10);

  private static final Duration AFTER_FAILURE = Duration.ofMinutes(1);

  private final Database database;
  private final PruneHistory pruning;
  private final Duration retention;
  private final CountDownLatch closed = new CountDownLatch(1);

  private Upkeep(Database database, Duration retention) {
    this.database = database;
    this.pruning = new PruneHistory(database.history());
    this.retention = retention;
  }

  /**
   * Begins on a thread of its own: with the coming days at once, since what is accepted may need
   * them, with all the rest soon.
   *
   * @param retention how long settled history is kept
   */
  static Upkeep start(Database database, Duration retention) {
    return start(database, retention, AFTER_START);
  }

  static Upkeep start(Database database, Duration retention, Duration afterStart) {
    var upkeep = new Upkeep(database, retention);
    Thread.ofVirtual().name("upkeep").start(() -> upkeep.run(afterStart));
    return upkeep;
  }

  private void run(Duration afterStart) {
    try {
      openDays();
      if (!endsWithin(afterStart)) {
        repeat(this::once, this::endsWithin);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean endsWithin(Duration time) throws InterruptedException {
    return closed.await(time.toSeconds(), TimeUnit.SECONDS);
  }

  /** The end of the process. */
  @FunctionalInterface
  interface End {
    /** Whether it comes within this time, which is waited for it. */
    boolean comesWithin(Duration time) throws InterruptedException;
  }

  /**
   * @param round says whether it has done what it was for; else the next one comes soon
   */
  static void repeat(BooleanSupplier round, End end) throws InterruptedException {
    boolean done;
    do {
      done = round.getAsBoolean();
    } while (!end.comesWithin(done ? INTERVAL : AFTER_FAILURE));
  }

  private boolean once() {
    boolean opened = openDays();
    boolean pruned = attempt(() -> tell(pruning.prune(pruning.firstKept(retention))));
    return opened && pruned;
  }

  private boolean openDays() {
    return attempt(() -> tell(database.openDays()));
  }

  /** So that what keeps one thing from being done keeps not the other as well. */
  private static boolean attempt(Runnable work) {
    try {
      work.run();
      return true;
    } catch (StoreUnavailableException e) {
      LOG.warn("Upkeep waits for the database: {}", e.getMessage());
    } catch (RuntimeException e) {
      LOG.error("Upkeep met a defect; it is tried again in a minute", e);
    }
    return false;
  }

  private static void tell(List<LocalDate> withoutPartition) {
    if (!withoutPartition.isEmpty()) {
      LOG.warn(
          "No partitions could be made for {}: others were in the way, or the default partitions"
              + " hold events of the day or are too large to be read for it; tried again in an"
              + " hour",
          withoutPartition);
    }
  }

  private void tell(Pruned pruned) {
    if (!pruned.dropped().isEmpty() || pruned.keys() > 0 || pruned.refused() > 0) {
      LOG.info(
          "Dropped history older than {}: days {}, {} delivery keys, {} refused deliveries",
          retention,
          pruned.dropped(),
          pruned.keys(),
          pruned.refused());
    }
    if (!pruned.open().isEmpty()) {
      LOG.info("Older than {}, but kept for what is open in them: {}", retention, pruned.open());
    }
    if (!pruned.busy().isEmpty()) {
      LOG.info("In use, and tried again in an hour: {}", pruned.busy());
    }
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
