package dev.hookline.bootstrap.run;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends a worker that has stopped working: one that does not come round although its database has
 * answered all the time. Whoever runs it then starts another; its lanes are taken over meanwhile.
 * Time for which the whole process was suspended does not count.
 */
final class StallWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StallWatch.class);

  private final Supplier<Duration> sinceLastRound;
  private final BooleanSupplier databaseAnswers;
  private final Duration limit;
  private final Runnable onStall;
  private final CountDownLatch closed = new CountDownLatch(1);

  private StallWatch(
      Supplier<Duration> sinceLastRound,
      BooleanSupplier databaseAnswers,
      Duration limit,
      Runnable onStall) {
    this.sinceLastRound = sinceLastRound;
    this.databaseAnswers = databaseAnswers;
    this.limit = limit;
    this.onStall = onStall;
  }

  /**
   * Watches on a thread of its own.
   *
   * @param sinceLastRound how long ago the worker came round
   * @param limit how long it may stand still while the database answers
   * @param onStall called once
   */
  static StallWatch start(
      Supplier<Duration> sinceLastRound,
      BooleanSupplier databaseAnswers,
      Duration limit,
      Runnable onStall) {
    var watch = new StallWatch(sinceLastRound, databaseAnswers, limit, onStall);
    Thread.ofVirtual().name("stall-watch").start(watch::run);
    return watch;
  }

  private void run() {
    long answeringSince = System.nanoTime();
    long looked = answeringSince;
    try {
      while (!closed.await(limit.toNanos() / 10, TimeUnit.NANOSECONDS)) {
        long now = System.nanoTime();
        try {
          // Where this thread stood still as well, the whole process did: it was suspended.
          if (now - looked > limit.toNanos() / 2 || !databaseAnswers.getAsBoolean()) {
            answeringSince = now;
          }
          looked = now;
          // Until this look began: what it took may be what the process was suspended for.
          var answering = Duration.ofNanos(now - answeringSince);
          if (answering.compareTo(limit) > 0 && sinceLastRound.get().compareTo(limit) > 0) {
            LOG.error("The worker has not come round for {}: it ends", sinceLastRound.get());
            onStall.run();
            return;
          }
        } catch (RuntimeException e) {
          LOG.error("A look at the worker met a defect; another one comes", e);
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
