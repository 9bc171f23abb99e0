package dev.hookline.bootstrap.cli;

import dev.hookline.application.inspect.Page;
import dev.hookline.application.inspect.PipelineFilter;
import dev.hookline.application.inspect.PipelineView;
import dev.hookline.application.replay.ReplayPipeline.Replay;
import dev.hookline.domain.pipeline.PipelineId;
import java.util.ArrayList;
import java.util.List;
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
    try (Inspection inspection =
        commands.inspect(options.loadWithDatabase(around, data.folder(around)))) {
      Page<PipelineView> page =
          Pages.read((after, part) -> inspection.records().pipelines(filter, after, part), limit);
      if (json) {
        around.out().println(inspection.pipelinesJson(page));
      } else {
        around.out().print(Listings.pipelines(page.items(), around.colours()));
        tellOfMore(page);
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
    try (Inspection inspection =
        commands.inspect(options.loadWithDatabase(around, data.folder(around)))) {
      PipelineView.Detailed found =
          inspection
              .records()
              .pipeline(wanted)
              .orElseThrow(() -> CommandException.notFound("there is no pipeline " + wanted));
      if (json) {
        around.out().println(inspection.pipelineJson(found));
      } else {
        around.out().print(Listings.pipeline(found, around.colours()));
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
        named ? ids.stream().map(PipelinesCommand::parse).toList() : List.of();
    try (Inspection inspection =
        commands.inspect(options.loadWithDatabase(around, data.folder(around)))) {
      if (byFilter) {
        tellReplayed(inspection.replay(filter, limit), json);
        return ExitCode.DONE;
      }
      return replayEach(inspection, wanted, json);
    }
  }

  private int replayEach(Inspection inspection, List<PipelineId> ids, boolean json) {
    int replayed = 0;
    int code = ExitCode.DONE;
    var complaints = new ArrayList<String>();
    for (PipelineId id : ids) {
      switch (inspection.replay(id)) {
        case Replay.Reopened() -> replayed++;
        case Replay.StillOpen() -> {
          complaints.add(id + " is still open, nothing was changed");
          code = Math.max(code, ExitCode.FAILED);
        }
        case Replay.Unknown() -> {
          complaints.add("there is no pipeline " + id);
          code = ExitCode.NOT_FOUND;
        }
        case Replay.ServiceDisabled(var service) -> {
          complaints.add("%s: service %s is not enabled here".formatted(id, service));
          code = Math.max(code, ExitCode.FAILED);
        }
        case Replay.Unreadable(var error) -> {
          complaints.add(
              "%s: %s: %s".formatted(id, error.getClass().getSimpleName(), error.message()));
          code = Math.max(code, ExitCode.FAILED);
        }
      }
    }
    complaints.forEach(text -> around.err().println("hookline: " + Table.printable(text)));
    tellReplayed(replayed, json);
    return code;
  }

  private void tellReplayed(int replayed, boolean json) {
    around.out().println(json ? "{\"replayed\":%d}".formatted(replayed) : "replayed " + replayed);
  }

  private void tellOfMore(Page<?> page) {
    if (page.next().isPresent()) {
      around.err().println("hookline: there are more; raise --limit to see them");
    }
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
