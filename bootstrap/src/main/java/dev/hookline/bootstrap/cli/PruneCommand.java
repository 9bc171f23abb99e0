package dev.hookline.bootstrap.cli;

import dev.hookline.application.retention.HistoryDay;
import dev.hookline.application.retention.PruneHistory;
import dev.hookline.application.retention.Pruned;
import dev.hookline.http.admin.ReportJson;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "prune",
    mixinStandardHelpOptions = true,
    description = {
      "Forget history that is over and old, as workers do by themselves once an hour.",
      "Whole UTC days go, never today; a day in which something is open stays. Delivery keys are"
          + " kept for two days at least."
    })
final class PruneCommand implements Callable<Integer> {
  @Mixin private ConfigOptions options = new ConfigOptions();
  @Mixin private DataOption data = new DataOption();

  @Option(
      names = "--older-than",
      required = true,
      paramLabel = "AGE",
      description =
          "a duration (P30D, 30d), or an ISO-8601 time or day: the day it falls into stays")
  private String olderThan = "";

  @Option(names = "--dry-run", description = "change nothing: list what would go and what stays")
  private boolean dryRun;

  @Option(names = "--json", description = "as JSON")
  private boolean json;

  private final Surroundings around;
  private final Commands commands;

  PruneCommand(Surroundings around, Commands commands) {
    this.around = around;
    this.commands = commands;
  }

  @Override
  public Integer call() {
    Function<PruneHistory, LocalDate> limit = limit();
    try (Inspection inspection = commands.inspect(options.loadWithDatabase(around, data))) {
      PruneHistory pruning = inspection.pruning();
      LocalDate firstKept = limit.apply(pruning);
      return dryRun
          ? tell(firstKept, pruning.preview(firstKept))
          : tell(firstKept, pruning.prune(firstKept));
    }
  }

  /** An age counts from the database's clock, like the workers' retention. */
  private Function<PruneHistory, LocalDate> limit() {
    Optional<Duration> age = age();
    if (age.isPresent()) {
      return pruning -> pruning.firstKept(age.get());
    }
    LocalDate day =
        TimeOption.parse("--older-than", Optional.of(olderThan), around.clock())
            .map(time -> LocalDate.ofInstant(time, ZoneOffset.UTC))
            .orElseThrow();
    return _ -> day;
  }

  private Optional<Duration> age() {
    Optional<Duration> age = SpanOption.read(olderThan);
    if (age.filter(Duration::isNegative).isPresent()) {
      throw CommandException.usage("--older-than: nothing is that young: " + olderThan);
    }
    return age;
  }

  private int tell(LocalDate firstKept, List<HistoryDay> days) {
    if (json) {
      around.out().println(ReportJson.of(firstKept, days));
      return ExitCode.DONE;
    }
    var table =
        new Table(List.of("DAY", "PIPELINES", "OPEN", "EVENTS", "REFUSED", "SIZE", "WOULD"));
    for (HistoryDay day : days) {
      table.row(
          day.day().toString(),
          Long.toString(day.pipelines()),
          Long.toString(day.open()),
          Long.toString(day.events()),
          Long.toString(day.refused()),
          size(day.bytes()),
          day.mayGo() ? "go" : "stay: something is open");
    }
    List<HistoryDay> going = days.stream().filter(HistoryDay::mayGo).toList();
    if (!table.isEmpty()) {
      around.out().println(table.text(around.colours()));
    }
    around
        .out()
        .printf(
            "before %s: %d days would go with %d pipelines, %s; %d refused deliveries; %d days"
                + " would stay%n",
            firstKept,
            going.size(),
            sum(going, HistoryDay::pipelines),
            size(sum(going, HistoryDay::bytes)),
            sum(days, HistoryDay::refused),
            days.size() - going.size());
    return ExitCode.DONE;
  }

  private int tell(LocalDate firstKept, Pruned pruned) {
    if (json) {
      around.out().println(ReportJson.of(firstKept, pruned));
    } else {
      pruned.open().forEach(day -> around.out().println(day + " stays: something is open in it"));
      around
          .out()
          .printf(
              "before %s: dropped %d days, %d delivery keys, %d refused deliveries%n",
              firstKept, pruned.dropped().size(), pruned.keys(), pruned.refused());
    }
    pruned
        .busy()
        .forEach(day -> around.err().printf("hookline: %s was in use and stays; try again%n", day));
    return pruned.busy().isEmpty() ? ExitCode.DONE : ExitCode.FAILED;
  }

  private static long sum(List<HistoryDay> days, ToLongFunction<HistoryDay> count) {
    return days.stream().mapToLong(count).sum();
  }

  private static String size(long bytes) {
    return bytes < 1 << 20
        ? bytes / 1024 + " kB"
        : String.format(Locale.ROOT, "%.1f MB", bytes / (double) (1 << 20));
  }
}
