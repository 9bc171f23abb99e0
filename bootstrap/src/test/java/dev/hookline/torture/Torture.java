package dev.hookline.torture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "torture",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Kill everything at random under load, and look for what was lost, doubled or out of order.",
      ""
    })
final class Torture implements Callable<Integer> {
  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "decides deliveries, moods and faults (${DEFAULT-VALUE})")
  private long seed = 1;

  @Option(
      names = "--events",
      paramLabel = "N",
      description = "authentic deliveries (${DEFAULT-VALUE})")
  private int events = 5000;

  @Option(
      names = "--kills",
      paramLabel = "N",
      description = "processes that are killed, PostgreSQL among them (${DEFAULT-VALUE})")
  private int kills = 16;

  @Option(
      names = "--duration",
      paramLabel = "SECONDS",
      description = "over which both are spread (${DEFAULT-VALUE})")
  private int seconds = 40;

  @Option(
      names = "--lease",
      paramLabel = "SECONDS",
      description = "of the workers; the default setting is 8 (${DEFAULT-VALUE})")
  private int lease = 3;

  @Option(
      names = "--plant",
      split = ",",
      paramLabel = "DEFECT",
      description =
          "plant each of these, one in each run; it is a success if all are found:"
              + " ${COMPLETION-CANDIDATES}")
  private List<Defect> plants = List.of();

  @Option(names = "--plant-all", description = "plant every defect, one in each run")
  private boolean all;

  @Option(names = "--dir", paramLabel = "DIR", description = "keep what the run leaves there")
  private Optional<Path> directory = Optional.empty();

  public static void main(String[] arguments) {
    System.exit(
        new CommandLine(new Torture())
            .setCaseInsensitiveEnumValuesAllowed(true)
            .execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException, SQLException {
    List<Defect> planted = all ? List.of(Defect.values()) : plants;
    if (planted.isEmpty()) {
      return run(Optional.empty()).holds() ? 0 : 1;
    }
    var missed = new ArrayList<Defect>();
    for (Defect defect : planted) {
      System.out.println("planted: " + defect);
      if (run(Optional.of(defect)).holds()) {
        missed.add(defect);
      }
    }
    System.out.println(
        missed.isEmpty()
            ? "found all %d planted defects".formatted(planted.size())
            : "not found: " + missed);
    return missed.isEmpty() ? 0 : 1;
  }

  private TortureRun.Result run(Optional<Defect> defect)
      throws IOException, InterruptedException, SQLException {
    Path parent = directory.orElse(Path.of(System.getProperty("java.io.tmpdir")));
    Path folder = Files.createTempDirectory(Files.createDirectories(parent), "hookline-torture-");
    // PostgreSQL's own user has to get through.
    var unused = folder.toFile().setExecutable(true, false);
    var plan =
        new Plan(
            seed, events, kills, Duration.ofSeconds(seconds), Duration.ofSeconds(lease), defect);
    TortureRun.Result result =
        new TortureRun(plan, folder, what -> System.err.println("torture: " + what)).run();
    System.out.printf("seed %d, %d events, lease %d s, in %s%n", seed, events, lease, folder);
    System.out.println(result.text());
    return result;
  }
}
