package dev.hookline.bootstrap.cli;

import dev.hookline.bootstrap.config.Settings.Role;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "worker", mixinStandardHelpOptions = true, description = "Run the outbox worker.")
final class WorkerCommand implements Callable<Integer> {
  @Mixin private ConfigOptions options = new ConfigOptions();

  private final Surroundings around;
  private final Commands commands;

  WorkerCommand(Surroundings around, Commands commands) {
    this.around = around;
    this.commands = commands;
  }

  @Override
  public Integer call() {
    return commands.worker(options.loadToRun(around, Role.WORKER));
  }
}
