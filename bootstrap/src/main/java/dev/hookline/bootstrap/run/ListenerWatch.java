package dev.hookline.bootstrap.run;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends a process that cannot be reached any more, so that whoever supervises it starts another:
 * beside a dead listener everything else looks alive.
 */
final class ListenerWatch implements AutoCloseable {
  /** So often in a row, so that one that was only just closing or opening is not blamed. */
  static final int DEAF_LOOKS = 3;

  private static final Logger LOG = LoggerFactory.getLogger(ListenerWatch.class);

  private final BooleanSupplier isDeaf;
  private final Duration between;
  private final Runnable onDeaf;
  private final CountDownLatch closed = new CountDownLatch(1);

  private ListenerWatch(BooleanSupplier isDeaf, Duration between, Runnable onDeaf) {
    this.isDeaf = isDeaf;
    this.between = between;
    this.onDeaf = onDeaf;
  }

  /**
   * Watches on a thread of its own.
   *
   * @param between two looks
   * @param onDeaf called once
   */
  static ListenerWatch start(BooleanSupplier isDeaf, Duration between, Runnable onDeaf) {
    var watch = new ListenerWatch(isDeaf, between, onDeaf);
    Thread.ofVirtual().name("listener-watch").start(watch::run);
    return watch;
  }

  private void run() {
    int looks = 0;
    try {
      while (!closed.await(between.toNanos(), TimeUnit.NANOSECONDS)) {
        looks = isDeaf.getAsBoolean() ? looks + 1 : 0;
        if (looks == DEAF_LOOKS) {
          LOG.error("Nobody listens for deliveries any more: the process ends");
          onDeaf.run();
          return;
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
