package dev.hookline.bootstrap.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.hookline.bootstrap.cli.MigrationStep.RoleFits;
import dev.hookline.bootstrap.cli.MigrationStep.SchemaFits;
import dev.hookline.bootstrap.config.Settings.Role;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
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

  @Option(names = "--json", description = "as JSON")
  private boolean json;

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
      throw CommandException.usage(
          "db.url (HOOKLINE_DB_URL) is not set: jdbc:postgresql://HOST/DATABASE; hookline up"
              + " migrates its own");
    }
    var steps = new ArrayList<MigrationStep>();
    int code =
        commands.migrate(
            configuration,
            roles,
            step -> {
              steps.add(step);
              if (!json) {
                around.out().println(words(step));
                around.out().flush();
              }
            });
    if (json) {
      printJson(steps);
    }
    return code;
  }

  private static String words(MigrationStep step) {
    return switch (step) {
      case SchemaFits _ -> "The database schema is up to date.";
      case RoleFits(String role, String command, boolean isNew) ->
          isNew
              ? "Role %s is new and may do what %s needs; give it a password."
                  .formatted(role, command)
              : "Role %s may do what %s needs.".formatted(role, command);
    };
  }

  private void printJson(List<MigrationStep> steps) {
    var whole = JsonMapper.builder().build().createObjectNode();
    var roles = JsonNodeFactory.instance.arrayNode();
    for (MigrationStep step : steps) {
      switch (step) {
        case SchemaFits(int version) -> whole.put("schema_version", version);
        case RoleFits(String role, String command, boolean isNew) ->
            roles.addObject().put("role", role).put("command", command).put("new", isNew);
      }
    }
    whole.set("roles", roles);
    around.out().println(whole);
  }

  private static String checked(String option, String role) {
    if (role.isBlank() || role.getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME) {
      throw CommandException.usage("%s: names no role: \"%s\"".formatted(option, role));
    }
    return role;
  }
}
