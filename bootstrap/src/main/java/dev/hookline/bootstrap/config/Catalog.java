package dev.hookline.bootstrap.config;

import dev.hookline.bootstrap.config.Setting.Shape;
import dev.hookline.bootstrap.config.Settings.LogFormat;
import dev.hookline.bootstrap.config.Settings.LogLevel;
import dev.hookline.bootstrap.config.Settings.Ordering;
import dev.hookline.domain.pipeline.Routes;
import dev.hookline.http.github.rest.GitHubHook;
import dev.hookline.http.intake.Rate;
import dev.hookline.http.provider.ProviderProfile;
import dev.hookline.http.provider.ProviderProfile.RefuseWith;
import dev.hookline.http.provider.RepositoryMapping;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Every key there is: the one place that parsing, the listing of the configuration, the search for
 * unknown keys and the documentation share.
 */
final class Catalog {
  static final String DEFAULT_TOPIC = "hookline.events";

  private static final List<String> GROUPS =
      List.of(
          "http",
          "admin",
          "db",
          "services",
          "dispatch",
          "worker",
          "reconcile",
          "log",
          "retention",
          "shutdown-grace");

  private final List<Setting<?>> all = new ArrayList<>();
  private final LongSupplier nanos;

  final Setting<String> httpHost =
      add(Setting.value("http.host", "0.0.0.0", "where the intake listens", Readers.HOSTNAME));
  final Setting<Integer> httpPort =
      add(Setting.value("http.port", "8080", "its port; 0: a free one", Readers.PORT));
  final Setting<Integer> httpMaxBodyBytes =
      add(
          Setting.value(
              "http.max-body-bytes",
              "26214400",
              "largest body taken; GitHub's own cap",
              Readers.integer(1, 1 << 30, "bytes")));
  final Setting<Integer> httpMaxConnections =
      add(
          Setting.value(
              "http.max-connections",
              "4096",
              "connections at once",
              Readers.integer(1, 1_000_000, "a number")));
  final Setting<Integer> httpMaxConnectionsPerAddress =
      add(
          Setting.value(
              "http.max-connections-per-address",
              "",
              "of one peer that is no trusted proxy; if empty a quarter of all, and any number from"
                  + " this machine",
              Readers.integer(1, 1_000_000, "a number")));
  final Setting<Duration> httpRequestTimeout =
      add(
          Setting.value(
              "http.request-timeout",
              "PT10S",
              "from a request's first byte to its last; half of it for the headers",
              Readers.duration("PT0.1S", "PT10M")));
  final Setting<Long> httpMaxInflightBytes =
      add(
          Setting.value(
              "http.max-inflight-bytes",
              "268435456",
              "of all bodies together; at most an eighth of the heap, or one largest body",
              Readers.whole(1, 1L << 40, "bytes")));
  final Setting<List<String>> httpTrustedProxies =
      add(
          Setting.list(
              "http.trusted-proxies",
              "",
              "networks whose X-Forwarded-For or Forwarded is believed",
              Readers.NETWORKS));

  final Setting<String> adminHost =
      add(
          Setting.value(
              "admin.host", "127.0.0.1", "where the admin endpoint listens", Readers.HOSTNAME));
  final Setting<Integer> adminPort;
  final Setting<List<String>> adminHosts =
      add(
          Setting.list(
              "admin.hosts",
              "localhost,127.0.0.1,[::1]",
              "the Host names it answers to",
              Readers.SOME_NAMES));
  final Setting<SecretSource> adminToken =
      add(secret("admin.token", "required once admin.host is not loopback"));

  final Setting<String> dbUrl =
      add(
          Setting.value(
              "db.url", "", "jdbc:postgresql://HOST/DATABASE; up: embedded", Readers.JDBC_URL));
  final Setting<String> dbUser = add(Setting.value("db.user", "", "its role", Readers.TEXT));
  final Setting<SecretSource> dbPassword = add(secret("db.password", "its password"));
  final Setting<Boolean> dbRequireDurability =
      add(
          Setting.value(
              "db.require-durability",
              "true",
              "whether a server with fsync or full_page_writes off is refused",
              Readers.YES_OR_NO));

  final Map<ProviderProfile, ServiceKeys> services = new LinkedHashMap<>();

  final Setting<String> dispatchTarget =
      add(
          Setting.value(
              "dispatch.target",
              "log",
              "log, exec, http or kafka",
              written ->
                  switch (written.text().strip()) {
                    case "log", "exec", "http", "kafka" -> written.text().strip();
                    default ->
                        throw Readers.bad("not one of log, exec, http, kafka", written.text());
                  }));
  final Setting<Duration> dispatchTimeout =
      add(
          Setting.value(
              "dispatch.timeout",
              "PT10S",
              "for one attempt at any target",
              Readers.duration("PT0.1S", "PT1H")));
  final Setting<URI> dispatchHttpUrl =
      add(Setting.value("dispatch.http.url", "", "where events are posted", Readers.TARGET_URL));
  final Setting<SecretSource> dispatchHttpSecret =
      add(secret("dispatch.http.secret", "signs them by Standard Webhooks"));
  final Setting<List<String>> dispatchExecCommand =
      add(
          Setting.value(
              "dispatch.exec.command", "", "the program run for each event", Readers.COMMAND));
  final Setting<List<String>> dispatchKafkaServers =
      add(
          Setting.value(
              "dispatch.kafka.bootstrap-servers", "", "HOST:PORT, …", Readers.HOSTS_AND_PORTS));
  final Setting<String> dispatchKafkaTopic =
      add(Setting.value("dispatch.kafka.topic", DEFAULT_TOPIC, "the topic", Readers.NOT_BLANK));
  final Setting<Map<String, Function<Duration, Target>>> dispatchTargets;
  final Setting<Routes> dispatchRoutes;

  final Setting<Integer> workerConcurrency =
      add(
          Setting.value(
              "worker.concurrency",
              "32",
              "dispatches at once",
              Readers.integer(1, 10_000, "a number")));
  final Setting<Integer> workerMaxRate =
      add(
          Setting.value(
              "worker.max-rate",
              "",
              "dispatches begun per second by one worker process; unbounded if empty",
              Readers.integer(1, 1_000_000, "a number")));
  final Setting<Long> workerMaxInflightBytes =
      add(
          Setting.value(
              "worker.max-inflight-bytes",
              "268435456",
              "of all events in one worker process; at most an eighth of the heap",
              Readers.whole(1, 1L << 40, "bytes")));
  final Setting<Integer> workerMaxAttempts =
      add(
          Setting.value(
              "worker.max-attempts",
              "20",
              "attempts before a pipeline is FAILED",
              Readers.integer(1, 1000, "a number")));
  final Setting<Duration> workerLease =
      add(
          Setting.value(
              "worker.lease",
              "PT8S",
              "how long a dead worker holds its lanes",
              Readers.duration("PT1S", "PT10M")));
  final Setting<Duration> workerPollInterval =
      add(
          Setting.value(
              "worker.poll-interval",
              "PT1S",
              "how often an idle worker looks",
              Readers.duration("PT0.01S", "PT1M")));
  final Setting<Duration> workerBackoffInitial =
      add(
          Setting.value(
              "worker.backoff.initial",
              "PT1S",
              "longest wait after the first failure",
              Readers.duration("PT0.001S", "PT1H")));
  final Setting<Duration> workerBackoffMax =
      add(
          Setting.value(
              "worker.backoff.max",
              "PT5M",
              "longest wait after any failure",
              Readers.duration("PT0.001S", "P7D")));
  final Setting<Ordering> workerOrdering =
      add(
          Setting.value(
              "worker.ordering",
              "strict",
              "strict: one repository's events in the order accepted; none",
              Readers.oneOf(Ordering.class)));

  final Setting<URI> reconcileGitHubUrl =
      add(
          Setting.value(
              "reconcile.github.url",
              "https://api.github.com",
              "its REST API; an Enterprise Server's: https://HOST/api/v3",
              Readers.API_URL));
  final Setting<SecretSource> reconcileGitHubToken =
      add(secret("reconcile.github.token", "for hooks of repositories and organizations"));
  final Setting<String> reconcileGitHubAppId =
      add(
          Setting.value(
              "reconcile.github.app-id", "", "the GitHub App's, for its hook", Readers.WORD));
  final Setting<SecretSource> reconcileGitHubPrivateKey =
      add(secret("reconcile.github.private-key", "the GitHub App's, in PEM"));
  final Setting<List<GitHubHook>> reconcileGitHubHooks =
      add(
          Setting.list(
              "reconcile.github.hooks",
              "",
              "whose logs are read: OWNER/NAME/ID, ORGANIZATION/ID or app",
              written -> Readers.NAMES.read(written).stream().map(GitHubHook::parse).toList()));
  final Setting<Duration> reconcileGitHubInterval =
      add(
          Setting.value(
              "reconcile.github.interval",
              "",
              "how often the workers reconcile; not at all without it",
              Readers.duration("PT1M", "P1D")));
  final Setting<Duration> reconcileGitHubSince =
      add(
          Setting.value(
              "reconcile.github.since",
              "PT3H",
              "how far back they look",
              Readers.duration("PT1M", "P3D")));

  final Setting<LogFormat> logFormat =
      add(
          Setting.value(
              "log.format",
              "",
              "text or json; text on a terminal, else json",
              Readers.oneOf(LogFormat.class)));
  final Setting<LogLevel> logLevel =
      add(
          Setting.value(
              "log.level",
              "INFO",
              "error, warn, info, debug or trace",
              Readers.oneOf(LogLevel.class)));
  final Setting<Duration> retention =
      add(
          Setting.value(
              "retention",
              "P30D",
              "how long settled history is kept",
              Readers.duration("P1D", "P3650D")));
  final Setting<Duration> shutdownGrace =
      add(
          Setting.value(
              "shutdown-grace",
              "PT20S",
              "for what is in flight at the end",
              Readers.duration("PT0S", "PT1H")));

  /** The keys of one service. */
  record ServiceKeys(
      Setting<SecretSource> secrets,
      Setting<List<String>> supportedEvents,
      Setting<RefuseWith> refuseWith,
      Setting<Duration> tolerance,
      Setting<Boolean> replayGuard,
      Setting<Rate> rateLimit,
      Setting<Rate> quota,
      Setting<Duration> commitBudget,
      Setting<List<RepositoryMapping>> repositories) {}

  /**
   * @param nanos a steady clock in nanoseconds, for secrets that follow their files
   */
  Catalog(List<ProviderProfile> profiles, int defaultAdminPort, LongSupplier nanos) {
    this.nanos = nanos;
    adminPort =
        add(
            Setting.value(
                "admin.port",
                Integer.toString(defaultAdminPort),
                "its port; 0: a free one; worker: 8082",
                Readers.PORT));
    dispatchTargets =
        add(
            Setting.structure(
                "dispatch.targets",
                "several targets by name, instead of the single one",
                Structures.targets(this::now)));
    dispatchRoutes =
        add(
            Setting.structure(
                "dispatch.routes",
                "which events go to which of them; the first match wins",
                Structures.routes(profiles.stream().map(ProviderProfile::service).toList())));
    for (ProviderProfile profile : profiles) {
      services.put(profile, serviceKeys(profile));
    }
  }

  private ServiceKeys serviceKeys(ProviderProfile profile) {
    String prefix = "services." + profile.service().name() + ".";
    return new ServiceKeys(
        add(
            Setting.secret(
                prefix + "secrets",
                Shape.LIST,
                "any of which may sign; enables the service",
                written -> SecretSource.of(written.items()))),
        add(
            Setting.list(
                prefix + "supported-events",
                String.join(",", profile.supportedEvents()),
                "TYPE, TYPE.ACTION or *",
                Readers.SOME_NAMES)),
        add(
            Setting.value(
                prefix + "refuse-with",
                profile.refuseWith().name().toLowerCase(Locale.ROOT),
                "status: unwanted events are answered 400 or 422; acknowledge: as accepted",
                Readers.oneOf(RefuseWith.class))),
        add(
            Setting.value(
                prefix + "tolerance",
                profile.tolerance().map(Duration::toString).orElse(""),
                "how far a signed time may lie from now",
                written -> {
                  if (profile.tolerance().isEmpty()) {
                    throw new IllegalArgumentException(
                        profile.service().name() + " signs no time, so there is none to tolerate");
                  }
                  return Readers.duration("PT1S", "P7D").read(written);
                })),
        add(
            Setting.value(
                    prefix + "replay-guard",
                    "true",
                    "whether a signed body that comes again is a duplicate under any id;"
                        + " false for github lets two equal workflow_dispatch or"
                        + " repository_dispatch through",
                    Readers.YES_OR_NO)
                .alsoSetBy("HOOKLINE_REPLAY_GUARD")),
        add(
            Setting.value(
                prefix + "rate-limit",
                "500:1000",
                "RPS:BURST per client address",
                Readers.RATE_AND_BURST)),
        add(
            Setting.value(
                prefix + "quota",
                "",
                "RPS:BURST per tenant; over it dispatch is put off",
                Readers.RATE_AND_BURST)),
        add(
            Setting.value(
                prefix + "commit-budget",
                profile.commitBudget().toString(),
                "how long a request may wait for its commit",
                Readers.duration("PT0.05S", "PT1M"))),
        add(
            Setting.structure(
                prefix + "repositories",
                "which repository an event belongs to",
                Structures.mappings(profile.matchKeys()))));
  }

  /** What only a single target of a type, named here, is made of. */
  SortedMap<String, List<Setting<?>>> keysOfSingleTargets() {
    return new TreeMap<>(
        Map.<String, List<Setting<?>>>of(
            "exec", List.of(dispatchExecCommand),
            "http", List.of(dispatchHttpUrl, dispatchHttpSecret),
            "kafka", List.of(dispatchKafkaServers, dispatchKafkaTopic)));
  }

  /** Reads a secret's file form. */
  SecretSource inFile(Setting<?> setting, String file) {
    return SecretSource.inFile(Path.of(file), setting.shape() == Shape.LIST, this::now);
  }

  /** Every setting, those of one group together. */
  List<Setting<?>> all() {
    return all.stream()
        .sorted(Comparator.comparingInt(setting -> GROUPS.indexOf(groupOf(setting.key()))))
        .toList();
  }

  private static String groupOf(String key) {
    int dot = key.indexOf('.');
    return dot < 0 ? key : key.substring(0, dot);
  }

  private long now() {
    return nanos.getAsLong();
  }

  private <T> Setting<T> add(Setting<T> setting) {
    all.add(setting);
    return setting;
  }

  private static Setting<SecretSource> secret(String key, String description) {
    return Setting.secret(
        key, Shape.VALUE, description, written -> SecretSource.of(List.of(written.text())));
  }
}
