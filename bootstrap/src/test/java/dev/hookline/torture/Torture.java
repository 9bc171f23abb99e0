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
import java.util.concurrent.TimeUnit;
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
  /** With so many a planted defect is looked for before it passes for not found. */
  private static final int SEEDS = 3;

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
      names = "--at",
      split = ",",
      paramLabel = "SITE",
      description =
          "kill at these crash points alone, at each as often as at the others:"
              + " ${COMPLETION-CANDIDATES}")
  private List<CrashSite> sites = List.of();

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
      return run(seed, Optional.empty()).holds() ? 0 : 1;
    }
    var searches = new ArrayList<Search>();
    for (Defect defect : planted) {
      searches.add(search(defect));
    }
    System.out.printf("%-30s %-9s %-24s %4s %7s%n", "defect", "", "by", "seed", "seconds");
    searches.forEach(search -> System.out.println(search.row()));
    return searches.stream().allMatch(Search::found) ? 0 : 1;
  }

  /**
   * How a planted defect was looked for.
   *
   * @param invariants that were broken in the last run
   * @param seed of the last run
   * @param seconds all runs together
   */
  private record Search(Defect defect, List<String> invariants, long seed, long seconds) {
    boolean found() {
      return defect.isShownBy(invariants);
    }

    String row() {
      return "%-30s %-9s %-24s %4d %7d"
          .formatted(
              defect, found() ? "found" : "not found", String.join(" ", invariants), seed, seconds);
    }
  }

  private Search search(Defect defect) throws IOException, InterruptedException, SQLException {
    long begun = System.nanoTime();
    List<String> broken = List.of();
    long tried = seed;
    for (; !defect.isShownBy(broken) && tried < seed + SEEDS; tried++) {
      System.out.println("planted: " + defect);
      broken = run(tried, Optional.of(defect)).brokenInvariants();
    }
    return new Search(
        defect, broken, tried - 1, TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun));
  }

  private TortureRun.Result run(long seed, Optional<Defect> defect)
      throws IOException, InterruptedException, SQLException {
    Path parent = directory.orElse(Path.of(System.getProperty("java.io.tmpdir")));
    Path folder = Files.createTempDirectory(Files.createDirectories(parent), "hookline-torture-");
    // PostgreSQL's own user has to get through.
    var unused = folder.toFile().setExecutable(true, false);
    var plan =
        new Plan(
            seed,
            events,
            kills,
            List.copyOf(sites),
            Duration.ofSeconds(seconds),
            Duration.ofSeconds(lease),
            defect);
    TortureRun.Result result =
        new TortureRun(plan, folder, what -> System.err.println("torture: " + what)).run();
    System.out.printf("seed %d, %d events, lease %d s, in %s%n", seed, events, lease, folder);
    System.out.println(result.text());
    return result;
  }
}
