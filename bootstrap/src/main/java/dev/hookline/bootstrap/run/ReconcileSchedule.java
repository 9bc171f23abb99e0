package dev.hookline.bootstrap.run;

import dev.hookline.application.pipeline.StoreUnavailableException;
import dev.hookline.application.reconcile.ReconcileWhenDue;
import dev.hookline.application.reconcile.Reconciliation;
import dev.hookline.application.reconcile.Reconciliation.Redelivery;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks once a minute whether a reconciliation is due, beside the worker's work, and tells how it
 * went; the same trouble is told once.
 */
final class ReconcileSchedule implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ReconcileSchedule.class);
  private static final Duration INTERVAL = Duration.ofMinutes(1);

  private final ReconcileWhenDue reconcile;
  private final CountDownLatch closed = new CountDownLatch(1);
  private String trouble = "";

  ReconcileSchedule(ReconcileWhenDue reconcile) {
    this.reconcile = reconcile;
  }

  /**
   * Begins within a minute, on a thread of its own.
   *
   * @param random spreads workers that are started together
   */
  static ReconcileSchedule start(ReconcileWhenDue reconcile, RandomGenerator random) {
    var schedule = new ReconcileSchedule(reconcile);
    long first = random.nextLong(INTERVAL.toMillis());
    Thread.ofVirtual().name("reconcile").start(() -> schedule.run(first));
    return schedule;
  }

  private void run(long firstInMillis) {
    try {
      long wait = firstInMillis;
      while (!closed.await(wait, TimeUnit.MILLISECONDS)) {
        once();
        wait = INTERVAL.toMillis();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** Looks now. */
  void once() {
    try {
      Optional<Reconciliation> report = reconcile.reconcile();
      if (report.isPresent()) {
        tell(report.get());
      }
    } catch (StoreUnavailableException e) {
      LOG.debug("The database is away", e);
      trouble("the database is away");
    } catch (RuntimeException e) {
      LOG.error("Reconciliation met a defect; it is tried again when due", e);
    }
  }

  private void tell(Reconciliation report) {
    LOG.atInfo()
        .addKeyValue("looked_at", report.lookedAt())
        .addKeyValue("on_record", report.onRecord())
        .addKeyValue("missing", report.missing().size())
        .addKeyValue("asked", report.asked())
        .log("Reconciled with GitHub");
    trouble(
        Stream.concat(
                report.unread().stream().map(log -> log.hook() + ": " + log.reason()),
                report.missing().stream()
                    .filter(one -> one.redelivery() instanceof Redelivery.Failed)
                    .map(one -> one.hook() + ": " + ((Redelivery.Failed) one.redelivery()).reason())
                    .distinct())
            .collect(Collectors.joining("; ")));
  }

  private void trouble(String now) {
    // What fails because the process ends is no trouble.
    boolean isOpen = closed.getCount() > 0;
    if (isOpen && !now.equals(trouble)) {
      trouble = now;
      if (now.isEmpty()) {
        LOG.info("Reconciliation works again");
      } else {
        LOG.warn("Reconciliation is not complete: {}", now);
      }
    }
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
