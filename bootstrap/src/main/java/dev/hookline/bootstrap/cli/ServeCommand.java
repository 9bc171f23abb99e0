package dev.hookline.bootstrap.cli;

import dev.hookline.bootstrap.config.Settings.Role;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    description = "Run the intake and the admin endpoint.")
final class ServeCommand implements Callable<Integer> {
  @Mixin private ConfigOptions options = new ConfigOptions();

  private final Surroundings around;
  private final Commands commands;

  ServeCommand(Surroundings around, Commands commands) {
    this.around = around;
    this.commands = commands;
  }

  @Override
  public Integer call() {
    return commands.serve(options.loadToRun(around, Role.SERVE));
  }
}
