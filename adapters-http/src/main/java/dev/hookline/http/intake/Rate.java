package dev.hookline.http.intake;

import io.github.bucket4j.Bandwidth;
import java.time.Duration;
import java.util.Collection;

/**
 * A bound on how fast something may come.
 *
 * @param perSecond the sustained rate, 1 to {@value #MOST}
 * @param burst how many may come at once, 1 to {@value #MOST}
 */
public record Rate(long perSecond, long burst) {
  public static final long MOST = 1_000_000_000L;

  /** How many senders or tenants are told apart, so that strangers cannot fill the memory. */
  static final int MOST_COUNTED = 100_000;

  public Rate {
    if (perSecond < 1 || perSecond > MOST || burst < 1 || burst > MOST) {
      throw new IllegalArgumentException("rate and burst are 1 to " + MOST);
    }
  }

  /** As a bucket has it. */
  Bandwidth limit() {
    return Bandwidth.builder()
        .capacity(burst)
        .refillGreedy(perSecond, Duration.ofSeconds(1))
        .build();
  }

  /** How long nothing must come until a whole burst may come again. */
  private Duration untilFull() {
    return Duration.ofMillis(1000 * burst / perSecond).plusSeconds(1);
  }

  /** The longest of these; a second if there are none. */
  static Duration longestUntilFull(Collection<Rate> rates) {
    return rates.stream()
        .map(Rate::untilFull)
        .max(Duration::compareTo)
        .orElse(Duration.ofSeconds(1));
  }

  @Override
  public String toString() {
    return perSecond + ":" + burst;
  }
}
