package dev.hookline.bootstrap.cli;

import dev.hookline.bootstrap.config.Configuration;
import dev.hookline.bootstrap.config.Settings.Role;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "up",
    mixinStandardHelpOptions = true,
    description = "Run the whole system here: PostgreSQL, intake and worker.")
final class UpCommand implements Callable<Integer> {
  @Mixin private ConfigOptions options = new ConfigOptions();
  @Mixin private DataOption data = new DataOption();

  private final Surroundings around;
  private final Commands commands;

  UpCommand(Surroundings around, Commands commands) {
    this.around = around;
    this.commands = commands;
  }

  @Override
  public Integer call() {
    Configuration configuration = options.loadToRun(around, Role.UP);
    if (configuration.settings().db().url().isPresent()) {
      around
          .err()
          .println(
              "hookline: warning: up brings its own PostgreSQL: db.url (HOOKLINE_DB_URL) is not"
                  + " used");
      around.err().flush();
    }
    return commands.up(configuration, data.folder(around), around.out());
  }
}
