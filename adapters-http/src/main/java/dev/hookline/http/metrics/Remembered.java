package dev.hookline.http.metrics;

import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * A reading that many look at and few pay for: it is made when somebody asks, and made again no
 * sooner than after a while, nor before some times as long as it took has passed. So however large
 * the tables are, it never costs more than its share of one connection. What it throws is not
 * remembered. Safe for use by many threads.
 */
public final class Remembered<T> {
  private static final int SHARE = 20;

  private final Supplier<T> reading;
  private final long freshNanos;
  private final int share;
  private final LongSupplier nanoTime;
  private Optional<T> last = Optional.empty();
  private long staleAt;

  /** One that costs at most a twentieth of a connection. */
  public Remembered(Supplier<T> reading, Duration fresh, LongSupplier nanoTime) {
    this(reading, fresh, SHARE, nanoTime);
  }

  /**
   * @param fresh how long it is remembered at least, once it is made
   * @param share for how many times as long as it took it is remembered at least
   */
  Remembered(Supplier<T> reading, Duration fresh, int share, LongSupplier nanoTime) {
    this.reading = reading;
    this.freshNanos = fresh.toNanos();
    this.share = share;
    this.nanoTime = nanoTime;
  }

  /** As it was made last, or makes it. */
  public synchronized T get() {
    long begun = nanoTime.getAsLong();
    if (last.isPresent() && begun - staleAt < 0) {
      return last.get();
    }
    T now = reading.get();
    long done = nanoTime.getAsLong();
    last = Optional.of(now);
    staleAt = done + Math.max(freshNanos, share * (done - begun));
    return now;
  }
}
