package dev.hookline.bootstrap.cli;

import dev.hookline.bootstrap.config.Settings.Role;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "migrate",
    mixinStandardHelpOptions = true,
    description = "Bring the database schema up to date.")
final class MigrateCommand implements Callable<Integer> {
  @Mixin private ConfigOptions options = new ConfigOptions();

  private final Surroundings around;
  private final Commands commands;

  MigrateCommand(Surroundings around, Commands commands) {
    this.around = around;
    this.commands = commands;
  }

  @Override
  public Integer call() {
    var configuration = options.load(around, Role.TOOL);
    if (configuration.settings().db().url().isEmpty()) {
      throw CommandException.usage("db.url (HOOKLINE_DB_URL) is not set");
    }
    return commands.migrate(configuration, around.out());
  }
}
