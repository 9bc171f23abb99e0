package dev.hookline.domain.pipeline;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How often and when a failed attempt is repeated: exponential backoff with full jitter, so that
 * messages which failed together do not come back together.
 *
 * @param maxAttempts attempts in all, at least 1
 * @param initial the longest wait after the first attempt
 * @param max the longest wait after any attempt, not below {@code initial}
 * @param random where the jitter comes from
 */
public record RetryPolicy(int maxAttempts, Duration initial, Duration max, RandomGenerator random) {

  public RetryPolicy {
    if (maxAttempts < 1) {
      throw new IllegalArgumentException("at least one attempt, not " + maxAttempts);
    }
    if (initial.isNegative() || initial.isZero() || max.compareTo(initial) < 0) {
      throw new IllegalArgumentException("backoff from %s to %s".formatted(initial, max));
    }
  }

  public boolean allowsAnotherAfter(int attempt) {
    return attempt < maxAttempts;
  }

  /**
   * The wait after this attempt: anything from nothing to {@code initial} doubled per attempt, at
   * most {@code max}.
   */
  public Duration delayAfter(int attempt) {
    return Duration.ofMillis(random.nextLong(ceiling(attempt).toMillis() + 1));
  }

  private Duration ceiling(int attempt) {
    // Past 2^30 every initial wait of a millisecond or more is beyond any sensible maximum.
    Duration doubled = initial.multipliedBy(1L << Math.min(attempt - 1, 30));
    return doubled.compareTo(max) < 0 ? doubled : max;
  }
}
