package dev.hookline.benchmark.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Finds the peak of an intake, offers it more, and disturbs it. Default settings hold, with the
 * rate limit per address among them: the deliveries come from many addresses, as a provider's do,
 * and the strangers from a few others.
 */
final class Overload {
  /** What an intake is used at, as a part of the most that it takes in time. */
  private static final double NORMAL = 0.7;

  /** The same, as a part of the peak, where no step shows what it takes in time. */
  private static final double CAUTIOUS = 0.5;

  /** A step of the curve that memory is compared with. */
  static final double CALM = 0.7;

  /** What is far too much, in peaks. */
  static final double FLOOD = 10;

  /**
   * What the heap has grown by in the steps before would be counted as a step's own, so that those
   * whose memory is compared begin with an intake of the same age.
   */
  private static final Set<Double> OF_THE_SAME_AGE = Set.of(CALM, 2.0, FLOOD);

  /** Java learns for longer than a warm-up takes: a peak counts once the next one is no higher. */
  private static final int MOST_PEAKS = 6;

  private static final double HIGHER = 1.03;

  private static final String DATABASE = "overload";
  private static final int PEAK_CONNECTIONS = 64;
  private static final int STEP_WARMUP_SECONDS = 2;

  /** Before the flood, and after it. */
  private static final int CALM_SECONDS = 5;

  private static final int AFTERMATH_SECONDS = 20;

  /** Longer than the intake lets a request take, so that it has begun to close slow ones. */
  private static final int SLOW_SECONDS = 12;

  private static final String GIVE_UP = "10ms";
  private static final String HONEST = addresses("127.0.1.", 1, 128);
  private static final String STRANGE = addresses("127.0.0.", 2, 9);
  private static final String STRANGERS_SECRET = "a secret that the intake does not know";

  /** What is measured beside the peak. */
  enum Part {
    CURVE,
    RECOVERY,
    STRANGERS,
    SLOW;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * How much is measured.
   *
   * @param seconds of each step
   * @param warmup seconds of full load before anything is measured
   * @param connections of each sender in an open loop
   * @param steps planned rates in parts of the peak
   * @param slowSockets how many
   * @param javaOptions given to serve
   * @param peak accepted per second; 0: to be found
   */
  record Extent(
      int seconds,
      int warmup,
      int connections,
      int size,
      List<Double> steps,
      int slowSockets,
      double peak,
      Set<Part> parts,
      String javaOptions) {}

  private final Extent extent;
  private final Ground ground;
  private final House house;
  private final Consumer<String> progress;
  private final List<Step> steps = new ArrayList<>();
  private double peak;
  private double normal = CAUTIOUS;

  /**
   * @param progress told what is being done
   */
  Overload(Extent extent, Ground ground, House house, Consumer<String> progress) {
    this.extent = extent;
    this.ground = ground;
    this.house = house;
    this.progress = progress;
    peak = extent.peak();
  }

  private static String addresses(String net, int first, int last) {
    return IntStream.rangeClosed(first, last)
        .mapToObj(host -> net + host)
        .collect(Collectors.joining(","));
  }

  /**
   * All steps, and how long it took to be normal again.
   *
   * @param recovery in seconds from the end of the flood, if it was measured
   */
  record Outcome(List<Step> steps, OptionalDouble recovery) {}

  Outcome run() throws IOException {
    house.migrate(ground.cluster().makeTemplate());
    ground.cluster().renew(DATABASE);
    House.Intake intake = serve();
    try {
      findPeak(intake);
      if (extent.parts().contains(Part.CURVE)) {
        for (double share : extent.steps()) {
          if (OF_THE_SAME_AGE.contains(share)) {
            Children.stop(intake.process());
            intake = serve();
            steps.add(closedLoop(intake, extent.warmup(), extent.seconds()));
          }
          settle("open loop, %s of the peak".formatted(Report.number(share)));
          measure(intake, Step.Kind.CURVE, share);
        }
      }
      OverloadReport.knee(steps).ifPresent(knee -> normal = NORMAL * knee / peak);
      OptionalDouble recovery =
          extent.parts().contains(Part.RECOVERY)
              ? OptionalDouble.of(measureRecovery(intake))
              : OptionalDouble.empty();
      settle("normal load");
      measure(intake, Step.Kind.NORMAL, normal);
      if (extent.parts().contains(Part.STRANGERS)) {
        measureStrangers(intake);
      }
      if (extent.parts().contains(Part.SLOW)) {
        measureSlowSockets(intake);
      }
      return new Outcome(List.copyOf(steps), recovery);
    } finally {
      Children.stop(intake.process());
    }
  }

  private void settle(String next) {
    progress.accept(next);
    ground.cluster().execute(DATABASE, "CHECKPOINT");
  }

  private House.Intake serve() {
    return house.serve(DATABASE, Map.of("HOOKLINE_OPTS", extent.javaOptions()));
  }

  private void findPeak(House.Intake intake) {
    Step best = closedLoop(intake, extent.warmup(), extent.seconds());
    for (int i = 1; i < MOST_PEAKS; i++) {
      Step next = closedLoop(intake, 0, extent.seconds());
      boolean higher = next.goodput() > HIGHER * best.goodput();
      best = next.goodput() > best.goodput() ? next : best;
      if (!higher) {
        break;
      }
    }
    steps.add(best);
    peak = peak == 0 ? best.goodput() : peak;
  }

  private Step closedLoop(House.Intake intake, int warmup, int seconds) {
    progress.accept("closed loop, %d connections".formatted(PEAK_CONNECTIONS));
    var options = options(PEAK_CONNECTIONS, HONEST, warmup, seconds);
    try (var watch = new Watch(intake.process().pid())) {
      House.Loaded loaded = house.load(intake, House.SECRET, options).report();
      return step(Step.Kind.PEAK, 0, seconds, loaded, watch);
    }
  }

  private void measure(House.Intake intake, Step.Kind kind, double share) {
    try (var watch = new Watch(intake.process().pid())) {
      House.Loaded loaded = start(intake, share, extent.seconds()).report();
      steps.add(step(kind, share, extent.seconds(), loaded, watch));
    }
  }

  private double measureRecovery(House.Intake intake) throws IOException {
    settle("normal load, and a flood in the middle of it");
    Path samples = ground.work().resolve("recovery.csv");
    int seconds = CALM_SECONDS + extent.seconds() + AFTERMATH_SECONDS;
    var options = paced(normal, HONEST, STEP_WARMUP_SECONDS, seconds);
    options.addAll(List.of("--samples", samples.toString()));
    try (var watch = new Watch(intake.process().pid())) {
      House.Load base = house.load(intake, House.SECRET, options);
      Waiting.seconds(STEP_WARMUP_SECONDS + CALM_SECONDS);
      House.Load flood =
          house.load(intake, House.SECRET, paced(FLOOD, HONEST, 0, extent.seconds()));
      Instant end = flood.report().began().plusSeconds(extent.seconds());
      House.Loaded loaded = base.report();
      steps.add(step(Step.Kind.RECOVERY, normal, seconds, loaded, watch));
      return new Recovery(Second.parse(Files.readAllLines(samples)), normal * peak)
          .after(Duration.between(loaded.began(), end).toNanos() / 1e9);
    }
  }

  private void measureStrangers(House.Intake intake) {
    settle("strangers alone, as they may have come before");
    house.loadBehind(intake, STRANGERS_SECRET, paced(FLOOD, STRANGE, 0, extent.seconds())).report();
    settle("normal load among strangers");
    int seconds = extent.seconds() + 2 * STEP_WARMUP_SECONDS + 2;
    try (var watch = new Watch(intake.process().pid())) {
      House.Load strangers =
          house.loadBehind(intake, STRANGERS_SECRET, paced(FLOOD, STRANGE, 0, seconds));
      Waiting.seconds(STEP_WARMUP_SECONDS);
      House.Loaded loaded = start(intake, normal, extent.seconds()).report();
      steps.add(step(Step.Kind.AMONG_STRANGERS, normal, extent.seconds(), loaded, watch));
      steps.add(step(Step.Kind.STRANGERS, FLOOD, seconds, strangers.report(), watch));
    }
  }

  private void measureSlowSockets(House.Intake intake) throws IOException {
    settle("normal load among %,d slow sockets".formatted(extent.slowSockets()));
    try (var slow = new SlowSockets(intake.port(), extent.slowSockets(), STRANGE);
        var watch = new Watch(intake.process().pid())) {
      Waiting.seconds(SLOW_SECONDS);
      House.Loaded loaded = start(intake, normal, extent.seconds()).report();
      progress.accept(
          "%,d of the slow sockets were open, %,d had been closed"
              .formatted(slow.open(), slow.closed()));
      steps.add(step(Step.Kind.AMONG_SLOW, normal, extent.seconds(), loaded, watch));
    }
  }

  private House.Load start(House.Intake intake, double share, int seconds) {
    return house.load(intake, House.SECRET, paced(share, HONEST, STEP_WARMUP_SECONDS, seconds));
  }

  private List<String> paced(double share, String from, int warmup, int seconds) {
    var options = options(extent.connections(), from, warmup, seconds);
    options.addAll(List.of("--rate", Long.toString(rate(share)), "--give-up", GIVE_UP));
    return options;
  }

  private List<String> options(int connections, String from, int warmup, int seconds) {
    return new ArrayList<>(
        List.of(
            "--connections",
            Integer.toString(connections),
            "--from",
            from,
            "--warmup",
            warmup + "s",
            "--duration",
            seconds + "s",
            "--size",
            Integer.toString(extent.size())));
  }

  private long rate(double share) {
    return Math.max(1, Math.round(share * peak));
  }

  private Step step(Step.Kind kind, double share, int seconds, House.Loaded loaded, Watch watch) {
    var statuses = new TreeMap<String, Double>();
    loaded
        .report()
        .path("statuses")
        .properties()
        .forEach(status -> statuses.put(status.getKey(), status.getValue().asDouble() / seconds));
    double planned = share == 0 ? 0 : rate(share);
    // What was on its way when the figures began makes up for what was when they ended.
    return new Step(
        kind,
        share,
        planned,
        loaded.answers() / (double) seconds,
        loaded.inTime() / (double) seconds,
        statuses,
        loaded.latency("p50"),
        loaded.latency("p99"),
        loaded.turnedAway("p99"),
        watch.memory(),
        watch.descriptors(),
        loaded.cpuMicros() * loaded.answers() / seconds / 1e6);
  }
}
