package dev.hookline.benchmark.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "benchmark overload",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Offer an intake more than it can take, and disturb it, on a PostgreSQL of its own.",
      ""
    })
final class OverloadBenchmark extends SystemBenchmark {
  @Option(names = "--seconds", paramLabel = "N", description = "of each step (${DEFAULT-VALUE})")
  private int seconds = 20;

  @Option(
      names = "--warmup",
      paramLabel = "N",
      description = "seconds of load before anything is measured (${DEFAULT-VALUE})")
  private int warmup = 80;

  @Option(
      names = "--connections",
      paramLabel = "N",
      description = "of each sender (${DEFAULT-VALUE})")
  private int connections = 1024;

  @Option(
      names = "--steps",
      split = ",",
      paramLabel = "SHARE",
      description = "planned rates, in parts of the peak (0.25,0.5,0.7,0.85,1,1.5,2,5,10)")
  private List<Double> steps = List.of(0.25, 0.5, 0.7, 0.85, 1.0, 1.5, 2.0, 5.0, 10.0);

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "PART",
      description = "only some of ${COMPLETION-CANDIDATES} (all)")
  private List<Overload.Part> only = List.of();

  @Option(
      names = "--slow-sockets",
      paramLabel = "N",
      description = "a byte of a header every two seconds from each (${DEFAULT-VALUE})")
  private int slowSockets = 2000;

  @Option(
      names = "--peak",
      paramLabel = "N",
      description = "what is the peak, in accepted per second (as it is measured)")
  private double peak;

  @Option(
      names = "--java-options",
      paramLabel = "OPTIONS",
      description = "what serve is given as HOOKLINE_OPTS (nothing)")
  private String javaOptions = "";

  @Option(
      names = "--shared",
      description = {
        "let the senders use all processors, instead of one half for them and",
        "one for the intake and PostgreSQL"
      })
  private boolean shared;

  @Option(names = "--plot", paramLabel = "FILE.svg", description = "draw the curve there")
  private Optional<Path> plot = Optional.empty();

  OverloadBenchmark(Path launcher) {
    super(launcher);
  }

  /** Runs the benchmark as a process of its own. */
  public static void main(String[] arguments) {
    run(OverloadBenchmark::new, arguments);
  }

  @Override
  public Integer call() throws IOException {
    require(seconds >= 2 && seconds <= 600, "--seconds: from 2 to 600");
    require(warmup >= 1 && warmup <= 600, "--warmup: from 1 to 600");
    require(connections >= 1 && connections <= 10_000, "--connections: from 1 to 10000");
    require(slowSockets >= 1 && slowSockets <= 10_000, "--slow-sockets: from 1 to 10000");
    require(peak >= 0 && peak <= 1e5, "--peak: from 0 to 100000");
    require(
        steps.stream().allMatch(share -> share >= 0.01 && share <= 10), "--steps: from 0.01 to 10");
    Set<Overload.Part> parts =
        only.isEmpty() ? EnumSet.allOf(Overload.Part.class) : Set.copyOf(only);
    try (Ground ground = ground(shared ? Processors.SHARED : Processors.apart())) {
      Map<String, String> settings = ground.settings();
      settings.put(
          "extent",
          "%d s each, %d s warm-up, bodies of %,d bytes, %,d connections of each sender"
              .formatted(seconds, warmup, BODY_BYTES, connections));
      if (!shared) {
        settings.put(
            "processors", "one half for the intake and PostgreSQL, the other for the senders");
      }
      if (!javaOptions.isEmpty()) {
        settings.put("Java options of serve", javaOptions);
      }
      settings.forEach((name, value) -> System.out.println(name + ": " + value));
      System.out.println();
      var extent =
          new Overload.Extent(
              seconds,
              warmup,
              connections,
              BODY_BYTES,
              steps,
              slowSockets,
              peak,
              parts,
              javaOptions);
      var overload = new Overload(extent, ground, house(ground), OverloadBenchmark::tell);
      Overload.Outcome outcome = overload.run();
      var report = new OverloadReport(settings, outcome);
      System.out.print(report.text());
      writeJson(report.json());
      if (plot.isPresent()) {
        Files.writeString(plot.get(), CurvePlot.of(outcome.steps()));
      }
      return 0;
    }
  }
}
