package dev.hookline.bootstrap.cli;

import dev.hookline.application.pause.PauseScope;
import dev.hookline.bootstrap.config.Settings;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "pause",
    mixinStandardHelpOptions = true,
    description = {
      "Hold dispatches up: all, or those of a service, to a target, or both.",
      "Events are accepted all the same and wait; every worker sees it at once."
    })
final class PauseCommand implements Callable<Integer> {
  @Mixin private ConfigOptions options = new ConfigOptions();
  @Mixin private DataOption data = new DataOption();
  @Mixin private PauseOptions pause = new PauseOptions();

  @Option(names = "--list", description = "only tell what is paused")
  private boolean list;

  private final Surroundings around;
  private final Commands commands;

  PauseCommand(Surroundings around, Commands commands) {
    this.around = around;
    this.commands = commands;
  }

  @Override
  public Integer call() {
    PauseScope scope = pause.scope(around);
    if (list && !scope.equals(PauseScope.EVERYTHING)) {
      throw CommandException.usage("--list tells all that is paused, and pauses nothing");
    }
    Settings settings = options.loadWithDatabase(around, data);
    warnOfUnknownTarget(settings.dispatch().targets().keySet());
    try (Inspection inspection = commands.inspect(settings)) {
      if (!list) {
        inspection.pauses().pause(scope);
      }
      pause.print(around, inspection.pauses().list());
    }
    return ExitCode.DONE;
  }

  /** No more than that: the workers may be configured otherwise than this tool. */
  private void warnOfUnknownTarget(Set<String> known) {
    pause
        .target()
        .filter(target -> !known.contains(target))
        .ifPresent(
            target ->
                around
                    .err()
                    .println(
                        "hookline: warning: no target is named \"%s\" here, only %s"
                            .formatted(Table.printable(target), String.join(", ", known))));
  }
}
