package dev.hookline.bootstrap.config;

import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.pipeline.Routes;
import dev.hookline.http.github.rest.GitHubHook;
import dev.hookline.http.intake.Rate;
import dev.hookline.http.provider.ProviderProfile;
import dev.hookline.http.provider.RepositoryMapping;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The configuration, typed and checked. Immutable, but for secrets in files, which follow their
 * files; no {@code toString} shows a secret.
 *
 * @param services every service that is known, enabled or not, in the order of their profiles
 * @param reconcile with GitHub, which never retries by itself
 * @param traces whether anybody is told of them
 * @param retention how long settled history is kept
 * @param shutdownGrace how long what is in flight may take to finish
 */
public record Settings(
    Http http,
    Admin admin,
    Db db,
    Map<Service, ServiceSettings> services,
    Dispatch dispatch,
    Worker worker,
    Reconcile reconcile,
    Log log,
    Traces traces,
    Duration retention,
    Duration shutdownGrace) {

  /**
   * The intake.
   *
   * @param port 0 for a free one
   * @param maxBodyBytes the largest body taken
   * @param maxConnectionsPerAddress of one peer that is no trusted proxy; empty: a share of all
   * @param requestTimeout from a request's first byte to its last; half of it for the headers
   * @param maxInflightBytes of all bodies together
   * @param trustedProxies addresses and CIDR networks whose forwarding headers are believed
   */
  public record Http(
      String host,
      int port,
      int maxBodyBytes,
      int maxConnections,
      Optional<Integer> maxConnectionsPerAddress,
      Duration requestTimeout,
      long maxInflightBytes,
      List<String> trustedProxies) {}

  /**
   * The operators' endpoint.
   *
   * @param port 0 for a free one
   * @param hosts the names that a request's Host may have
   * @param token what requests must bear, if there is one
   */
  public record Admin(String host, int port, List<String> hosts, Optional<SecretSource> token) {

    /** Whether it can be reached from this machine alone. */
    public boolean isLoopback() {
      String plain = host.replace("[", "").replace("]", "").toLowerCase(Locale.ROOT);
      return plain.equals("localhost")
          || plain.equals("::1")
          || plain.equals("0:0:0:0:0:0:0:1")
          || plain.matches("127(\\.[0-9]{1,3}){3}");
    }
  }

  /**
   * The database.
   *
   * @param requireDurability whether a server that may lose what it has committed is refused
   */
  public record Db(
      Optional<String> url,
      Optional<String> user,
      Optional<SecretSource> password,
      boolean requireDurability) {
    @Override
    public String toString() {
      return "Db[url=%s, user=%s]".formatted(url.map(Texts::masked).orElse("none"), user);
    }
  }

  /**
   * One service.
   *
   * @param secrets those that may sign; empty: not enabled
   * @param tolerance how far a signed time may lie from now; empty where none is signed
   * @param rateLimit per client address
   * @param quota per tenant; over it an event's dispatch is put off
   */
  public record ServiceSettings(
      Service service,
      Optional<SecretSource> secrets,
      List<String> supportedEvents,
      ProviderProfile.RefuseWith refuseWith,
      Optional<Duration> tolerance,
      boolean replayGuard,
      Rate rateLimit,
      Optional<Rate> quota,
      Duration commitBudget,
      List<RepositoryMapping> repositories) {

    public boolean enabled() {
      return secrets.isPresent();
    }

    ServiceSettings withSecrets(Optional<SecretSource> others) {
      return new ServiceSettings(
          service,
          others,
          supportedEvents,
          refuseWith,
          tolerance,
          replayGuard,
          rateLimit,
          quota,
          commitBudget,
          repositories);
    }
  }

  /**
   * Where events go.
   *
   * @param targets by name; a single one is named for its type
   * @param routes name these targets alone
   */
  public record Dispatch(Map<String, Target> targets, Routes routes) {}

  /**
   * The outbox worker.
   *
   * @param concurrency dispatches at once
   * @param maxRate dispatches begun per second by this process; empty: unbounded
   * @param maxInflightBytes of all events in this process
   * @param lease how long a worker that has died holds its lanes
   * @param ordering whether one repository's events are dispatched in the order accepted
   */
  public record Worker(
      int concurrency,
      Optional<Integer> maxRate,
      long maxInflightBytes,
      int maxAttempts,
      Duration lease,
      Duration pollInterval,
      Duration backoffInitial,
      Duration backoffMax,
      Ordering ordering) {}

  /**
   * Reconciliation with GitHub.
   *
   * @param url of its REST API
   * @param token for hooks of repositories and organizations
   * @param appId with the private key, for the hook of a GitHub App
   * @param hooks whose logs are read
   * @param interval how often the workers reconcile; empty: not at all
   * @param since how far back they look
   */
  public record Reconcile(
      URI url,
      Optional<SecretSource> token,
      Optional<String> appId,
      Optional<SecretSource> privateKey,
      List<GitHubHook> hooks,
      Optional<Duration> interval,
      Duration since) {

    /** The same for other hooks. */
    public Reconcile withHooks(List<GitHubHook> others) {
      return new Reconcile(url, token, appId, privateKey, List.copyOf(others), interval, since);
    }

    /** What its hooks cannot be asked without, one line each. */
    public List<String> missing() {
      var missing = new ArrayList<String>();
      for (GitHubHook hook : hooks) {
        switch (hook) {
          case GitHubHook.OfApp _ -> {
            if (appId.isEmpty()) {
              missing.add(required("app-id", "APP_ID", hook));
            }
            if (privateKey.isEmpty()) {
              missing.add(required("private-key", "PRIVATE_KEY", hook));
            }
          }
          case GitHubHook.OfRepository _, GitHubHook.OfOrganization _ -> {
            if (token.isEmpty()) {
              missing.add(required("token", "TOKEN", hook));
            }
          }
        }
      }
      return missing;
    }

    private static String required(String key, String variable, GitHubHook hook) {
      return "reconcile.github.%s (HOOKLINE_RECONCILE_GITHUB_%s) is required for the hook %s"
          .formatted(key, variable, hook);
    }
  }

  /** What is kept in order. */
  public enum Ordering {
    STRICT,
    NONE
  }

  /**
   * What is logged, and how.
   *
   * @param format empty: text on a terminal, else JSON
   */
  public record Log(Optional<LogFormat> format, LogLevel level) {}

  /** How log lines look. */
  public enum LogFormat {
    TEXT,
    JSON
  }

  /** From which level on lines are written. */
  public enum LogLevel {
    ERROR,
    WARN,
    INFO,
    DEBUG,
    TRACE
  }

  /** What a process is started as; each needs something else of its configuration. */
  public enum Role {
    UP,
    SERVE,
    WORKER,
    /** Any other command. */
    TOOL
  }

  /** The services that have a secret. */
  public List<ServiceSettings> enabledServices() {
    return services.values().stream().filter(ServiceSettings::enabled).toList();
  }

  /** What the role still misses, one line each; empty if it can start. */
  public List<String> missingFor(Role role) {
    var missing = new ArrayList<String>();
    if (role == Role.SERVE && enabledServices().isEmpty()) {
      missing.add(
          services.keySet().stream()
              .map(
                  service ->
                      "HOOKLINE_%s_SECRETS".formatted(service.name().toUpperCase(Locale.ROOT)))
              .collect(Collectors.joining(", ", "no service is enabled: set one of ", "")));
    }
    if ((role == Role.SERVE || role == Role.WORKER) && db.url().isEmpty()) {
      missing.add("db.url (HOOKLINE_DB_URL) is not set");
    }
    return missing;
  }

  /**
   * The same, with other secrets for the services that have none.
   *
   * @param others empty for a service that stays without
   */
  public Settings withSecretsFrom(Function<Service, Optional<SecretSource>> others) {
    var all = new LinkedHashMap<Service, ServiceSettings>();
    services.forEach(
        (service, s) -> all.put(service, s.enabled() ? s : s.withSecrets(others.apply(service))));
    return new Settings(
        http, admin, db, all, dispatch, worker, reconcile, log, traces, retention, shutdownGrace);
  }

  /** The same, on this database. */
  public Settings withDb(Db other) {
    return new Settings(
        http,
        admin,
        other,
        services,
        dispatch,
        worker,
        reconcile,
        log,
        traces,
        retention,
        shutdownGrace);
  }

  /** The same, with other hooks to reconcile. */
  public Settings withHooks(List<GitHubHook> hooks) {
    return new Settings(
        http,
        admin,
        db,
        services,
        dispatch,
        worker,
        reconcile.withHooks(hooks),
        log,
        traces,
        retention,
        shutdownGrace);
  }
}
