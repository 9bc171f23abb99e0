package dev.hookline.bootstrap.cli;

import dev.hookline.bootstrap.config.SecretSource;
import dev.hookline.bootstrap.config.Settings;
import dev.hookline.bootstrap.up.UpFolder;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which folder of {@code up} is meant. */
final class DataOption {
  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "folder of up, with its database and secrets (.hookline)")
  private Optional<Path> data = Optional.empty();

  boolean isGiven() {
    return data.isPresent();
  }

  Path folder(Surroundings around) {
    return around.folder().resolve(data.orElse(Path.of(UpFolder.NAME)));
  }

  /** The settings with the secrets of {@code up} for the services that have none. */
  Settings withSecrets(Surroundings around, Settings settings) {
    Path folder = folder(around);
    return settings.withSecretsFrom(
        service ->
            UpFolder.secretOf(folder, service).map(secret -> SecretSource.of(List.of(secret))));
  }
}
