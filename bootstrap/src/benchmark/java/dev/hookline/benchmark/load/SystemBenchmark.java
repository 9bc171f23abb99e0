package dev.hookline.benchmark.load;

import dev.hookline.bootstrap.config.Settings.LogFormat;
import dev.hookline.bootstrap.config.Settings.LogLevel;
import dev.hookline.bootstrap.logging.Logging;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** What the benchmarks of the whole system share: where they work, and how they end. */
abstract class SystemBenchmark implements Callable<Integer> {
  /** As {@code hookline load} sends by default. */
  static final int BODY_BYTES = 15_360;

  @Option(
      names = "--pg-bin",
      paramLabel = "DIR",
      description = "with initdb, pg_ctl, postgres and pgbench (PATH, else the newest installed)")
  private Optional<Path> pgBin = Optional.empty();

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "make the cluster below it, on the disk to measure with (java.io.tmpdir)")
  private Optional<Path> directory = Optional.empty();

  @Option(names = "--json", paramLabel = "FILE", description = "write all figures there, too")
  private Optional<Path> json = Optional.empty();

  private final Path launcher;

  SystemBenchmark(Path launcher) {
    this.launcher = launcher;
  }

  /**
   * Runs the benchmark, and ends with 0 if it could be measured, whatever the figures are.
   *
   * @param benchmark made for the launcher of the processes to measure
   */
  static void run(Function<Path, SystemBenchmark> benchmark, String[] arguments) {
    Path launcher = Path.of(Objects.requireNonNull(System.getProperty("hookline.launcher")));
    Logging.start(LogFormat.TEXT, LogLevel.WARN);
    System.exit(
        new CommandLine(benchmark.apply(launcher))
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setExecutionExceptionHandler(
                (e, _, _) -> {
                  if (!(e instanceof BenchmarkException)) {
                    throw e;
                  }
                  System.err.println("benchmark: " + e.getMessage());
                  return 1;
                })
            .execute(arguments));
  }

  final Ground ground(Processors processors) throws IOException {
    return Ground.open(pgBin, directory, processors);
  }

  final House house(Ground ground) {
    return new House(launcher, ground);
  }

  final void writeJson(String figures) throws IOException {
    if (json.isPresent()) {
      Files.writeString(json.get(), figures + "\n");
    }
  }

  final void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new ParameterException(new CommandLine(this), otherwise);
    }
  }

  static void tell(String what) {
    System.err.println("benchmark: " + what);
  }
}
