package dev.hookline.http.intake;

import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Lets those wait for their answers, while the intake is busy, who keep sending what is turned
 * away. A sender's first failures are answered at once, so that a wrong secret is found out as fast
 * as ever; then each takes about two seconds, and a connection can cost no more than one failure in
 * that time. What is authentic is never held up, whatever comes from the same address. Counts by
 * address as {@link BucketRateLimiter} does, and is bounded as {@link Buckets} are.
 */
final class Strangers {
  static final Rate FAILURES = new Rate(10, 100);

  /** Less than the patience of any provider, whose own failures these may be. */
  static final Duration LEAST = Duration.ofMillis(1500);

  /** With the same time for all, those who began together would come back together. */
  private static final Duration SPREAD = Duration.ofSeconds(1);

  private final Buckets<String> buckets;
  private final LongSupplier nanoTime;

  Strangers(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    buckets = new Buckets<>(Rate.longestUntilFull(List.of(FAILURES)), nanoTime);
  }

  /** How long the answer to this failure is to be held back. */
  Duration hold(String remoteAddress) {
    boolean isRare = buckets.of(BucketRateLimiter.group(remoteAddress), FAILURES).tryConsume(1);
    return isRare ? Duration.ZERO : LEAST.plusNanos(spread());
  }

  /** As good as chance: two instants that are near each other come out far apart. */
  private long spread() {
    return Math.floorMod(nanoTime.getAsLong() * 0x9E3779B97F4A7C15L, SPREAD.toNanos());
  }
}
