package dev.hookline.bootstrap.config;

import dev.hookline.bootstrap.config.Settings.Role;
import dev.hookline.bootstrap.config.Settings.ServiceSettings;
import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.pipeline.Route;
import dev.hookline.domain.pipeline.Routes;
import dev.hookline.http.github.rest.AppToken;
import dev.hookline.http.provider.ProviderProfile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * The configuration as it is in force: the typed settings, where each value comes from, and what is
 * unwise though allowed.
 *
 * <p>Defaults, below the YAML file, below environment variables. An empty variable counts as not
 * set, unless it is a secret's.
 *
 * @param values every setting, secrets masked
 * @param warnings one line each
 */
public record Configuration(Settings settings, List<EffectiveValue> values, List<String> warnings) {
  private static final int WORKER_ADMIN_PORT = 8082;
  private static final int ADMIN_PORT = 8081;
  private static final int SHORT_SECRET = 16;

  /**
   * Where to read from.
   *
   * @param folder the working folder
   * @param file the file that was asked for by name, which must then be there
   * @param environment of the process
   * @param nanos a steady clock in nanoseconds, such as {@link System#nanoTime}
   */
  public record Sources(
      Path folder, Optional<Path> file, Map<String, String> environment, LongSupplier nanos) {}

  /**
   * Reads and checks everything.
   *
   * @param role decides the admin endpoint's default port; what else the role needs, {@link
   *     Settings#missingFor} says
   * @param profiles the services there are
   * @throws InvalidSettingsException with every problem at once
   */
  public static Configuration load(Sources sources, Role role, List<ProviderProfile> profiles) {
    var catalog =
        new Catalog(
            profiles, role == Role.WORKER ? WORKER_ADMIN_PORT : ADMIN_PORT, sources.nanos());
    var layers = Layers.open(sources, catalog);
    var loader = new Loader(catalog, layers, role);
    Settings settings = loader.settings(Traces.of(sources.environment()));
    if (role != Role.TOOL) {
      settings.traces().problems().forEach(layers::problem);
    }
    if (!layers.problems().isEmpty()) {
      throw new InvalidSettingsException(layers.problems().stream().distinct().toList());
    }
    return new Configuration(settings, layers.effective(), List.copyOf(loader.warnings));
  }

  /** Turns layers into settings, and checks what more than one key takes part in. */
  private static final class Loader {
    private final Catalog catalog;
    private final Layers layers;
    private final Role role;
    private final List<String> warnings = new ArrayList<>();

    Loader(Catalog catalog, Layers layers, Role role) {
      this.catalog = catalog;
      this.layers = layers;
      this.role = role;
    }

    Settings settings(Traces traces) {
      var http =
          new Settings.Http(
              layers.get(catalog.httpHost),
              layers.get(catalog.httpPort),
              layers.get(catalog.httpMaxBodyBytes),
              layers.get(catalog.httpMaxConnections),
              layers.find(catalog.httpMaxConnectionsPerAddress),
              layers.get(catalog.httpRequestTimeout),
              layers.get(catalog.httpMaxInflightBytes),
              layers.get(catalog.httpTrustedProxies));
      if (http.maxInflightBytes() < http.maxBodyBytes()) {
        warnings.add(
            "http.max-inflight-bytes is below http.max-body-bytes: the largest bodies are never"
                + " taken");
      }
      var admin =
          new Settings.Admin(
              layers.get(catalog.adminHost),
              layers.get(catalog.adminPort),
              layers.get(catalog.adminHosts),
              layers.find(catalog.adminToken));
      if (!admin.isLoopback() && layers.isUnset(catalog.adminToken)) {
        layers.problem(
            "admin.token (HOOKLINE_ADMIN_TOKEN) is required, because admin.host is not loopback: \""
                + admin.host()
                + "\"");
      }
      var db =
          new Settings.Db(
              layers.find(catalog.dbUrl),
              layers.find(catalog.dbUser),
              layers.find(catalog.dbPassword),
              layers.get(catalog.dbRequireDurability));
      return new Settings(
          http,
          admin,
          db,
          services(),
          dispatch(),
          worker(),
          reconcile(),
          new Settings.Log(layers.find(catalog.logFormat), layers.get(catalog.logLevel)),
          traces,
          layers.get(catalog.retention),
          layers.get(catalog.shutdownGrace));
    }

    private Map<Service, ServiceSettings> services() {
      var services = new LinkedHashMap<Service, ServiceSettings>();
      catalog.services.forEach(
          (profile, keys) ->
              services.put(
                  profile.service(),
                  new ServiceSettings(
                      profile.service(),
                      layers.find(keys.secrets()),
                      layers.get(keys.supportedEvents()),
                      layers.get(keys.refuseWith()),
                      layers.find(keys.tolerance()),
                      layers.get(keys.replayGuard()),
                      layers.get(keys.rateLimit()),
                      layers.find(keys.quota()),
                      layers.get(keys.commitBudget()),
                      layers.find(keys.repositories()).orElse(List.of()))));
      checkSecrets(services);
      return services;
    }

    private void checkSecrets(Map<Service, ServiceSettings> services) {
      var owners = new HashMap<String, Service>();
      services.forEach(
          (service, settings) -> {
            String key = "services." + service.name() + ".secrets";
            for (String secret : settings.secrets().map(SecretSource::get).orElse(List.of())) {
              Service owner = owners.putIfAbsent(secret, service);
              if (owner != null && !owner.equals(service)) {
                layers.problem(
                    "%s: the same secret as one of services.%s.secrets"
                        .formatted(key, owner.name()));
              }
              if (secret.getBytes(StandardCharsets.UTF_8).length < SHORT_SECRET) {
                warnings.add("%s: a secret is shorter than %d bytes".formatted(key, SHORT_SECRET));
              }
            }
          });
    }

    private Settings.Worker worker() {
      var worker =
          new Settings.Worker(
              layers.get(catalog.workerConcurrency),
              layers.find(catalog.workerMaxRate),
              layers.get(catalog.workerMaxInflightBytes),
              layers.get(catalog.workerMaxAttempts),
              layers.get(catalog.workerLease),
              layers.get(catalog.workerPollInterval),
              layers.get(catalog.workerBackoffInitial),
              layers.get(catalog.workerBackoffMax),
              layers.get(catalog.workerOrdering));
      if (worker.backoffMax().compareTo(worker.backoffInitial()) < 0) {
        layers.problem(
            "worker.backoff.max (HOOKLINE_WORKER_BACKOFF_MAX): %s is below worker.backoff.initial, %s"
                .formatted(worker.backoffMax(), worker.backoffInitial()));
      }
      return worker;
    }

    private Settings.Reconcile reconcile() {
      var reconcile =
          new Settings.Reconcile(
              layers.get(catalog.reconcileGitHubUrl),
              layers.find(catalog.reconcileGitHubToken),
              layers.find(catalog.reconcileGitHubAppId),
              layers.find(catalog.reconcileGitHubPrivateKey),
              layers.get(catalog.reconcileGitHubHooks),
              layers.find(catalog.reconcileGitHubInterval),
              layers.get(catalog.reconcileGitHubSince));
      boolean unreadable =
          Stream.<Setting<?>>of(
                  catalog.reconcileGitHubToken,
                  catalog.reconcileGitHubAppId,
                  catalog.reconcileGitHubPrivateKey)
              .anyMatch(key -> !layers.isUnset(key) && layers.find(key).isEmpty());
      if (!unreadable) {
        reconcile.missing().forEach(layers::problem);
      }
      checkKey(reconcile);
      checkSchedule(reconcile);
      if (reconcile.url().getScheme().equalsIgnoreCase("http") && !reconcile.hooks().isEmpty()) {
        warnings.add("reconcile.github.url: http sends the token for everybody on the way to read");
      }
      return reconcile;
    }

    private void checkKey(Settings.Reconcile reconcile) {
      try {
        reconcile.privateKey().ifPresent(key -> key.requiring(AppToken::requireKey));
      } catch (IllegalArgumentException e) {
        layers.problem(
            "reconcile.github.private-key (HOOKLINE_RECONCILE_GITHUB_PRIVATE_KEY): "
                + e.getMessage());
      }
    }

    private void checkSchedule(Settings.Reconcile reconcile) {
      Duration since = reconcile.since();
      String key = "reconcile.github.since (HOOKLINE_RECONCILE_GITHUB_SINCE): " + since;
      Duration kept = layers.get(catalog.retention);
      if (since.compareTo(kept) > 0) {
        layers.problem(
            key + " is longer than retention, " + kept + ": what was forgotten would come again");
      }
      if (reconcile.interval().filter(interval -> interval.compareTo(since) > 0).isPresent()) {
        layers.problem(key + " is shorter than reconcile.github.interval: it would leave gaps");
      }
      if (reconcile.interval().isPresent()
          && reconcile.hooks().isEmpty()
          && layers.isUnset(catalog.reconcileGitHubHooks)) {
        layers.problem(
            "reconcile.github.hooks (HOOKLINE_RECONCILE_GITHUB_HOOKS) is required for"
                + " reconcile.github.interval");
      }
    }

    private Settings.Dispatch dispatch() {
      Duration timeout = layers.get(catalog.dispatchTimeout);
      Optional<Map<String, Function<Duration, Target>>> several =
          layers.find(catalog.dispatchTargets);
      Optional<Routes> routes = layers.find(catalog.dispatchRoutes);
      if (layers.isUnset(catalog.dispatchTargets)) {
        if (!layers.isUnset(catalog.dispatchRoutes)) {
          layers.problem("dispatch.routes: there are no dispatch.targets to route to");
        }
        return single(timeout);
      }
      if (!layers.isUnset(catalog.dispatchTarget)) {
        layers.problem("dispatch.target: set beside dispatch.targets, which take its place");
      }
      catalog.keysOfSingleTargets().values().stream()
          .flatMap(List::stream)
          .filter(key -> !layers.isUnset(key))
          .forEach(key -> withoutEffect(key, "set beside dispatch.targets, which take its place"));
      if (layers.isUnset(catalog.dispatchRoutes)) {
        layers.problem(
            "dispatch.routes is missing: with dispatch.targets alone nothing would be dispatched");
      }
      var targets = new LinkedHashMap<String, Target>();
      several.orElse(Map.of()).forEach((name, target) -> targets.put(name, target.apply(timeout)));
      // What could not be read is a problem already, and would make others of what is right.
      if (several.isPresent() && routes.isPresent()) {
        checkRoutes(routes.get(), targets.keySet());
      }
      return new Settings.Dispatch(targets, routes.orElse(new Routes(List.of())));
    }

    private void checkRoutes(Routes routes, Set<String> targets) {
      for (String target : routes.targets()) {
        if (!targets.contains(target)) {
          layers.problem(
              "dispatch.routes: unknown target \"%s\"%s"
                  .formatted(target, Layers.hint(target, targets)));
        }
      }
      for (String target : targets) {
        if (!routes.targets().contains(target)) {
          warnings.add("dispatch.targets.%s: no route names it".formatted(target));
        }
      }
      List<Route> inOrder = routes.inOrder();
      for (int i = 0; i < inOrder.size() - 1; i++) {
        if (inOrder.get(i).match().isEverything()) {
          warnings.add(
              "dispatch.routes[%d] takes every event: what stands after it is never reached"
                  .formatted(i));
          return;
        }
      }
    }

    private Settings.Dispatch single(Duration timeout) {
      String type = layers.get(catalog.dispatchTarget);
      Optional<SecretSource> secret = signingKey();
      checkKeysOfOtherTargets(type);
      String topic = layers.get(catalog.dispatchKafkaTopic);
      Optional<Target> target =
          switch (type) {
            case "exec" ->
                needed(type, catalog.dispatchExecCommand)
                    .map(command -> new Target.Exec(command, timeout));
            case "http" ->
                needed(type, catalog.dispatchHttpUrl)
                    .map(url -> new Target.Http(url, secret, timeout));
            case "kafka" ->
                needed(type, catalog.dispatchKafkaServers)
                    .map(servers -> new Target.Kafka(servers, topic, timeout));
            case "log" -> Optional.of(new Target.Log(timeout));
            default -> throw new IllegalStateException("no target is made of " + type);
          };
      return new Settings.Dispatch(
          target.map(t -> Map.of(type, t)).orElse(Map.of()), Routes.toOnly(type));
    }

    private Optional<SecretSource> signingKey() {
      Optional<SecretSource> secret = layers.find(catalog.dispatchHttpSecret);
      try {
        return secret.map(Readers::signingKey);
      } catch (IllegalArgumentException e) {
        layers.problem(named(catalog.dispatchHttpSecret) + ": " + e.getMessage());
        return secret;
      }
    }

    private void checkKeysOfOtherTargets(String type) {
      boolean chosen = !layers.isUnset(catalog.dispatchTarget);
      catalog
          .keysOfSingleTargets()
          .forEach(
              (other, keys) -> {
                for (Setting<?> key : keys) {
                  if (other.equals(type) || layers.isUnset(key)) {
                    continue;
                  }
                  if (chosen) {
                    warnings.add(
                        "%s: has no effect with dispatch.target %s".formatted(named(key), type));
                  } else {
                    withoutEffect(
                        key,
                        "has no effect with dispatch.target %s, the default; set %s to %s"
                            .formatted(type, catalog.dispatchTarget.env().getFirst(), other));
                  }
                }
              });
    }

    /** Events would be DISPATCHED to somewhere else than was meant, and nobody be told. */
    private void withoutEffect(Setting<?> key, String why) {
      String line = named(key) + ": " + why;
      if (role == Role.WORKER || role == Role.UP) {
        layers.problem(line);
      } else {
        warnings.add(line);
      }
    }

    private static String named(Setting<?> setting) {
      return "%s (%s)".formatted(setting.key(), setting.env().getFirst());
    }

    private <T> Optional<T> needed(String type, Setting<T> setting) {
      if (layers.isUnset(setting)) {
        layers.problem("%s is required for dispatch.target %s".formatted(named(setting), type));
      }
      return layers.find(setting);
    }
  }

  /** Every key with its variables and default, for whoever documents them. */
  public static List<EffectiveValue> defaults(List<ProviderProfile> profiles) {
    var catalog = new Catalog(profiles, ADMIN_PORT, System::nanoTime);
    return catalog.all().stream()
        .map(
            setting ->
                new EffectiveValue(
                    setting.key(),
                    setting.env(),
                    setting.defaultText().orElse(""),
                    "default",
                    setting.description()))
        .toList();
  }
}
