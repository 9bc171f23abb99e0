package dev.hookline.http.intake;

import dev.hookline.http.pace.Buckets;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Lets those wait for their answers, while the intake is busy, who keep sending what is turned
 * away. A sender's first failures are answered at once, so that a wrong secret is found out as fast
 * as ever; then each takes about two seconds, and of one who goes on and on about nine: a
 * connection can cost no more than one failure in that time. What is authentic is never held up,
 * whatever comes from the same address. Counts by address as {@link BucketRateLimiter} does, and is
 * bounded as {@link Buckets} are.
 */
final class Strangers {
  /** So many are answered at once. */
  static final Rate FEW = new Rate(10, 100);

  /** So many more after {@link Step#SOON}. */
  static final Rate MANY = new Rate(10, 200);

  /** How long answers are held back, with a spread: else those who began together come together. */
  enum Step {
    /** Less than the patience of any provider, whose own failures these may be. */
    SOON(Duration.ofMillis(1500), Duration.ofSeconds(1)),

    /** Less than the 10 s of the most patient one, and of no use to any who sends on. */
    LATE(Duration.ofSeconds(8), Duration.ofMillis(1500));

    final Duration least;
    final Duration spread;

    Step(Duration least, Duration spread) {
      this.least = least;
      this.spread = spread;
    }
  }

  private final Buckets<String> few;
  private final Buckets<String> many;
  private final LongSupplier nanoTime;

  Strangers(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    few = new Buckets<>(Rate.MOST_COUNTED, Rate.longestUntilFull(List.of(FEW)), nanoTime);
    many = new Buckets<>(Rate.MOST_COUNTED, Rate.longestUntilFull(List.of(MANY)), nanoTime);
  }

  /** How long the answer to this failure is to be held back. */
  Duration hold(String remoteAddress) {
    String sender = Network.senderOf(remoteAddress);
    if (few.of(sender, FEW::limit).tryConsume(1)) {
      return Duration.ZERO;
    }
    Step step = many.of(sender, MANY::limit).tryConsume(1) ? Step.SOON : Step.LATE;
    return step.least.plusNanos(chance(step.spread));
  }

  /** Two instants that are near each other come out far apart. */
  private long chance(Duration spread) {
    return Math.floorMod(nanoTime.getAsLong() * 0x9E3779B97F4A7C15L, spread.toNanos());
  }
}
