package dev.hookline.benchmark.load;

import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Measures round after round; in each everybody has a turn, on a database that is made anew. */
final class Rounds {
  private static final String DATABASE = "bench";
  private static final String HISTORY = "history";
  private static final String CLAIMS = "claims";
  private static final int REPOSITORIES = 1000;

  /** GitHub's own cap, and what the intake takes by default. */
  private static final int LARGE_BYTES = 26_214_400;

  private static final double MEGABYTE = 1024 * 1024;
  private static final int DRAIN_PATIENCE_SECONDS = 600;

  /**
   * How much is measured.
   *
   * @param seconds of each measurement
   * @param warmup seconds of full load before an intake is measured
   * @param history events that are over; 0: nothing is measured with history
   */
  record Extent(
      int rounds, int seconds, int warmup, int size, long history, long backlog, Set<Leg> legs) {}

  private final Extent extent;
  private final Cluster cluster;
  private final House house;
  private final Pgbench pgbench;
  private final Backlog backlog;
  private final Consumer<String> progress;

  /**
   * @param progress told what is being done
   */
  Rounds(Extent extent, Cluster cluster, House house, Pgbench pgbench, Consumer<String> progress) {
    this.extent = extent;
    this.cluster = cluster;
    this.house = house;
    this.pgbench = pgbench;
    this.backlog = new Backlog(cluster);
    this.progress = progress;
  }

  List<Round> run() {
    house.migrate(cluster.makeTemplate());
    if (extent.history() > 0) {
      progress.accept(
          "filling a database with %,d events of history and a backlog of %,d"
              .formatted(extent.history(), extent.backlog()));
      cluster.renew(HISTORY);
      backlog.fill(HISTORY, extent.history(), extent.backlog());
      cluster.renew(CLAIMS);
      backlog.fill(CLAIMS, 0, REPOSITORIES);
    }
    var rounds = new ArrayList<Round>();
    for (int i = 1; i <= extent.rounds(); i++) {
      var round = new Round();
      String name = "round %d of %d: ".formatted(i, extent.rounds());
      if (extent.legs().contains(Leg.PGBENCH)) {
        measurePgbench(round, name);
      }
      if (extent.legs().stream().anyMatch(leg -> leg != Leg.PGBENCH && leg != Leg.LARGE)) {
        measureHouse(round, name);
      }
      if (extent.legs().containsAll(Set.of(Leg.PGBENCH, Leg.INTAKE))) {
        measurePaced(round, name);
      }
      if (extent.history() > 0) {
        measureHistory(round, name);
      }
      if (extent.legs().contains(Leg.LARGE)) {
        measureLarge(round, name);
      }
      rounds.add(round);
    }
    return rounds;
  }

  private void measurePgbench(Round round, String name) {
    progress.accept(name + "pgbench, 16 clients");
    Pgbench.Run few = pgbench(16, 1);
    progress.accept(name + "pgbench, 64 clients");
    Pgbench.Run many = pgbench(64, 1);
    progress.accept(name + "pgbench, 32 webhooks per transaction");
    Pgbench.Run batches = pgbench(16, 32);
    progress.accept(name + "pgbench, 1 client");
    Pgbench.Run single = pgbench(1, 1);
    round.put(Figure.PGBENCH_16, few.webhooks());
    round.put(Figure.PGBENCH_64, many.webhooks());
    round.put(Figure.PGBENCH_32_EACH, batches.webhooks());
    round.put(Figure.PGBENCH_P99, single.p99());
    if (Cpu.isKnown()) {
      Pgbench.Run better = few.webhooks() >= many.webhooks() ? few : many;
      round.put(Figure.PGBENCH_CPU, better.cpuMicros());
    }
  }

  private Pgbench.Run pgbench(int clients, int webhooks) {
    cluster.renew(DATABASE);
    return pgbench.run(DATABASE, clients, webhooks, extent.seconds());
  }

  /** A disk that stalls holds up whoever has to keep to a time, and hides it from one who waits. */
  private void measurePaced(Round round, String name) {
    progress.accept(name + "pgbench, half of what serve has accepted");
    cluster.renew(DATABASE);
    double rate = round.get(Figure.ACCEPTED).orElse(0) / 2;
    round.put(Figure.PGBENCH_PACED_P99, pgbench.paced(DATABASE, 16, rate, extent.seconds()).p99());
  }

  private void measureHouse(Round round, String name) {
    cluster.renew(DATABASE);
    progress.accept(name + "serve, full load");
    House.Intake intake = house.serve(DATABASE);
    try {
      round.put(Figure.START, intake.startSeconds());
      double rate = measureFullLoad(round, intake);
      if (extent.legs().contains(Leg.INTAKE)) {
        progress.accept(name + "serve, half of that");
        settle();
        House.Loaded half =
            house
                .load(intake, paced(rate / 2, Math.min(5, extent.warmup()), extent.seconds()))
                .report()
                .whole();
        round.put(Figure.HALF_P50, half.latency("p50"));
        round.put(Figure.HALF_P99, half.latency("p99"));
      }
      if (extent.legs().contains(Leg.DRAIN) || extent.legs().contains(Leg.DISPATCH)) {
        progress.accept(name + "worker, drain");
        measureWorker(round, name, intake);
      }
    } finally {
      Children.stop(intake.process());
    }
  }

  /** What full load leaves for the disk to write would be in the latency of what comes next. */
  private void settle() {
    cluster.execute(DATABASE, "CHECKPOINT");
  }

  private String[] paced(double rate, int warmup, int seconds) {
    return new String[] {
      "--rate",
      Long.toString(Math.max(1, Math.round(rate))),
      "--warmup",
      warmup + "s",
      "--duration",
      seconds + "s",
      "--size",
      Integer.toString(extent.size())
    };
  }

  private double measureFullLoad(Round round, House.Intake intake) {
    House.Load load =
        house.load(
            intake,
            "--warmup",
            extent.warmup() + "s",
            "--duration",
            extent.seconds() + "s",
            "--size",
            Integer.toString(extent.size()));
    awaitEvents();
    Waiting.seconds(extent.warmup());
    // Both ends of what CPU is measured over lie within the load, whatever the generator's start
    // has taken; what was accepted between them is on record.
    Instant from = Instant.now();
    long serve = Cpu.of(intake.process().pid());
    long postgres = Cpu.ofTree(cluster.pid());
    Waiting.seconds(Math.max(1, extent.seconds() - 1));
    serve = Cpu.of(intake.process().pid()) - serve;
    postgres = Cpu.ofTree(cluster.pid()) - postgres;
    Instant to = Instant.now();
    House.Loaded loaded = load.report().whole();
    Cpu.mostMemory(intake.process().pid())
        .ifPresent(bytes -> round.put(Figure.MEMORY, bytes / MEGABYTE));
    round.put(Figure.ACCEPTED, loaded.rate());
    round.put(Figure.GENERATOR_CPU, loaded.cpuMicros());
    if (Cpu.isKnown()) {
      double webhooks = Math.max(1, accepted(from, to));
      round.put(Figure.SERVE_CPU, serve / webhooks);
      round.put(Figure.INTAKE_CPU, (serve + postgres) / webhooks);
    }
    return loaded.rate();
  }

  /** More than the one that has shown that the intake is there. */
  private void awaitEvents() {
    while (cluster.query(
            DATABASE,
            "SELECT count(*) FROM (SELECT FROM delivery_key LIMIT 2) few",
            row -> row.getInt(1))
        < 2) {
      Waiting.millis(20);
    }
  }

  private long accepted(Instant from, Instant to) {
    return cluster.query(
        DATABASE,
        "SELECT count(*) FROM pipeline WHERE received_at >= '%s' AND received_at < '%s'"
            .formatted(Timestamp.from(from).toInstant(), Timestamp.from(to).toInstant()),
        row -> row.getLong(1));
  }

  private void measureWorker(Round round, String name, House.Intake intake) {
    Process worker = house.worker(DATABASE);
    try {
      awaitDrained();
      // The first third is the worker's warm-up.
      round.put(
          Figure.DRAINED,
          cluster.query(
              DATABASE,
              """
              SELECT
                count(*) FILTER (WHERE since > third)
                  / extract(epoch FROM max(since) - max(third))::float8
              FROM pipeline, (
                SELECT percentile_disc(1 / 3.0) WITHIN GROUP (ORDER BY since) AS third
                FROM pipeline WHERE state = 'DISPATCHED') t
              WHERE state = 'DISPATCHED'
              """,
              row -> row.getDouble(1)));
      if (extent.legs().contains(Leg.DISPATCH)) {
        progress.accept(name + "serve and worker, 100/s");
        settle();
        measureDispatch(round, intake);
      }
    } finally {
      Children.stop(worker);
    }
  }

  private void awaitDrained() {
    for (int i = 0; isAnythingWaiting(); i++) {
      if (i > DRAIN_PATIENCE_SECONDS * 10) {
        throw new BenchmarkException("the worker does not come to an end");
      }
      Waiting.millis(100);
    }
  }

  /** Looks by index, so that what was deleted before costs nothing. */
  private boolean isAnythingWaiting() {
    return cluster.query(
        DATABASE,
        "SELECT EXISTS (SELECT id FROM outbox_message WHERE id > 0 ORDER BY id)",
        row -> row.getBoolean(1));
  }

  private void measureDispatch(Round round, House.Intake intake) {
    Instant begun = Instant.now();
    house.load(intake, paced(100, 5, extent.seconds())).report().whole();
    awaitDrained();
    cluster.query(
        DATABASE,
        """
        SELECT
          percentile_disc(0.5) WITHIN GROUP (ORDER BY took),
          percentile_disc(0.99) WITHIN GROUP (ORDER BY took)
        FROM (
          SELECT extract(epoch FROM since - received_at)::float8 * 1000 AS took
          FROM pipeline
          WHERE received_at >= '%s' AND state = 'DISPATCHED' AND received_at > (
            SELECT max(received_at) - interval '%d seconds' FROM pipeline)) t
        """
            .formatted(begun, extent.seconds()),
        row -> {
          round.put(Figure.DISPATCH_P50, row.getDouble(1));
          round.put(Figure.DISPATCH_P99, row.getDouble(2));
          return row;
        });
  }

  private void measureHistory(Round round, String name) {
    progress.accept(name + "serve, with history");
    cluster.execute(HISTORY, "CHECKPOINT");
    House.Intake intake = house.serve(HISTORY);
    try {
      House.Loaded loaded =
          house
              .load(
                  intake,
                  "--warmup",
                  extent.warmup() + "s",
                  "--duration",
                  extent.seconds() + "s",
                  "--size",
                  Integer.toString(extent.size()))
              .report()
              .whole();
      round.put(Figure.ACCEPTED_AFTER_HISTORY, loaded.rate());
    } finally {
      Children.stop(intake.process());
    }
    progress.accept(name + "claims");
    round.put(Figure.CLAIM, backlog.claimMillis(CLAIMS));
    round.put(Figure.CLAIM_AFTER_HISTORY, backlog.claimMillis(HISTORY));
  }

  private void measureLarge(Round round, String name) {
    progress.accept(name + "serve, 25 MB bodies");
    cluster.renew(DATABASE);
    House.Intake intake = house.serve(DATABASE);
    try {
      House.Loaded loaded =
          house
              .load(
                  intake,
                  "--warmup",
                  "0s",
                  "--duration",
                  extent.seconds() + "s",
                  "--size",
                  Integer.toString(LARGE_BYTES))
              .report();
      if (!intake.process().isAlive()) {
        throw new BenchmarkException("serve has ended under bodies of 25 MB");
      }
      Cpu.mostMemory(intake.process().pid())
          .ifPresent(bytes -> round.put(Figure.LARGE_MEMORY, bytes / MEGABYTE));
      double accepted = loaded.answers("202");
      double putOff = loaded.answers("503");
      round.put(Figure.LARGE_ACCEPTED, accepted);
      round.put(Figure.LARGE_PUT_OFF, putOff);
      round.put(Figure.LARGE_FAILED, loaded.answers() - accepted - putOff);
    } finally {
      Children.stop(intake.process());
    }
  }
}
