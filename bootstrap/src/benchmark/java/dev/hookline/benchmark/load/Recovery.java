package dev.hookline.benchmark.load;

import java.util.List;

/**
 * How an intake came back to normal.
 *
 * @param seconds of a load that was there before the flood and after it
 * @param planned of that load, per second
 */
record Recovery(List<Second> seconds, double planned) {
  /** Below it an intake counts as normal, as at the knee. */
  static final double NORMAL_P99 = 250;

  /** A second's edges are not the schedule's, so some few may fall into its neighbour. */
  private static final double NEARLY_ALL = 0.95;

  /**
   * How long after the instant the last second ended that was not normal: with refusals, without
   * nearly all of what was planned, or slow.
   */
  double after(double instant) {
    return Math.max(
        0,
        seconds.stream()
                .filter(second -> second.end() > instant && !isNormal(second))
                .mapToDouble(Second::end)
                .max()
                .orElse(instant)
            - instant);
  }

  private boolean isNormal(Second second) {
    return second.others() == 0
        && second.accepted() >= NEARLY_ALL * planned
        && second.p99() <= NORMAL_P99;
  }
}
