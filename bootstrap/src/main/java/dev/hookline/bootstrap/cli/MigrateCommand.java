package dev.hookline.bootstrap.cli;

import dev.hookline.bootstrap.config.Settings.Role;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "migrate",
    mixinStandardHelpOptions = true,
    description = "Bring the database schema up to date.")
final class MigrateCommand implements Callable<Integer> {
  /** PostgreSQL cuts off what is longer, in bytes. */
  private static final int LONGEST_NAME = 63;

  @Mixin private ConfigOptions options = new ConfigOptions();

  @Option(
      names = "--intake-role",
      paramLabel = "ROLE",
      description = "let this role do what serve needs, and no more; made if there is none")
  private Optional<String> intakeRole = Optional.empty();

  @Option(
      names = "--worker-role",
      paramLabel = "ROLE",
      description = "let this role do what worker needs, and no more; made if there is none")
  private Optional<String> workerRole = Optional.empty();

  private final Surroundings around;
  private final Commands commands;

  MigrateCommand(Surroundings around, Commands commands) {
    this.around = around;
    this.commands = commands;
  }

  @Override
  public Integer call() {
    var roles =
        new RoleNames(
            intakeRole.map(role -> checked("--intake-role", role)),
            workerRole.map(role -> checked("--worker-role", role)));
    var configuration = options.load(around, Role.TOOL);
    if (configuration.settings().db().url().isEmpty()) {
      throw CommandException.usage("db.url (HOOKLINE_DB_URL) is not set");
    }
    return commands.migrate(configuration, roles, around.out());
  }

  private static String checked(String option, String role) {
    if (role.isBlank() || role.getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME) {
      throw CommandException.usage("%s: names no role: \"%s\"".formatted(option, role));
    }
    return role;
  }
}
