package dev.hookline.queue.worker;

import io.github.bucket4j.Bucket;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How fast one worker begins dispatches. Safe for use by many threads. */
final class DispatchRate {
  private final @Nullable Bucket bucket;

  /**
   * @param perSecond the most dispatches begun in a second; empty: as many as there are
   */
  DispatchRate(Optional<Integer> perSecond) {
    bucket = perSecond.map(DispatchRate::bucket).orElse(null);
  }

  private static Bucket bucket(int perSecond) {
    return Bucket.builder()
        .addLimit(
            limit ->
                limit
                    .capacity(Math.max(1, perSecond / 10))
                    .refillGreedy(perSecond, Duration.ofSeconds(1)))
        .build();
  }

  /**
   * Takes as many as may begin now.
   *
   * @param most at most so many, at least 1
   */
  int take(int most) {
    return bucket == null ? most : (int) bucket.tryConsumeAsMuchAsPossible(most);
  }

  /** Gives back what was taken and not begun. */
  void giveBack(int unused) {
    if (bucket != null && unused > 0) {
      bucket.addTokens(unused);
    }
  }

  /** How long until one more may begin, in nanoseconds. */
  long nanosUntilNext() {
    return bucket == null ? 0 : bucket.estimateAbilityToConsume(1).getNanosToWaitForRefill();
  }
}
