package dev.hookline.benchmark.load;

import java.util.Locale;

/** What a round consists of. */
enum Leg {
  /** pgbench in all its forms. */
  PGBENCH,
  /** Start, accepted per second, CPU, memory, and latency at half the rate. */
  INTAKE,
  /** What was accepted is dispatched. */
  DRAIN,
  /** Intake and worker together at 100 a second. */
  DISPATCH,
  /** Bodies of 25 MB. */
  LARGE;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
