package dev.hookline.bootstrap.cli;

import dev.hookline.application.inspect.Page;
import dev.hookline.application.inspect.PipelineFilter;
import dev.hookline.application.inspect.PipelineView;
import dev.hookline.application.replay.ReplayPreview;
import dev.hookline.domain.pipeline.PipelineId;
import dev.hookline.http.admin.ReportJson;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "pipelines",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "(list | show | replay)",
    description = "Inspect pipelines, and replay them.")
final class PipelinesCommand implements Runnable {
  private final Surroundings around;
  private final Commands commands;

  @Spec private CommandSpec spec = CommandSpec.create();

  PipelinesCommand(Surroundings around, Commands commands) {
    this.around = around;
    this.commands = commands;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "list, show or replay?");
  }

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "List pipelines, newest first.")
  int list(
      @Mixin ConfigOptions options,
      @Mixin DataOption data,
      @Mixin PipelineFilterOptions filters,
      @Option(
              names = "--limit",
              paramLabel = "N",
              defaultValue = "50",
              description = "at most so many (${DEFAULT-VALUE})")
          int limit,
      @Option(names = "--json", description = "as the admin endpoint answers") boolean json) {
    requireLimit(limit);
    PipelineFilter filter = filters.filter(around.clock());
    try (Inspection inspection = commands.inspect(options.loadWithDatabase(around, data))) {
      Page<PipelineView> page =
          Pages.read((after, part) -> inspection.records().pipelines(filter, after, part), limit);
      if (json) {
        around.out().println(inspection.pipelinesJson(page));
      } else {
        around.out().print(Listings.pipelines(page.items(), around.colours()));
        Pages.tellOfMore(page, around);
      }
    }
    return ExitCode.DONE;
  }

  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      description = "Show one pipeline with its history.")
  int show(
      @Mixin ConfigOptions options,
      @Mixin DataOption data,
      @Parameters(paramLabel = "ID") String id,
      @Option(names = "--json", description = "as the admin endpoint answers") boolean json) {
    PipelineId wanted = parse(id);
    try (Inspection inspection = commands.inspect(options.loadWithDatabase(around, data))) {
      Optional<PipelineView.Detailed> found = inspection.records().pipeline(wanted);
      if (found.isEmpty()) {
        String missing = "there is no pipeline %s (see hookline pipelines list)".formatted(wanted);
        if (json) {
          around.out().println(ReportJson.error("NotFoundError", missing));
        }
        throw CommandException.notFound(missing);
      }
      if (json) {
        around.out().println(inspection.pipelineJson(found.get()));
      } else {
        around.out().print(Listings.pipeline(found.get(), around.colours()));
      }
    }
    return ExitCode.DONE;
  }

  @Command(
      name = "replay",
      mixinStandardHelpOptions = true,
      description = "Dispatch pipelines again: those named, or those that the filter means.")
  int replay(
      @Mixin ConfigOptions options,
      @Mixin DataOption data,
      @Mixin PipelineFilterOptions filters,
      @Parameters(paramLabel = "ID", arity = "0..*") List<String> ids,
      @Option(
              names = "--limit",
              paramLabel = "N",
              defaultValue = "1000",
              description = "with a filter, at most so many (${DEFAULT-VALUE})")
          int limit,
      @Option(
              names = "--dry-run",
              description =
                  "change nothing: say what would be replayed, and what reads otherwise today")
          boolean dryRun,
      @Option(names = "--json", description = "as the admin endpoint answers") boolean json) {
    requireLimit(limit);
    PipelineFilter filter = filters.filter(around.clock());
    boolean byFilter = !filter.equals(PipelineFilter.ALL);
    boolean named = ids != null && !ids.isEmpty();
    if (byFilter == named) {
      throw CommandException.usage(
          named
              ? "name pipelines or give a filter, not both"
              : "which pipelines? name them or give a filter");
    }
    List<PipelineId> wanted =
        named ? ids.stream().map(PipelinesCommand::parse).distinct().toList() : List.of();
    try (Inspection inspection = commands.inspect(options.loadWithDatabase(around, data));
        var progress = new ProgressLine(around, json)) {
      if (dryRun) {
        return tell(
            named
                ? inspection.previewReplay().preview(wanted)
                : inspection
                    .previewReplay()
                    .preview(filter, limit, seen -> progress.show("looked at " + seen)),
            progress,
            json);
      }
      return named
          ? replayEach(inspection, wanted, progress, json)
          : replayAll(inspection, filter, limit, progress, json);
    }
  }

  private int tell(ReplayPreview preview, ProgressLine progress, boolean json) {
    progress.clear();
    around
        .out()
        .print(json ? ReportJson.of(preview) + "\n" : Previews.of(preview, around.colours()));
    if (preview.omitted() > 0) {
      around.err().printf("hookline: %d more are not shown; raise --limit%n", preview.omitted());
    }
    return preview.unknown() > 0 ? ExitCode.NOT_FOUND : ExitCode.DONE;
  }

  private int replayEach(
      Inspection inspection, List<PipelineId> ids, ProgressLine progress, boolean json) {
    var report = new ReplayReport();
    int done = 0;
    for (PipelineId id : ids) {
      progress.show(done, ids.size(), "replaying %s".formatted(id));
      report.addNamed(id, inspection.replay(id));
      done++;
    }
    progress.clear();
    return tell(report, json);
  }

  private int replayAll(
      Inspection inspection,
      PipelineFilter filter,
      int limit,
      ProgressLine progress,
      boolean json) {
    var report = new ReplayReport();
    int replayed =
        inspection.replay(
            filter,
            limit,
            (id, outcome) -> {
              report.addFound(id, outcome);
              progress.show("replayed " + report.replayed());
            });
    progress.clear();
    int code = tell(report, json);
    if (replayed == limit) {
      around.err().println("hookline: there may be more; that was as many as --limit allows");
    }
    return code;
  }

  private int tell(ReplayReport report, boolean json) {
    report.complaints().forEach(text -> around.err().println("hookline: " + text));
    around
        .out()
        .println(json ? ReportJson.replayed(report.replayed()) : "replayed " + report.replayed());
    return report.exitCode();
  }

  static void requireLimit(int limit) {
    if (limit < 1) {
      throw CommandException.usage("--limit: at least 1, not " + limit);
    }
  }

  private static PipelineId parse(String id) {
    return PipelineId.parse(id)
        .orElseThrow(() -> CommandException.usage("ID: not a UUID: \"%s\"".formatted(id)));
  }
}
