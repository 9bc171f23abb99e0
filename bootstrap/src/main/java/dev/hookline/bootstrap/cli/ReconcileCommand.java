package dev.hookline.bootstrap.cli;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.hookline.application.reconcile.ReconcileDeliveries.Progress;
import dev.hookline.application.reconcile.Reconciliation;
import dev.hookline.application.reconcile.Reconciliation.Missing;
import dev.hookline.application.reconcile.Reconciliation.Redelivery;
import dev.hookline.bootstrap.config.Settings;
import dev.hookline.http.github.rest.GitHubHook;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "reconcile",
    mixinStandardHelpOptions = true,
    description = "Find what a provider sent and is not on record, and have it sent again.")
final class ReconcileCommand implements Callable<Integer> {
  @Mixin private ConfigOptions options = new ConfigOptions();
  @Mixin private DataOption data = new DataOption();

  @Parameters(paramLabel = "SERVICE", description = "github: the others retry by themselves")
  private String service = "";

  @Option(
      names = "--since",
      paramLabel = "TIME",
      description = "look back so far (reconcile.github.since)")
  private Optional<String> since = Optional.empty();

  @Option(
      names = "--hook",
      paramLabel = "HOOK",
      description = "OWNER/NAME/ID, ORGANIZATION/ID or app; repeatable (reconcile.github.hooks)")
  private List<String> hooks = List.of();

  @Option(names = "--dry-run", description = "list what is missing, and ask for nothing")
  private boolean dryRun;

  @Option(names = "--json", description = "one JSON object")
  private boolean json;

  private final Surroundings around;
  private final Commands commands;

  ReconcileCommand(Surroundings around, Commands commands) {
    this.around = around;
    this.commands = commands;
  }

  @Override
  public Integer call() {
    if (!service.equals("github")) {
      throw CommandException.usage(
          "SERVICE: only github can be reconciled, not \"%s\"".formatted(Table.printable(service)));
    }
    List<GitHubHook> named = hooks.stream().map(ReconcileCommand::parse).toList();
    Optional<Instant> asked = TimeOption.parse("--since", since, around.clock());
    Settings settings = options.loadWithDatabase(around, data);
    if (!named.isEmpty()) {
      settings = settings.withHooks(named);
    }
    requireHooks(settings.reconcile());
    Instant now = around.clock().instant();
    Instant start = asked.orElse(now.minus(settings.reconcile().since()));
    if (start.isBefore(now.minus(settings.retention()))) {
      throw CommandException.usage(
          "--since: longer ago than retention, %s: what was forgotten would come again"
              .formatted(settings.retention()));
    }
    Reconciliation report;
    try (var progress = new ProgressLine(around, json)) {
      report = commands.reconcile(settings, start, dryRun, told -> show(told, progress));
    }
    if (json) {
      printJson(report);
    } else {
      print(report);
    }
    complain(report);
    return report.isComplete() ? ExitCode.DONE : ExitCode.FAILED;
  }

  private static void show(Progress told, ProgressLine progress) {
    if (told.missing() == 0) {
      progress.show("looked at %d deliveries".formatted(told.lookedAt()));
    } else {
      progress.show(
          told.done(), told.missing(), "asked for %d of %d".formatted(told.done(), told.missing()));
    }
  }

  private static GitHubHook parse(String hook) {
    try {
      return GitHubHook.parse(hook.strip());
    } catch (IllegalArgumentException e) {
      throw CommandException.usage("--hook: " + Table.printable(String.valueOf(e.getMessage())));
    }
  }

  private static void requireHooks(Settings.Reconcile reconcile) {
    if (reconcile.hooks().isEmpty()) {
      throw CommandException.usage(
          "which hooks? set reconcile.github.hooks (HOOKLINE_RECONCILE_GITHUB_HOOKS) or give"
              + " --hook");
    }
    List<String> missing = reconcile.missing();
    if (!missing.isEmpty()) {
      throw CommandException.usage(missing);
    }
  }

  private void print(Reconciliation report) {
    if (!report.missing().isEmpty()) {
      var table = new Table(List.of("DELIVERY", "EVENT", "SENT", "STATUS", "HOOK", "REDELIVERY"));
      for (Missing one : report.missing()) {
        table.row(
            one.newest().eventId(),
            one.newest().eventType(),
            one.newest().sentAt().truncatedTo(ChronoUnit.SECONDS).toString(),
            Integer.toString(one.newest().statusCode()),
            one.hook(),
            switch (one.redelivery()) {
              case Redelivery.NotAsked() -> "-";
              case Redelivery.Asked() -> "asked";
              case Redelivery.Failed _ -> "failed";
            });
      }
      around.out().print(table.text(around.colours()));
    }
    around
        .out()
        .printf(
            "looked at %d deliveries of %d events since %s: %d on record, %d missing%s%n",
            report.lookedAt(),
            report.distinct(),
            report.since().truncatedTo(ChronoUnit.SECONDS),
            report.onRecord(),
            report.missing().size(),
            report.leftAlone() == 0
                ? ""
                : ", %d left alone: taken when sent again, as another by its body"
                    .formatted(report.leftAlone()));
    if (!report.missing().isEmpty()) {
      around
          .out()
          .println(
              dryRun
                  ? "asked for none of them: a dry run"
                  : "asked for redelivery of %d".formatted(report.asked()));
    }
  }

  private void complain(Reconciliation report) {
    report
        .unread()
        .forEach(
            log ->
                around
                    .err()
                    .println("hookline: %s: %s".formatted(log.hook(), printable(log.reason()))));
    report.missing().stream()
        .flatMap(
            one ->
                one.redelivery() instanceof Redelivery.Failed(var reason)
                    ? Optional.of(one.hook() + ": " + reason).stream()
                    : Optional.<String>empty().stream())
        .collect(groupingBy(reason -> reason, LinkedHashMap::new, counting()))
        .forEach(
            (reason, count) ->
                around
                    .err()
                    .println("hookline: %d not asked for: %s".formatted(count, printable(reason))));
  }

  /** In full, since the end of it may be what to do. */
  private static String printable(String reason) {
    return reason.replaceAll("\\p{Cntrl}", "?");
  }

  private void printJson(Reconciliation report) {
    var mapper = JsonMapper.builder().build();
    var whole = mapper.createObjectNode();
    whole.put("looked_at", report.lookedAt());
    whole.put("distinct", report.distinct());
    whole.put("on_record", report.onRecord());
    whole.put("missing", report.missing().size());
    whole.put("asked", report.asked());
    whole.put("failed", report.failed());
    var deliveries = whole.putArray("deliveries");
    for (Missing one : report.missing()) {
      var delivery = deliveries.addObject();
      delivery.put("guid", one.newest().eventId());
      delivery.put("event", one.newest().eventType());
      delivery.put("delivered_at", one.newest().sentAt().toString());
      delivery.put("status_code", one.newest().statusCode());
      delivery.put("asked", one.redelivery() instanceof Redelivery.Asked);
    }
    around.out().println(whole);
  }
}
