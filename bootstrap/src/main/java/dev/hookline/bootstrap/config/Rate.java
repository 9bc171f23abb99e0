package dev.hookline.bootstrap.config;

/**
 * A bound on how fast something may come.
 *
 * @param perSecond the sustained rate, at least 1
 * @param burst how many may come at once, at least 1
 */
public record Rate(long perSecond, long burst) {
  private static final long MAX = 1_000_000_000L;

  public Rate {
    if (perSecond < 1 || perSecond > MAX || burst < 1 || burst > MAX) {
      throw new IllegalArgumentException("rate and burst are 1 to " + MAX);
    }
  }

  @Override
  public String toString() {
    return perSecond + ":" + burst;
  }
}
