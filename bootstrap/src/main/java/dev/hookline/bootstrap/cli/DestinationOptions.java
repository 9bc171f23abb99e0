package dev.hookline.bootstrap.cli;

import dev.hookline.bootstrap.config.SecretSource;
import dev.hookline.bootstrap.config.Settings;
import dev.hookline.bootstrap.config.Settings.ServiceSettings;
import dev.hookline.bootstrap.up.RunFile;
import dev.hookline.bootstrap.up.UpFolder;
import dev.hookline.domain.delivery.Service;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which intake deliveries are sent to, and what they are signed with. */
final class DestinationOptions {
  @Mixin private DataOption data = new DataOption();

  @Option(
      names = "--url",
      paramLabel = "URL",
      description = "where to (the up that runs here, else http.port on this machine)")
  private Optional<String> url = Optional.empty();

  @Option(
      names = "--secret",
      paramLabel = "SECRET",
      description = "what to sign with (the configured one, else the one up has made)")
  private Optional<String> secret = Optional.empty();

  /**
   * Where the service's deliveries go.
   *
   * @throws CommandException if that is no URL
   */
  URI intake(Surroundings around, Settings settings, String service) {
    String text =
        url.orElseGet(
            () ->
                UpFolder.running(data.folder(around))
                    .map(running -> running.intakeUrl())
                    .orElseGet(() -> RunFile.url(settings.http().host(), settings.http().port())));
    URI uri = parse("--url", text);
    String path = uri.getPath();
    return path.isEmpty() || path.equals("/") ? uri.resolve("/webhooks/" + service) : uri;
  }

  /**
   * Where the admin endpoint is.
   *
   * @param option the name of the option that says so
   * @param given its value
   * @throws CommandException if that is no URL
   */
  URI admin(Surroundings around, Settings settings, String option, Optional<String> given) {
    String text =
        given.orElseGet(
            () ->
                UpFolder.running(data.folder(around))
                    .map(running -> running.adminUrl())
                    .orElseGet(
                        () -> RunFile.url(settings.admin().host(), settings.admin().port())));
    URI uri = parse(option, text);
    return URI.create(uri.getScheme() + "://" + uri.getRawAuthority());
  }

  private static URI parse(String option, String text) {
    URI uri;
    try {
      uri = URI.create(text);
    } catch (IllegalArgumentException _) {
      throw CommandException.usage(
          "%s: not a URL: \"%s\"".formatted(option, Table.printable(text)));
    }
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    if (uri.getHost() == null || !Set.of("http", "https").contains(scheme)) {
      throw CommandException.usage(
          "%s: not a URL that starts with http:// or https://: \"%s\""
              .formatted(option, Table.printable(text)));
    }
    // Whoever sends compares the scheme by its small letters.
    return URI.create(scheme + text.substring(scheme.length()));
  }

  /**
   * What the service's deliveries are signed with.
   *
   * @throws CommandException if there is none
   */
  String secret(Surroundings around, Settings settings, String service) {
    String key =
        secret
            .or(
                () ->
                    settings.services().values().stream()
                        .filter(s -> s.service().name().equals(service))
                        .findFirst()
                        .flatMap(ServiceSettings::secrets)
                        .map(SecretSource::first))
            .or(() -> UpFolder.secretOf(data.folder(around), new Service(service)))
            .orElseThrow(
                () ->
                    CommandException.usage(
                        "no secret for %s: give --secret, configure services.%s.secrets, or start hookline up here"
                            .formatted(service, service)));
    if (key.isEmpty()) {
      throw CommandException.usage("--secret is empty");
    }
    return key;
  }
}
