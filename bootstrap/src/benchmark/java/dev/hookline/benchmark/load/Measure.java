package dev.hookline.benchmark.load;

import java.util.OptionalDouble;
import java.util.function.Function;

/** One line of the table: something of each round, and what its median is to reach. */
enum Measure {
  RATE(
      "accepted/s at 64 connections ÷ pgbench transactions/s, better of 16 and 64 clients",
      Reach.AT_LEAST,
      1.5,
      "",
      round -> Round.ratio(round.get(Figure.ACCEPTED), bestPgbench(round))),
  RATE_TO_BATCHES(
      "the same ÷ pgbench with 32 webhooks per transaction",
      Reach.AT_LEAST,
      0.5,
      "",
      round -> round.ratio(Figure.ACCEPTED, Figure.PGBENCH_32_EACH)),
  CPU(
      "CPU of serve and PostgreSQL per webhook ÷ of pgbench and PostgreSQL",
      Reach.AT_MOST,
      0.6,
      "",
      round -> round.ratio(Figure.INTAKE_CPU, Figure.PGBENCH_CPU)),
  LATENCY(
      "accept latency at half of that rate: p99 ÷ p99 of a single pgbench client",
      Reach.AT_MOST,
      4,
      "",
      round -> round.ratio(Figure.HALF_P99, Figure.PGBENCH_P99)),
  DRAIN(
      "drain (log to /dev/null, strict order, 1,000 repositories) ÷ accepted/s",
      Reach.AT_LEAST,
      1.5,
      "",
      round -> round.ratio(Figure.DRAINED, Figure.ACCEPTED)),
  DISPATCH_P50(
      "accepted -> dispatched at 100/s: p50",
      Reach.AT_MOST,
      5,
      "ms",
      round -> round.get(Figure.DISPATCH_P50)),
  DISPATCH_P99(
      "accepted -> dispatched at 100/s: p99",
      Reach.AT_MOST,
      25,
      "ms",
      round -> round.get(Figure.DISPATCH_P99)),
  RATE_AFTER_HISTORY(
      "accepted/s with history and backlog ÷ without",
      Reach.AT_LEAST,
      0.9,
      "",
      round -> round.ratio(Figure.ACCEPTED_AFTER_HISTORY, Figure.ACCEPTED)),
  CLAIM_AFTER_HISTORY(
      "claim latency with history and backlog ÷ without",
      Reach.AT_MOST,
      1.2,
      "",
      round -> round.ratio(Figure.CLAIM_AFTER_HISTORY, Figure.CLAIM)),
  MEMORY(
      "serve, resident memory at full load",
      Reach.AT_MOST,
      400,
      "MB",
      round -> round.get(Figure.MEMORY)),
  LARGE_FAILURES(
      "25 MB bodies from 64 connections: answers other than 202 and 503",
      Reach.AT_MOST,
      0,
      "",
      round -> round.get(Figure.LARGE_FAILED)),
  START(
      "serve, start to first accepted delivery",
      Reach.AT_MOST,
      1.5,
      "s",
      round -> round.get(Figure.START));

  private final String label;
  private final Reach reach;
  private final double bound;
  private final String unit;

  @SuppressWarnings("ImmutableEnumChecker") // A lambda that holds nothing.
  private final Function<Round, OptionalDouble> value;

  Measure(
      String label, Reach reach, double bound, String unit, Function<Round, OptionalDouble> value) {
    this.label = label;
    this.reach = reach;
    this.bound = bound;
    this.unit = unit;
    this.value = value;
  }

  private static OptionalDouble bestPgbench(Round round) {
    return round.better(Figure.PGBENCH_16, Figure.PGBENCH_64);
  }

  String label() {
    return label;
  }

  String unit() {
    return unit;
  }

  /** As text, such as {@code >= 1.5}. */
  String bound() {
    return reach.text(bound, unit);
  }

  OptionalDouble of(Round round) {
    return value.apply(round);
  }

  boolean isReachedBy(double median) {
    return reach.isReached(bound, median);
  }
}
