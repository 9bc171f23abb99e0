package dev.hookline.benchmark.load;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "benchmark load",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Measure the system on a PostgreSQL of its own, in turns with pgbench on the same schema.",
      ""
    })
final class LoadBenchmark extends SystemBenchmark {
  /** What an intake has to settle down before it is measured. */
  private static final int WARMUP_SECONDS = 15;

  @Option(names = "--rounds", paramLabel = "N", description = "how often (${DEFAULT-VALUE})")
  private int rounds = 3;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "of each single measurement (${DEFAULT-VALUE})")
  private int seconds = 20;

  @Option(
      names = "--warmup",
      paramLabel = "N",
      description = "seconds of load before an intake is measured (${DEFAULT-VALUE})")
  private int warmup = WARMUP_SECONDS;

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "LEG",
      description = "only some of ${COMPLETION-CANDIDATES} (all)")
  private List<Leg> only = List.of();

  @Option(
      names = "--history",
      paramLabel = "EVENTS",
      description =
          "measure with so much history as well, such as 10000000: about 2 GB of disk, and some"
              + " minutes, for each million (not at all)")
  private long history;

  @Option(
      names = "--backlog",
      paramLabel = "EVENTS",
      description = "how many events wait in addition to that history (${DEFAULT-VALUE})")
  private long backlog = 1_000_000;

  LoadBenchmark(Path launcher) {
    super(launcher);
  }

  /** Runs the benchmark as a process of its own. */
  public static void main(String[] arguments) {
    run(LoadBenchmark::new, arguments);
  }

  @Override
  public Integer call() throws IOException {
    require(rounds >= 1 && rounds <= 100, "--rounds: from 1 to 100");
    require(seconds >= 2 && seconds <= 600, "--seconds: from 2 to 600");
    require(warmup >= 1 && warmup <= 600, "--warmup: from 1 to 600");
    require(history >= 0, "--history: not less than nothing");
    // A claim is measured that takes what a worker can work at once.
    require(backlog >= 1000, "--backlog: 1000 or more");
    var extent =
        new Rounds.Extent(
            rounds,
            seconds,
            warmup,
            BODY_BYTES,
            history,
            backlog,
            only.isEmpty() ? EnumSet.allOf(Leg.class) : Set.copyOf(only));
    try (Ground ground = ground(Processors.SHARED)) {
      Map<String, String> settings = settings(ground);
      settings.forEach((name, value) -> System.out.println(name + ": " + value));
      System.out.println();
      var house = house(ground);
      var pgbench =
          new Pgbench(
              ground.programs(), ground.cluster(), ground.children(), ground.work(), BODY_BYTES);
      var rounds = new Rounds(extent, ground.cluster(), house, pgbench, LoadBenchmark::tell);
      var report = new Report(settings, rounds.run());
      System.out.print(report.text());
      writeJson(report.json());
      return 0;
    }
  }

  private Map<String, String> settings(Ground ground) throws IOException {
    Map<String, String> settings = ground.settings();
    settings.put(
        "extent",
        "%d rounds, %d s each, %d s warm-up, bodies of %,d bytes, %s"
            .formatted(rounds, seconds, warmup, BODY_BYTES, legs()));
    if (history > 0) {
      settings.put("history", "%,d events, and %,d that wait".formatted(history, backlog));
    }
    return settings;
  }

  private String legs() {
    return only.isEmpty() ? Arrays.toString(Leg.values()) : only.toString();
  }
}
