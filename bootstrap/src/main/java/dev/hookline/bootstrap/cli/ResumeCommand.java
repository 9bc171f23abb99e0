package dev.hookline.bootstrap.cli;

import dev.hookline.application.pause.PauseScope;
import dev.hookline.application.pause.Pauses;
import dev.hookline.domain.delivery.Service;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "resume",
    mixinStandardHelpOptions = true,
    description = {
      "Go on dispatching: lifts the pause of exactly this service and target,",
      "or every pause if neither is named."
    })
final class ResumeCommand implements Callable<Integer> {
  @Mixin private ConfigOptions options = new ConfigOptions();
  @Mixin private DataOption data = new DataOption();
  @Mixin private PauseOptions pause = new PauseOptions();

  private final Surroundings around;
  private final Commands commands;

  ResumeCommand(Surroundings around, Commands commands) {
    this.around = around;
    this.commands = commands;
  }

  @Override
  public Integer call() {
    PauseScope scope = pause.scope(around);
    try (Inspection inspection = commands.inspect(options.loadWithDatabase(around, data))) {
      resume(inspection.pauses(), scope);
      pause.print(around, inspection.pauses().list());
    }
    return ExitCode.DONE;
  }

  private static void resume(Pauses pauses, PauseScope scope) {
    if (scope.equals(PauseScope.EVERYTHING)) {
      pauses.resumeAll();
    } else if (!pauses.resume(scope)) {
      throw CommandException.notFound(
          "there is no pause of exactly service %s and target %s (see hookline pause --list)"
              .formatted(
                  scope.service().map(Service::name).orElse("*"),
                  Table.printable(scope.target().orElse("*"))));
    }
  }
}
