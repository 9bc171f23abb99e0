package dev.hookline.torture;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What a run does. The same plan makes the same deliveries, moods and order of faults; when a
 * process dies in the middle of what, the machine decides.
 *
 * @param events authentic deliveries, each different; more if the faults take longer
 * @param kills processes that are killed, PostgreSQL among them
 * @param sites where alone processes die, each as often as the others; if there are none, all of
 *     the faults are done
 * @param duration over which deliveries and kills are spread
 * @param lease of the workers: shorter than by default, a run sees more of them end
 * @param defect that is planted, if any
 */
record Plan(
    long seed,
    int events,
    int kills,
    List<CrashSite> sites,
    Duration duration,
    Duration lease,
    Optional<Defect> defect) {
  /** Each of them sends one delivery after the other. */
  static final int REPOSITORIES = 96;

  /** How long the outbox may stay as full as it is, once the last delivery is acknowledged. */
  static final Duration QUIET = Duration.ofSeconds(60);
}
