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

  private static final int IN_A_ROW = 5;

  /**
   * How long after the instant the first five normal seconds in a row begin; if they never do, how
   * long that was looked for. A second is not normal with refusals, without nearly all of what was
   * planned, or slow: a single such second much later is the disk's, which has as many before the
   * flood.
   */
  double after(double instant) {
    int normal = 0;
    for (int i = 0; i < seconds.size(); i++) {
      Second second = seconds.get(i);
      normal = second.end() > instant && isNormal(second) ? normal + 1 : 0;
      if (normal == IN_A_ROW) {
        double begins = i < IN_A_ROW ? 0 : seconds.get(i - IN_A_ROW).end();
        return Math.max(0, begins - instant);
      }
    }
    return Math.max(0, seconds.getLast().end() - instant);
  }

  private boolean isNormal(Second second) {
    return second.others() == 0
        && second.accepted() >= NEARLY_ALL * planned
        && second.p99() <= NORMAL_P99;
  }
}
