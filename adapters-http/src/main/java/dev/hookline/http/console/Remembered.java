package dev.hookline.http.console;

import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * A reading that many look at and few pay for: it is made when somebody asks, and made again no
 * sooner than after a while, nor before twenty times as long as it took has passed. So it never
 * costs more than a twentieth of one connection, however large the tables are. What it throws is
 * not remembered.
 */
final class Remembered<T> {
  private static final int SHARE = 20;

  private final Supplier<T> reading;
  private final long freshNanos;
  private final LongSupplier nanoTime;
  private Optional<T> last = Optional.empty();
  private long staleAt;

  Remembered(Supplier<T> reading, Duration fresh, LongSupplier nanoTime) {
    this.reading = reading;
    this.freshNanos = fresh.toNanos();
    this.nanoTime = nanoTime;
  }

  synchronized T get() {
    long begun = nanoTime.getAsLong();
    if (last.isPresent() && begun - staleAt < 0) {
      return last.get();
    }
    T now = reading.get();
    long done = nanoTime.getAsLong();
    last = Optional.of(now);
    staleAt = done + Math.max(freshNanos, SHARE * (done - begun));
    return now;
  }
}
