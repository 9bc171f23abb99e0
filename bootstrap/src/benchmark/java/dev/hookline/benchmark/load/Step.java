package dev.hookline.benchmark.load;

import java.util.SortedMap;

/**
 * One stretch of load, and how the intake bore it.
 *
 * @param share of the peak that was planned; 0: as fast as it is answered
 * @param planned deliveries per second; 0 as well
 * @param sent per second: the rest found none of the sender's connections free
 * @param goodput answered with a success within the provider's patience, per second
 * @param statuses answers per second by status; {@code error}: none was had
 * @param p50 of answers with a success, in milliseconds from the planned instant, as the others
 * @param turnedAwayP99 of all other answers
 * @param memory the most that serve had resident, in MB
 * @param descriptors the most that serve had open
 * @param generator processors that the generator took
 */
record Step(
    Kind kind,
    double share,
    double planned,
    double sent,
    double goodput,
    SortedMap<String, Double> statuses,
    double p50,
    double p99,
    double turnedAwayP99,
    double memory,
    long descriptors,
    double generator) {

  /** What a step is for. */
  enum Kind {
    PEAK("closed loop"),
    CURVE("open loop"),
    RECOVERY("10 on top, then alone"),
    NORMAL("alone"),
    AMONG_STRANGERS("among strangers"),
    STRANGERS("those strangers"),
    AMONG_SLOW("among slow sockets");

    private final String label;

    Kind(String label) {
      this.label = label;
    }

    String label() {
      return label;
    }
  }

  /** Success within the provider's patience, as a part of what was planned. */
  double served() {
    return planned == 0 ? 1 : goodput / planned;
  }

  /** Answers other than a success, and those that never came, per second. */
  double others() {
    return statuses.entrySet().stream()
        .filter(status -> !status.getKey().startsWith("2"))
        .mapToDouble(status -> status.getValue())
        .sum();
  }
}
