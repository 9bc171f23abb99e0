package dev.hookline.bootstrap.cli;

import dev.hookline.bootstrap.config.Configuration;
import dev.hookline.bootstrap.config.SecretSource;
import dev.hookline.bootstrap.config.Settings;
import dev.hookline.bootstrap.config.Settings.LogFormat;
import dev.hookline.bootstrap.config.Settings.Role;
import dev.hookline.bootstrap.logging.Logging;
import dev.hookline.bootstrap.up.RunFile;
import dev.hookline.bootstrap.up.UpFolder;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Options of every command that reads the configuration. */
final class ConfigOptions {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "configuration file (HOOKLINE_CONFIG; else hookline.yaml, if there)")
  private Optional<Path> file = Optional.empty();

  /** Reads the configuration and sets the log up by it. */
  Configuration load(Surroundings around, Role role) {
    var configuration =
        Configuration.load(
            new Configuration.Sources(
                around.folder(), file, around.environment(), System::nanoTime),
            role,
            around.profiles());
    Settings.Log log = configuration.settings().log();
    Logging.start(
        log.format().orElse(around.terminals().err() ? LogFormat.TEXT : LogFormat.JSON),
        log.level());
    return configuration;
  }

  /**
   * The same for a role that runs for long: what it misses is an error, what is unwise is told.
   *
   * @throws CommandException if the role cannot start
   */
  Configuration loadToRun(Surroundings around, Role role) {
    Configuration configuration = load(around, role);
    List<String> missing = configuration.settings().missingFor(role);
    if (!missing.isEmpty()) {
      throw CommandException.usage(missing);
    }
    configuration.warnings().forEach(text -> around.err().println("hookline: warning: " + text));
    around.err().flush();
    return configuration;
  }

  /**
   * Settings with a database: the configured one, else that of the {@code up} that runs in the
   * folder, with its secrets.
   *
   * @param data names the folder of {@code up}
   * @throws CommandException if there is neither, or both are named
   */
  Settings loadWithDatabase(Surroundings around, DataOption data) {
    Settings settings = load(around, Role.TOOL).settings();
    if (settings.db().url().isPresent()) {
      if (data.isGiven()) {
        // Neither may win in silence: one of them is perhaps the production database.
        throw CommandException.usage(
            "--data and db.url (HOOKLINE_DB_URL) each name a database: leave out the one, or unset"
                + " the other");
      }
      return settings;
    }
    Path folder = data.folder(around);
    RunFile running =
        UpFolder.running(folder)
            .orElseThrow(
                () ->
                    CommandException.usage(
                        "db.url (HOOKLINE_DB_URL) is not set, and no hookline up runs in %s; set the"
                                .formatted(folder)
                            + " one, start the other, or name its folder with --data"));
    return data.withSecrets(
        around,
        settings.withDb(
            new Settings.Db(
                Optional.of(running.jdbcUrl()),
                Optional.of(running.dbUser()),
                Optional.of(SecretSource.of(List.of(running.dbPassword()))),
                settings.db().requireDurability())));
  }
}
