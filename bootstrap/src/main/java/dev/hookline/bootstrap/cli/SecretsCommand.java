package dev.hookline.bootstrap.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.hookline.application.secret.SecretStanding;
import dev.hookline.application.secret.SecretUse;
import dev.hookline.bootstrap.config.SecretSource;
import dev.hookline.bootstrap.config.Settings;
import dev.hookline.bootstrap.config.Settings.ServiceSettings;
import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.handler.SecretFingerprint;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "secrets",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "(status)",
    description = "Watch secrets rotate.")
final class SecretsCommand implements Runnable {
  private final Surroundings around;
  private final Commands commands;

  @Spec private CommandSpec spec = CommandSpec.create();

  SecretsCommand(Surroundings around, Commands commands) {
    this.around = around;
    this.commands = commands;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "status?");
  }

  @Command(
      name = "status",
      mixinStandardHelpOptions = true,
      description = {
        "Tell of each configured secret when something last came that it had signed, and which can"
            + " be removed.",
        "Secrets are named by position and fingerprint, never shown. Intakes put on record once a"
            + " minute what they have seen."
      })
  int status(
      @Mixin ConfigOptions options,
      @Mixin DataOption data,
      @Option(names = "--json", description = "as JSON") boolean json) {
    Settings settings = options.loadWithDatabase(around, data);
    if (settings.enabledServices().isEmpty()) {
      throw CommandException.usage(
          "no service has a secret here: set HOOKLINE_GITHUB_SECRETS, or that of another service");
    }
    Map<Service, List<SecretStanding>> standings;
    try (Inspection inspection = commands.inspect(settings)) {
      standings = standings(settings, inspection.secretUses().list());
    }
    if (json) {
      printJson(standings);
    } else {
      print(standings);
    }
    return ExitCode.DONE;
  }

  private static Map<Service, List<SecretStanding>> standings(
      Settings settings, List<SecretUse> uses) {
    var standings = new LinkedHashMap<Service, List<SecretStanding>>();
    for (ServiceSettings service : settings.enabledServices()) {
      standings.put(
          service.service(),
          SecretStanding.of(
              service.secrets().map(SecretSource::get).orElse(List.of()).stream()
                  .map(SecretFingerprint::of)
                  .toList(),
              uses.stream().filter(use -> use.service().equals(service.service())).toList()));
    }
    return standings;
  }

  private void print(Map<Service, List<SecretStanding>> standings) {
    var table =
        new Table(List.of("SERVICE", "SECRET", "FINGERPRINT", "LAST MATCHED", "DELIVERIES"));
    standings.forEach(
        (service, secrets) ->
            secrets.forEach(
                secret ->
                    table.row(
                        service.name(),
                        Integer.toString(secret.position()),
                        secret.fingerprint().value(),
                        secret.use().map(use -> seconds(use.lastMatchedAt())).orElse("never"),
                        secret.use().map(use -> Long.toString(use.deliveries())).orElse("0"))));
    around.out().print(table.text(around.colours()));
    around.out().println();
    standings.forEach(
        (service, secrets) ->
            secrets.forEach(
                secret -> around.out().printf("%s: %s%n", service, words(secret, secrets))));
  }

  private static String words(SecretStanding secret, List<SecretStanding> all) {
    String name = "secret %d (%s)".formatted(secret.position(), secret.fingerprint());
    return switch (secret.state()) {
      case NEVER_USED -> name + " has signed nothing yet.";
      case IN_USE ->
          name
              + " is in use since %s.".formatted(first(secret).orElse("?"))
              + (all.size() == 1 ? "" : " It signed what came last.");
      case USED_LATELY ->
          name
              + " was used until %s: keep it until another has been in use without it for %d hours."
                  .formatted(last(secret).orElse("?"), SecretStanding.QUIET.toHours());
      case NO_LONGER_USED ->
          name
              + " has not been used since %s, while %s: it can be removed."
                  .formatted(last(secret).orElse("?"), newer(all));
    };
  }

  private static String newer(List<SecretStanding> all) {
    return all.stream()
        .filter(other -> other.state() == SecretStanding.State.IN_USE)
        .map(
            other ->
                "secret %d (%s) is in use since %s"
                    .formatted(other.position(), other.fingerprint(), first(other).orElse("?")))
        .findFirst()
        .orElse("another is in use");
  }

  private static Optional<String> first(SecretStanding secret) {
    return secret.use().map(use -> seconds(use.firstMatchedAt()));
  }

  private static Optional<String> last(SecretStanding secret) {
    return secret.use().map(use -> seconds(use.lastMatchedAt()));
  }

  private static String seconds(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  private void printJson(Map<Service, List<SecretStanding>> standings) {
    var mapper = JsonMapper.builder().build();
    var whole = mapper.createObjectNode();
    var services = whole.putArray("services");
    standings.forEach(
        (service, secrets) -> {
          var entry = services.addObject();
          entry.put("service", service.name());
          ArrayNode list = entry.putArray("secrets");
          secrets.forEach(
              secret ->
                  list.addObject()
                      .put("position", secret.position())
                      .put("fingerprint", secret.fingerprint().value())
                      .put("state", secret.state().name().toLowerCase(Locale.ROOT))
                      .put(
                          "first_matched_at",
                          secret.use().map(use -> use.firstMatchedAt().toString()).orElse(null))
                      .put(
                          "last_matched_at",
                          secret.use().map(use -> use.lastMatchedAt().toString()).orElse(null))
                      .put("deliveries", secret.use().map(SecretUse::deliveries).orElse(0L)));
        });
    around.out().println(whole);
  }
}
