package dev.hookline.benchmark.load;

import java.util.Locale;

/** One number that a round measures. */
enum Figure {
  PGBENCH_16("pgbench, 16 clients", "/s"),
  PGBENCH_64("pgbench, 64 clients", "/s"),
  PGBENCH_32_EACH("pgbench, 16 clients, 32 webhooks per transaction", "/s"),
  PGBENCH_CPU("pgbench and PostgreSQL, CPU per webhook", "us"),
  PGBENCH_P99("pgbench, 1 client, p99", "ms"),
  ACCEPTED("accepted", "/s"),
  INTAKE_CPU("serve and PostgreSQL, CPU per webhook", "us"),
  SERVE_CPU("of which serve", "us"),
  GENERATOR_CPU("generator, CPU per webhook (in none of these)", "us"),
  HALF_P50("accepted at half of that rate, p50", "ms"),
  HALF_P99("accepted at half of that rate, p99", "ms"),
  PGBENCH_PACED_P99("pgbench, 16 clients, at that rate, p99", "ms"),
  DRAINED("drained", "/s"),
  DISPATCH_P50("accepted -> dispatched at 100/s, p50", "ms"),
  DISPATCH_P99("accepted -> dispatched at 100/s, p99", "ms"),
  ACCEPTED_AFTER_HISTORY("accepted, with history and backlog", "/s"),
  CLAIM("claim, without", "ms"),
  CLAIM_AFTER_HISTORY("claim, with history and backlog", "ms"),
  MEMORY("serve, resident at full load", "MB"),
  LARGE_MEMORY("serve, resident at 25 MB bodies", "MB"),
  LARGE_ACCEPTED("25 MB bodies answered 202", ""),
  LARGE_PUT_OFF("25 MB bodies answered 503", ""),
  LARGE_FAILED("25 MB bodies with another answer or none", ""),
  START("serve, start to first accepted delivery", "s");

  private final String label;
  private final String unit;

  Figure(String label, String unit) {
    this.label = label;
    this.unit = unit;
  }

  String label() {
    return label;
  }

  /** As it is measured in; empty for a plain number. */
  String unit() {
    return unit;
  }

  String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}
