package dev.hookline.bootstrap.cli;

import dev.hookline.application.inspect.Page;
import dev.hookline.application.inspect.RefusedFilter;
import dev.hookline.application.inspect.RefusedView;
import dev.hookline.application.refused.RefusedDelivery;
import dev.hookline.application.replay.ReplayRefused.Replay;
import dev.hookline.http.admin.ReportJson;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "refused",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "(list | show | replay)",
    description = "Inspect authentic deliveries that were refused, and replay them.")
final class RefusedCommand implements Runnable {
  private final Surroundings around;
  private final Commands commands;

  @Spec private CommandSpec spec = CommandSpec.create();

  RefusedCommand(Surroundings around, Commands commands) {
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
      description = "List refused deliveries, newest first.")
  int list(
      @Mixin ConfigOptions options,
      @Mixin DataOption data,
      @Option(names = "--service", paramLabel = "NAME") Optional<String> service,
      @Option(names = "--event-type", paramLabel = "TYPE") Optional<String> eventType,
      @Option(
              names = "--error",
              paramLabel = "NAME",
              description = "such as RepositoryContextError")
          Optional<String> error,
      @Option(names = "--since", paramLabel = "TIME") Optional<String> since,
      @Option(names = "--until", paramLabel = "TIME") Optional<String> until,
      @Option(
              names = "--limit",
              paramLabel = "N",
              defaultValue = "50",
              description = "at most so many (${DEFAULT-VALUE})")
          int limit,
      @Option(names = "--json", description = "as the admin endpoint answers") boolean json) {
    PipelinesCommand.requireLimit(limit);
    var filter =
        new RefusedFilter(
            service,
            eventType,
            error,
            TimeOption.parse("--since", since, around.clock()),
            TimeOption.parse("--until", until, around.clock()));
    try (Inspection inspection = commands.inspect(options.loadWithDatabase(around, data))) {
      Page<RefusedView> page =
          Pages.read((after, part) -> inspection.records().refused(filter, after, part), limit);
      if (json) {
        around.out().println(inspection.refusedJson(page));
      } else {
        around.out().print(Listings.refused(page.items(), around.colours()));
        Pages.tellOfMore(page, around);
      }
    }
    return ExitCode.DONE;
  }

  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      description = "Show one refused delivery with its body.")
  int show(
      @Mixin ConfigOptions options,
      @Mixin DataOption data,
      @Parameters(paramLabel = "ID") String id,
      @Option(names = "--json", description = "as the admin endpoint lists it") boolean json) {
    UUID wanted = parse(id);
    try (Inspection inspection = commands.inspect(options.loadWithDatabase(around, data))) {
      Optional<RefusedDelivery> found = inspection.refused(wanted);
      if (found.isEmpty()) {
        if (json) {
          around.out().println(ReportJson.error("NotFoundError", missing(wanted)));
        }
        throw CommandException.notFound(missing(wanted));
      }
      around
          .out()
          .print(
              json
                  ? inspection.refusedJson(
                          new Page<>(List.of(RefusedView.of(found.get())), Optional.empty()))
                      + "\n"
                  : Listings.refused(found.get()));
    }
    return ExitCode.DONE;
  }

  @Command(
      name = "replay",
      mixinStandardHelpOptions = true,
      description = "Send refused deliveries through today's handlers and mappings.")
  int replay(
      @Mixin ConfigOptions options,
      @Mixin DataOption data,
      @Parameters(paramLabel = "ID", arity = "1..*") List<String> ids,
      @Option(names = "--json", description = "one JSON object per delivery") boolean json) {
    List<UUID> wanted = ids.stream().map(RefusedCommand::parse).toList();
    int code = ExitCode.DONE;
    int done = 0;
    try (Inspection inspection = commands.inspect(options.loadWithDatabase(around, data));
        var progress = new ProgressLine(around, json)) {
      for (UUID id : wanted) {
        progress.show(done, wanted.size(), "replaying %s".formatted(id));
        Replay came = inspection.replayRefused(id);
        progress.clear();
        code = Math.max(code, tell(id, came, json));
        done++;
      }
    }
    return code;
  }

  private int tell(UUID id, Replay came, boolean json) {
    return switch (came) {
      case Replay.Accepted(var pipeline) -> {
        around
            .out()
            .println(
                json
                    ? ReportJson.replayed(pipeline)
                    : "%s is pipeline %s now".formatted(id, pipeline));
        yield ExitCode.DONE;
      }
      case Replay.StillRefused(var error) -> {
        String name = error.name();
        answer(json, name, error.message());
        yield complain("%s: %s: %s".formatted(id, name, error.message()), ExitCode.FAILED);
      }
      case Replay.ServiceDisabled(var service) -> {
        String text =
            "service %s is not enabled here: set services.%s.secrets".formatted(service, service);
        answer(json, "UnknownServiceError", text);
        yield complain("%s: %s".formatted(id, text), ExitCode.FAILED);
      }
      case Replay.Unknown() -> {
        answer(json, "NotFoundError", missing(id));
        yield complain(missing(id), ExitCode.NOT_FOUND);
      }
    };
  }

  private void answer(boolean json, String error, String message) {
    if (json) {
      around.out().println(ReportJson.error(error, message));
    }
  }

  private static String missing(UUID id) {
    return "there is no refused delivery %s (see hookline refused list)".formatted(id);
  }

  private int complain(String text, int code) {
    around.err().println("hookline: " + Table.printable(text));
    return code;
  }

  private static UUID parse(String id) {
    try {
      return UUID.fromString(id);
    } catch (IllegalArgumentException _) {
      throw CommandException.usage("ID: not a UUID: \"%s\"".formatted(Table.printable(id)));
    }
  }
}
