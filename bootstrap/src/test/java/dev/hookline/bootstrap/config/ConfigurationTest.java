package dev.hookline.bootstrap.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.bootstrap.config.Configuration.Sources;
import dev.hookline.bootstrap.config.Settings.Role;
import dev.hookline.bootstrap.config.Settings.ServiceSettings;
import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.event.Glob;
import dev.hookline.domain.pipeline.Route;
import dev.hookline.domain.pipeline.Routes;
import dev.hookline.http.github.rest.GitHubHook;
import dev.hookline.http.intake.Rate;
import dev.hookline.http.provider.ProviderProfile;
import dev.hookline.http.provider.ProviderProfile.RefuseWith;
import dev.hookline.http.testing.RsaKeys;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigurationTest {
  private static final Service GITHUB = new Service("github");
  private static final Service SLACK = new Service("slack");
  private static final Service LINEAR = new Service("linear");

  @TempDir private Path folder = Path.of("");

  @Test
  void defaultsAreTheContracts() {
    Settings settings = load(Map.of()).settings();

    assertEquals("0.0.0.0", settings.http().host());
    assertEquals(8080, settings.http().port());
    assertEquals(26214400, settings.http().maxBodyBytes());
    assertEquals(4096, settings.http().maxConnections());
    assertEquals(Duration.ofSeconds(10), settings.http().requestTimeout());
    assertEquals(268435456, settings.http().maxInflightBytes());
    assertEquals(List.of(), settings.http().trustedProxies());
    assertEquals("127.0.0.1", settings.admin().host());
    assertEquals(8081, settings.admin().port());
    assertTrue(settings.admin().isLoopback());
    assertEquals(Duration.ofDays(30), settings.retention());
    assertEquals(Duration.ofSeconds(20), settings.shutdownGrace());
    assertEquals(32, settings.worker().concurrency());
    assertEquals(Optional.empty(), settings.worker().maxRate());
    assertEquals(20, settings.worker().maxAttempts());
    assertEquals(Duration.ofSeconds(8), settings.worker().lease());
    assertEquals(Duration.ofSeconds(1), settings.worker().pollInterval());
    assertEquals(Duration.ofSeconds(1), settings.worker().backoffInitial());
    assertEquals(Duration.ofMinutes(5), settings.worker().backoffMax());
    assertEquals(Settings.Ordering.STRICT, settings.worker().ordering());
    assertEquals(
        Map.of("log", new Target.Log(Duration.ofSeconds(10))), settings.dispatch().targets());
    assertEquals(Optional.empty(), settings.log().format());
    assertEquals(List.of(), settings.enabledServices());

    ServiceSettings github = service(settings, GITHUB);
    assertEquals(List.of("issue_comment", "pull_request", "push"), github.supportedEvents());
    assertEquals(RefuseWith.STATUS, github.refuseWith());
    assertEquals(Optional.empty(), github.tolerance());
    assertTrue(github.replayGuard());
    assertEquals(new Rate(500, 1000), github.rateLimit());
    assertEquals(Optional.empty(), github.quota());
    assertEquals(Duration.ofSeconds(5), github.commitBudget());
    assertEquals(Optional.of(Duration.ofMinutes(5)), service(settings, SLACK).tolerance());
    assertEquals(Duration.ofMillis(2500), service(settings, LINEAR).commitBudget());
  }

  @Test
  void workerHasAnAdminPortOfItsOwn() {
    var sources = new Sources(folder, Optional.empty(), Map.of(), System::nanoTime);
    Settings settings = Configuration.load(sources, Role.WORKER, TestProfiles.THREE).settings();
    assertEquals(8082, settings.admin().port());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          http.host                         | HOOKLINE_HTTP_HOST                        | 127.0.0.1
          http.port                         | HOOKLINE_HTTP_PORT                        | 0
          http.max-body-bytes               | HOOKLINE_HTTP_MAX_BODY_BYTES              | 1000
          http.trusted-proxies              | HOOKLINE_HTTP_TRUSTED_PROXIES             | 10.0.0.0/8,::1
          admin.host                        | HOOKLINE_ADMIN_HOST                       | ::1
          admin.port                        | HOOKLINE_ADMIN_PORT                       | 9000
          admin.token                       | HOOKLINE_ADMIN_TOKEN                      | let-me-in-please
          db.url                            | HOOKLINE_DB_URL                           | jdbc:postgresql://a,b/hookline
          db.user                           | HOOKLINE_DB_USER                          | me
          db.password                       | HOOKLINE_DB_PASSWORD                      | open-sesame
          db.require-durability             | HOOKLINE_DB_REQUIRE_DURABILITY            | false
          services.github.secrets           | HOOKLINE_GITHUB_SECRETS                   | github-secret-one,github-secret-two
          services.slack.secrets            | HOOKLINE_SLACK_SECRETS                    | slack-secret-slack-secret
          services.linear.secrets           | HOOKLINE_LINEAR_SECRETS                   | linear-secret-linear-secret
          services.github.supported-events  | HOOKLINE_GITHUB_SUPPORTED_EVENTS          | push,release.published
          services.slack.supported-events   | HOOKLINE_SLACK_SUPPORTED_EVENTS           | *
          services.github.replay-guard      | HOOKLINE_REPLAY_GUARD                     | false
          services.slack.replay-guard       | HOOKLINE_REPLAY_GUARD                     | false
          services.github.rate-limit        | HOOKLINE_GITHUB_RATE_LIMIT                | 5:10
          services.linear.quota             | HOOKLINE_LINEAR_QUOTA                     | 1:1
          shutdown-grace                    | HOOKLINE_SHUTDOWN_GRACE                   | PT5S
          retention                         | HOOKLINE_RETENTION                        | P7D
          dispatch.target                   | HOOKLINE_DISPATCH_TARGET                  | log
          dispatch.timeout                  | HOOKLINE_DISPATCH_TIMEOUT                 | PT3S
          dispatch.http.url                 | HOOKLINE_DISPATCH_HTTP_URL                | https://ci.example/hooks
          dispatch.http.secret              | HOOKLINE_DISPATCH_HTTP_SECRET             | whsec_abcdefgh
          dispatch.exec.command             | HOOKLINE_DISPATCH_EXEC_COMMAND            | /bin/run me
          dispatch.kafka.bootstrap-servers  | HOOKLINE_DISPATCH_KAFKA_BOOTSTRAP_SERVERS | kafka:9092
          dispatch.kafka.topic              | HOOKLINE_DISPATCH_KAFKA_TOPIC             | events
          worker.concurrency                | HOOKLINE_WORKER_CONCURRENCY               | 4
          worker.max-rate                   | HOOKLINE_WORKER_MAX_RATE                  | 500
          worker.max-attempts               | HOOKLINE_WORKER_MAX_ATTEMPTS              | 3
          worker.lease                      | HOOKLINE_WORKER_LEASE                     | PT4S
          worker.poll-interval              | HOOKLINE_WORKER_POLL_INTERVAL             | PT0.1S
          worker.backoff.initial            | HOOKLINE_WORKER_BACKOFF_INITIAL           | PT0.01S
          worker.backoff.max                | HOOKLINE_WORKER_BACKOFF_MAX               | PT1M
          worker.ordering                   | HOOKLINE_WORKER_ORDERING                  | none
          reconcile.github.url              | HOOKLINE_RECONCILE_GITHUB_URL             | https://ghe.example/api/v3
          reconcile.github.token            | HOOKLINE_RECONCILE_GITHUB_TOKEN           | github_pat_0123
          reconcile.github.app-id           | HOOKLINE_RECONCILE_GITHUB_APP_ID          | 12345
          reconcile.github.since            | HOOKLINE_RECONCILE_GITHUB_SINCE           | PT1H
          log.format                        | HOOKLINE_LOG_FORMAT                       | json
          log.level                         | HOOKLINE_LOG_LEVEL                        | DEBUG
          """)
  void everyVariableOfTheContractSetsItsKey(String key, String variable, String value) {
    Configuration configuration = load(Map.of(variable, value));

    EffectiveValue effective = effective(configuration, key);
    assertEquals(variable, effective.origin());
    boolean secret = Set.of("secrets", "secret", "token", "password").contains(lastPart(key));
    if (secret) {
      assertFalse(configuration.toString().contains(value), "shows a secret");
    } else {
      assertEquals(value, effective.value());
    }
  }

  @Test
  void variableBeatsFileBeatsDefault() throws IOException {
    write(
        """
        hookline:
          http:
            port: 7000
            host: 10.1.1.1
          worker: {concurrency: 7}
        """);
    Settings settings = load(Map.of("HOOKLINE_HTTP_PORT", "7001")).settings();
    assertEquals(7001, settings.http().port());
    assertEquals("10.1.1.1", settings.http().host());
    assertEquals(7, settings.worker().concurrency());
    assertEquals(20, settings.worker().maxAttempts());
  }

  @Test
  void aFileThatIsNamedMustBeThere() {
    assertEquals(
        List.of("elsewhere.yaml: cannot be read (no such file)"),
        problems(Map.of("HOOKLINE_CONFIG", "elsewhere.yaml")));
  }

  @Test
  void listInTheFileReplacesTheDefaultList() throws IOException {
    write("hookline: {services: {github: {supported-events: [release.published]}}}");
    assertEquals(
        List.of("release.published"), service(load(Map.of()).settings(), GITHUB).supportedEvents());
  }

  @Test
  void scalarsStayAsTheyAreWritten() throws IOException {
    write(
        """
        hookline:
          services:
            github:
              secrets: 0123456701234567
              rate-limit: 50:10
              quota: 12:30
        """);
    ServiceSettings github = service(load(Map.of()).settings(), GITHUB);
    assertEquals(List.of("0123456701234567"), github.secrets().orElseThrow().get());
    assertEquals(new Rate(50, 10), github.rateLimit());
    assertEquals(Optional.of(new Rate(12, 30)), github.quota());
  }

  @Test
  void nothingInASecretIsSubstituted() {
    Settings settings =
        load(Map.of("HOOKLINE_GITHUB_SECRETS", "${HOME}-$1-\\x-0123456")).settings();
    assertEquals(
        List.of("${HOME}-$1-\\x-0123456"), service(settings, GITHUB).secrets().orElseThrow().get());
  }

  @Test
  void replayGuardOfOneServiceBeatsThatOfAll() {
    Settings settings =
        load(Map.of("HOOKLINE_REPLAY_GUARD", "false", "HOOKLINE_SLACK_REPLAY_GUARD", "true"))
            .settings();
    assertFalse(service(settings, GITHUB).replayGuard());
    assertTrue(service(settings, SLACK).replayGuard());
  }

  @Test
  void mappingsAreRead() throws IOException {
    write(
        """
        hookline:
          services:
            github:
              repositories:
                - match: {repository: "octo/*"}
                  can-write: true
            slack:
              repositories:
                - match: {team: T012AB3CD, channel: C061EG9SL}
                  repository: octo/widgets
                  default-branch: main
                  installation-id: 42
                  can-write: true
                - match: {}
                  repository: octo/inbox
        """);
    Settings settings = load(Map.of()).settings();
    var slack = service(settings, SLACK).repositories();
    assertEquals(Map.of("team", "T012AB3CD", "channel", "C061EG9SL"), slack.getFirst().match());
    var repository = slack.getFirst().repository().orElseThrow();
    assertEquals("octo/widgets", repository.fullName());
    assertEquals("main", repository.defaultBranch());
    assertEquals(42L, repository.installationId());
    assertTrue(repository.canWrite());
    assertEquals(Map.of(), slack.getLast().match());
    var github = service(settings, GITHUB).repositories().getFirst();
    assertEquals(Optional.of(true), github.canWrite());
    assertEquals(Optional.empty(), github.repository());
  }

  @Test
  void everyFlawOfAMappingIsNamed() throws IOException {
    write(
        """
        hookline:
          services:
            slack:
              repositories:
                - match: {project: P1}
                  repository: octo
                - repository: octo/widgets
                  branch: main
                - match: {}
                  can-write: perhaps
        """);
    assertEquals(
        Set.of(
            "services.slack.repositories[0].match: unknown key \"project\"",
            "services.slack.repositories[0]: repository: not owner/name: \"octo\"",
            "services.slack.repositories[1]: match is missing; write match: {} for everything",
            "services.slack.repositories[1]: unknown key \"branch\"",
            "services.slack.repositories[2]: can-write: neither true nor false: \"perhaps\"",
            "services.slack.repositories[2]: has no repository"),
        Set.copyOf(problems(Map.of())));
  }

  @Test
  void targetsAndRoutesAreRead() throws IOException {
    write(
        """
        hookline:
          dispatch:
            timeout: PT7S
            targets:
              ci: {type: http, url: "https://ci.example/hooks", secret: whsec_1234, timeout: PT2S}
              stream: {type: kafka, bootstrap-servers: "kafka:9092"}
              script: {type: exec, command: [/bin/run, "an argument"]}
            routes:
              - match: {service: github, event-type: push, repository: "octo/*", user-request: " /run "}
                targets: [ci, stream]
              - match: {}
                targets: [script]
        """);
    Configuration configuration = load(Map.of());
    Settings.Dispatch dispatch = configuration.settings().dispatch();
    var http = assertInstanceOf(Target.Http.class, dispatch.targets().get("ci"));
    assertEquals("https://ci.example/hooks", http.url().toString());
    assertEquals("whsec_1234", http.secret().orElseThrow().first());
    assertEquals(Duration.ofSeconds(2), http.timeout());
    assertEquals(
        new Target.Kafka(List.of("kafka:9092"), "hookline.events", Duration.ofSeconds(7)),
        dispatch.targets().get("stream"));
    assertEquals(
        new Target.Exec(List.of("/bin/run", "an argument"), Duration.ofSeconds(7)),
        dispatch.targets().get("script"));
    assertEquals(
        new Routes(
            List.of(
                new Route(
                    new Route.Match(
                        Optional.of(GITHUB),
                        Optional.of(new Glob("push")),
                        Optional.of(new Glob("octo/*")),
                        Optional.of("/run ")),
                    List.of("ci", "stream")),
                new Route(Route.Match.EVERYTHING, List.of("script")))),
        dispatch.routes());
    assertEquals(
        "{match: {event-type: push, repository: octo/*, service: github, user-request:  /run },"
            + " targets: [ci, stream]}",
        effective(configuration, "dispatch.routes[0]").value());
    assertEquals(
        "{match: {}, targets: [script]}", effective(configuration, "dispatch.routes[1]").value());
    assertEquals(
        "{secret: ********, timeout: PT2S, type: http, url: https://ci.example/hooks}",
        effective(configuration, "dispatch.targets.ci").value());
    assertFalse(configuration.toString().contains("whsec_1234"), "shows a secret");
    assertEquals(List.of(), configuration.settings().missingFor(Role.UP));
  }

  @Test
  void everyFlawOfTargetsIsNamed() throws IOException {
    write(
        """
        hookline:
          dispatch:
            target: log
            targets:
              ci: {type: http, uri: x}
              Bad: {type: smoke}
            routes:
              - match: {servce: github}
                targets: [cj]
        """);
    assertEquals(
        Set.of(
            "dispatch.targets.ci: unknown key \"uri\"; did you mean \"url\"?",
            "dispatch.targets.ci: url is missing",
            "dispatch.targets.Bad: a target's name is 1 to 32 of a-z 0-9 _ -, a letter first",
            "dispatch.targets.Bad: type: not one of log, exec, http, kafka: \"smoke\"",
            "dispatch.routes[0].match: unknown key \"servce\"; did you mean \"service\"?",
            "dispatch.target: set beside dispatch.targets, which take its place",
            "dispatch.routes: unknown target \"cj\""),
        Set.copyOf(problems(Map.of())));
  }

  @Test
  void everyFlawOfRoutesIsNamed() throws IOException {
    write(
        """
        hookline:
          dispatch:
            targets:
              ci: {type: log}
            routes:
              - match: {service: gitlab, repository: widgets, user-request: " "}
                targets: [ci, ci]
              - match: everything
                targets: [ci]
              - match: {}
        """);
    assertEquals(
        Set.of(
            "dispatch.routes[0].match: service: unknown service \"gitlab\"; did you mean github?",
            "dispatch.routes[0].match: repository: fits no owner/name: \"widgets\"",
            "dispatch.routes[0].match: user-request: is empty",
            "dispatch.routes[0]: targets: names a target twice: \"ci\"",
            "dispatch.routes[1]: match: expects keys",
            "dispatch.routes[2]: targets is missing"),
        Set.copyOf(problems(Map.of())));
  }

  @Test
  void routesAndTargetsWithoutUseAreWarnedOf() throws IOException {
    write(
        """
        hookline:
          dispatch:
            targets:
              ci: {type: log}
              spare: {type: log}
            routes:
              - match: {event-type: push}
                targets: []
              - match: {event-type: "*"}
                targets: [ci]
              - match: {service: slack}
                targets: [ci]
        """);
    assertEquals(
        List.of(
            "dispatch.targets.spare: no route names it",
            "dispatch.routes[1] takes every event: what stands after it is never reached"),
        load(Map.of()).warnings());
  }

  @Test
  void whatOnlyAnotherTargetUsesKeepsAProcessFromDispatchingToTheLog() throws IOException {
    String problem =
        "dispatch.http.url (HOOKLINE_DISPATCH_HTTP_URL): has no effect with dispatch.target log,"
            + " the default; set HOOKLINE_DISPATCH_TARGET to http";
    Map<String, String> url = Map.of("HOOKLINE_DISPATCH_HTTP_URL", "https://ci.example/hooks");
    for (Role role : List.of(Role.WORKER, Role.UP)) {
      assertEquals(
          List.of(problem),
          assertThrows(InvalidSettingsException.class, () -> load(url, role)).problems());
    }
    for (Role role : List.of(Role.SERVE, Role.TOOL)) {
      assertEquals(List.of(problem), load(url, role).warnings());
    }

    write(
        """
        hookline:
          dispatch:
            targets: {ci: {type: log}}
            routes: [{match: {}, targets: [ci]}]
            exec: {command: /bin/run}
        """);
    assertEquals(
        List.of(
            "dispatch.exec.command (HOOKLINE_DISPATCH_EXEC_COMMAND): set beside dispatch.targets,"
                + " which take its place"),
        assertThrows(InvalidSettingsException.class, () -> load(Map.of(), Role.WORKER)).problems());
  }

  @Test
  void whatATargetThatWasNotChosenUsesIsOnlyWarnedOf() {
    assertEquals(
        List.of(
            "dispatch.kafka.topic (HOOKLINE_DISPATCH_KAFKA_TOPIC): has no effect with"
                + " dispatch.target log"),
        load(
                Map.of(
                    "HOOKLINE_DISPATCH_TARGET", "log", "HOOKLINE_DISPATCH_KAFKA_TOPIC", "events"),
                Role.WORKER)
            .warnings());
  }

  @Test
  void aKeyThatCannotSignIsAProblemOfItsKey() throws IOException {
    assertEquals(
        List.of(
            "dispatch.http.secret (HOOKLINE_DISPATCH_HTTP_SECRET): not whsec_ and base64, or"
                + " base64"),
        problems(Map.of("HOOKLINE_DISPATCH_HTTP_SECRET", "no base64 at all")));
    Path file = Files.writeString(folder.resolve("key"), "nor this one\n");
    write(
        """
        hookline:
          dispatch:
            targets:
              ci: {type: http, url: "https://ci.example", secret: "no base64"}
              cd: {type: http, url: "https://cd.example", secret-file: %s}
            routes: [{match: {}, targets: [ci, cd]}]
        """
            .formatted(file));
    assertEquals(
        Set.of(
            "dispatch.targets.ci: secret: not whsec_ and base64, or base64",
            "dispatch.targets.cd: secret-file: not whsec_ and base64, or base64"),
        Set.copyOf(problems(Map.of())));
  }

  @Test
  void aTargetsUrlHasNoUserThatWouldNeverBeSent() throws IOException {
    String why =
        "has a user before its host, which is not sent; requests are signed with the secret";
    String url = "https://user:hunter2@ci.example/hooks";
    assertEquals(
        List.of("HOOKLINE_DISPATCH_HTTP_URL: " + why),
        problems(Map.of("HOOKLINE_DISPATCH_TARGET", "http", "HOOKLINE_DISPATCH_HTTP_URL", url)));
    write(
        """
        hookline:
          dispatch:
            targets: {ci: {type: http, url: "%s"}}
            routes: [{match: {}, targets: [ci]}]
        """
            .formatted(url));
    assertTrue(
        problems(Map.of()).contains("dispatch.targets.ci: url: " + why),
        () -> problems(Map.of()).toString());
  }

  @Test
  void aTopicMustNotBeBlank() throws IOException {
    write("hookline: {dispatch: {target: kafka, kafka: {bootstrap-servers: 'k:1', topic: ' '}}}");
    assertEquals(List.of("dispatch.kafka.topic in hookline.yaml: is empty"), problems(Map.of()));
  }

  @Test
  void theSingleTargetTakesEveryEvent() {
    assertEquals(Optional.of("log"), load(Map.of()).settings().dispatch().routes().only());
  }

  @Test
  void aTargetWithoutWhatItNeedsIsAProblem() {
    assertEquals(
        List.of(
            "dispatch.http.url (HOOKLINE_DISPATCH_HTTP_URL) is required for dispatch.target http"),
        problems(Map.of("HOOKLINE_DISPATCH_TARGET", "http")));
  }

  @Test
  void unknownKeysAreProblemsAtAnyDepth() throws IOException {
    write(
        """
        http: {port: 1}
        hookline:
          htpp: {port: 1}
          http: {prot: 1}
          services:
            gitlab: {secrets: x}
            slack: {supported-event: [message]}
          worker: 5
        """);
    assertEquals(
        List.of(
            "htpp in hookline.yaml: unknown key; did you mean http?",
            "http.prot in hookline.yaml: unknown key; did you mean http.port?",
            "services.gitlab in hookline.yaml: unknown key; did you mean services.github?",
            "services.slack.supported-event in hookline.yaml: unknown key; did you mean"
                + " services.slack.supported-events?",
            "worker in hookline.yaml: expects keys below it",
            "http in hookline.yaml: unknown key; all keys stand below hookline"),
        problems(Map.of()));
  }

  @Test
  void unknownVariablesAreProblems() {
    assertEquals(
        List.of("HOOKLINE_GITHUB_SECRET: unknown variable; did you mean HOOKLINE_GITHUB_SECRETS?"),
        problems(Map.of("HOOKLINE_GITHUB_SECRET", "x", "HOME", "/root")));
    assertEquals(
        List.of("HOOKLINE_TEST_ANYTHING: unknown variable"),
        problems(Map.of("HOOKLINE_TEST_ANYTHING", "x")));
  }

  @Test
  void variablesOfLauncherTestsAndExecutedCommandsAreKnown() {
    load(
        Map.of(
            "HOOKLINE_JAVA", "x",
            "HOOKLINE_OPTS", "x",
            "HOOKLINE_TEST_DB_URL", "x",
            "HOOKLINE_PIPELINE_ID", "x",
            "HOOKLINE_ATTEMPT", "1"));
  }

  @Test
  void everyProblemIsToldAtOnce() throws IOException {
    write("hookline: {http: {port: high}, retention: 30 days}");
    var environment = new HashMap<String, String>();
    environment.put("HOOKLINE_WORKER_LEASE", "8s");
    environment.put("HOOKLINE_GITHUB_RATE_LIMIT", "fast");
    environment.put("HOOKLINE_HTTP_TRUSTED_PROXIES", "10.0.0.0/33,proxy");
    environment.put("HOOKLINE_LOG_LEVEL", "loud");
    environment.put("HOOKLINE_DB_URL", "postgres://x:secret@y/z");
    environment.put("HOOKLINE_NO", "x");
    assertEquals(
        Set.of(
            "http.port in hookline.yaml: not a port from 0 to 65535: \"high\"",
            "retention in hookline.yaml: not an ISO-8601 duration, such as PT8S or P30D: \"30"
                + " days\"",
            "HOOKLINE_WORKER_LEASE: not an ISO-8601 duration, such as PT8S or P30D: \"8s\"",
            "HOOKLINE_GITHUB_RATE_LIMIT: not RPS:BURST, such as 500:1000: \"fast\"",
            "HOOKLINE_HTTP_TRUSTED_PROXIES: not an address or network, such as 10.0.0.0/8:"
                + " \"10.0.0.0/33\"",
            "HOOKLINE_LOG_LEVEL: not one of error, warn, info, debug, trace: \"loud\"",
            "HOOKLINE_DB_URL: not a URL that starts with jdbc:postgresql://",
            "HOOKLINE_NO: unknown variable"),
        Set.copyOf(problems(environment)));
  }

  @Test
  void durationsOutOfBoundsAreProblems() {
    assertEquals(
        List.of("HOOKLINE_WORKER_LEASE: not from PT1S to PT10M: \"PT0S\""),
        problems(Map.of("HOOKLINE_WORKER_LEASE", "PT0S")));
    assertEquals(
        List.of(
            "worker.backoff.max (HOOKLINE_WORKER_BACKOFF_MAX): PT0.5S is below"
                + " worker.backoff.initial, PT1S"),
        problems(Map.of("HOOKLINE_WORKER_BACKOFF_MAX", "PT0.5S")));
  }

  @Test
  void reconciliationIsOffByDefault() {
    Settings.Reconcile reconcile = load(Map.of()).settings().reconcile();

    assertEquals(URI.create("https://api.github.com"), reconcile.url());
    assertEquals(List.of(), reconcile.hooks());
    assertEquals(Optional.empty(), reconcile.interval());
    assertEquals(Duration.ofHours(3), reconcile.since());
  }

  @Test
  void hooksToReconcileAreRead() throws IOException {
    Path key = Files.writeString(folder.resolve("app.pem"), RsaKeys.generate().pkcs1Pem());
    write(
        """
        hookline:
          reconcile:
            github:
              url: https://ghe.example/api/v3
              token: github_pat_0123
              app-id: 12345
              private-key-file: %s
              hooks: [octo/widgets/123, octo/123, app]
              interval: PT15M
        """
            .formatted(key));
    Configuration configuration = load(Map.of());
    Settings.Reconcile reconcile = configuration.settings().reconcile();

    assertEquals(
        List.of("octo/widgets/123", "octo/123", "app"),
        reconcile.hooks().stream().map(GitHubHook::toString).toList());
    assertEquals(Optional.of(Duration.ofMinutes(15)), reconcile.interval());
    assertEquals(Files.readString(key).strip(), reconcile.privateKey().orElseThrow().first());
    assertEquals("********", effective(configuration, "reconcile.github.private-key").value());
    assertFalse(configuration.toString().contains("github_pat_0123"), "shows a secret");
    assertEquals(List.of(), configuration.warnings());
  }

  @Test
  void hooksToReconcileNeedWhatTheyAreAskedWith() {
    assertEquals(
        List.of(
            "reconcile.github.token (HOOKLINE_RECONCILE_GITHUB_TOKEN) is required for the hook"
                + " octo/123",
            "reconcile.github.app-id (HOOKLINE_RECONCILE_GITHUB_APP_ID) is required for the hook"
                + " app",
            "reconcile.github.private-key (HOOKLINE_RECONCILE_GITHUB_PRIVATE_KEY) is required for"
                + " the hook app"),
        problems(Map.of("HOOKLINE_RECONCILE_GITHUB_HOOKS", "octo/123,app")));
    assertEquals(
        List.of(
            "reconcile.github.hooks (HOOKLINE_RECONCILE_GITHUB_HOOKS) is required for"
                + " reconcile.github.interval"),
        problems(Map.of("HOOKLINE_RECONCILE_GITHUB_INTERVAL", "PT15M")));
  }

  @Test
  void whatCannotBeReconciledWithIsAProblem() {
    var environment = new HashMap<String, String>();
    environment.put("HOOKLINE_RECONCILE_GITHUB_HOOKS", "octo");
    environment.put("HOOKLINE_RECONCILE_GITHUB_URL", "https://me@ghe.example/api/v3");
    environment.put("HOOKLINE_RECONCILE_GITHUB_APP_ID", "two words");
    environment.put("HOOKLINE_RECONCILE_GITHUB_PRIVATE_KEY", "let-me-in");
    environment.put("HOOKLINE_RECONCILE_GITHUB_SINCE", "P4D");
    environment.put("HOOKLINE_RECONCILE_GITHUB_INTERVAL", "PT1S");
    assertEquals(
        Set.of(
            "HOOKLINE_RECONCILE_GITHUB_HOOKS: not a hook such as octo/widgets/123, octo/123 or"
                + " app: \"octo\"",
            "HOOKLINE_RECONCILE_GITHUB_URL: has more than a host, a port and a path",
            "HOOKLINE_RECONCILE_GITHUB_APP_ID: not a word of A-Z a-z 0-9 . _ -: \"two words\"",
            "reconcile.github.private-key (HOOKLINE_RECONCILE_GITHUB_PRIVATE_KEY): not an RSA"
                + " private key in PEM without a password",
            "HOOKLINE_RECONCILE_GITHUB_SINCE: not from PT1M to P3D: \"P4D\"",
            "HOOKLINE_RECONCILE_GITHUB_INTERVAL: not from PT1M to P1D: \"PT1S\""),
        Set.copyOf(problems(environment)));
  }

  @Test
  void reconciliationLooksBackNeitherTooFarNorTooLittle() {
    assertEquals(
        List.of(
            "reconcile.github.since (HOOKLINE_RECONCILE_GITHUB_SINCE): PT72H is longer than"
                + " retention, PT48H: what was forgotten would come again"),
        problems(Map.of("HOOKLINE_RECONCILE_GITHUB_SINCE", "P3D", "HOOKLINE_RETENTION", "P2D")));
    assertEquals(
        List.of(
            "reconcile.github.since (HOOKLINE_RECONCILE_GITHUB_SINCE): PT1H is shorter than"
                + " reconcile.github.interval: it would leave gaps"),
        problems(
            Map.of(
                "HOOKLINE_RECONCILE_GITHUB_SINCE", "PT1H",
                "HOOKLINE_RECONCILE_GITHUB_INTERVAL", "PT2H",
                "HOOKLINE_RECONCILE_GITHUB_TOKEN", "github_pat_0123",
                "HOOKLINE_RECONCILE_GITHUB_HOOKS", "octo/123")));
  }

  @Test
  void anAdminEndpointThatOthersReachNeedsAToken() {
    assertEquals(
        List.of(
            "admin.token (HOOKLINE_ADMIN_TOKEN) is required, because admin.host is not loopback:"
                + " \"0.0.0.0\""),
        problems(Map.of("HOOKLINE_ADMIN_HOST", "0.0.0.0")));
    load(Map.of("HOOKLINE_ADMIN_HOST", "0.0.0.0", "HOOKLINE_ADMIN_TOKEN", "a-token"));
  }

  @Test
  void emptyOrBlankSecretsAreProblems() {
    for (String secret : List.of("", "  ", "a-good-secret-here,,", ",")) {
      List<String> problems = problems(Map.of("HOOKLINE_SLACK_SECRETS", secret));
      assertEquals(1, problems.size(), problems::toString);
      assertTrue(problems.getFirst().startsWith("HOOKLINE_SLACK_SECRETS: "), problems::toString);
    }
    assertEquals(
        List.of("HOOKLINE_SLACK_SECRETS_FILE: names no file"),
        problems(Map.of("HOOKLINE_SLACK_SECRETS_FILE", "")));
  }

  @Test
  void servicesMustNotShareASecret() {
    assertEquals(
        List.of("services.slack.secrets: the same secret as one of services.github.secrets"),
        problems(
            Map.of(
                "HOOKLINE_GITHUB_SECRETS", "one-secret-0123456,shared-secret-0123",
                "HOOKLINE_SLACK_SECRETS", "shared-secret-0123")));
  }

  @Test
  void shortSecretsAreWarnedOf() {
    assertEquals(
        List.of("services.github.secrets: a secret is shorter than 16 bytes"),
        load(Map.of("HOOKLINE_GITHUB_SECRETS", "short")).warnings());
  }

  @Test
  void secretsComeFromFilesToo() throws IOException {
    Path secrets =
        Files.writeString(folder.resolve("s"), "new-secret-01234567\nold-secret-01234567\n");
    Path password = Files.writeString(folder.resolve("p"), "with, comma\n");
    Configuration configuration =
        load(
            Map.of(
                "HOOKLINE_GITHUB_SECRETS_FILE", secrets.toString(),
                "HOOKLINE_DB_PASSWORD_FILE", password.toString()));
    assertEquals(
        List.of("new-secret-01234567", "old-secret-01234567"),
        service(configuration.settings(), GITHUB).secrets().orElseThrow().get());
    assertEquals("with, comma", configuration.settings().db().password().orElseThrow().first());
    assertEquals(
        "HOOKLINE_GITHUB_SECRETS_FILE",
        effective(configuration, "services.github.secrets").origin());
    assertEquals("******** (2)", effective(configuration, "services.github.secrets").value());
  }

  @Test
  void aSecretAndItsFileTogetherAreAProblem() throws IOException {
    Path secrets = Files.writeString(folder.resolve("s"), "new-secret-01234567");
    assertEquals(
        List.of("HOOKLINE_GITHUB_SECRETS: set beside HOOKLINE_GITHUB_SECRETS_FILE"),
        problems(
            Map.of(
                "HOOKLINE_GITHUB_SECRETS",
                "x-secret-0123456789",
                "HOOKLINE_GITHUB_SECRETS_FILE",
                secrets.toString())));
  }

  @Test
  void aSecretFileThatIsMissingIsAProblemAtTheStart() {
    List<String> problems = problems(Map.of("HOOKLINE_ADMIN_TOKEN_FILE", "/nowhere/token"));
    assertEquals(
        List.of(
            "HOOKLINE_ADMIN_TOKEN_FILE: cannot read the file /nowhere/token" + " (no such file)"),
        problems);
  }

  @Test
  void githubHasNoTimeToTolerate() throws IOException {
    write("hookline: {services: {github: {tolerance: PT5M}}}");
    assertEquals(
        List.of(
            "services.github.tolerance in hookline.yaml: github signs no time, so there is none to"
                + " tolerate"),
        problems(Map.of()));
  }

  @Test
  void aFourthProviderNeedsNoOtherCode() {
    var fourth =
        TestProfiles.profile(
            "gitea", List.of("push"), RefuseWith.STATUS, null, "PT3S", Set.of("repository"));
    var sources =
        new Sources(
            folder,
            Optional.empty(),
            Map.of("HOOKLINE_GITEA_SECRETS", "gitea-secret-0123456"),
            System::nanoTime);
    Settings settings =
        Configuration.load(sources, Role.SERVE, List.<ProviderProfile>of(fourth)).settings();
    assertTrue(service(settings, new Service("gitea")).enabled());
  }

  @Test
  void eachRoleMissesSomethingElse() {
    Settings bare = load(Map.of()).settings();
    assertEquals(
        List.of(
            "no service is enabled: set one of HOOKLINE_GITHUB_SECRETS, HOOKLINE_SLACK_SECRETS,"
                + " HOOKLINE_LINEAR_SECRETS",
            "db.url (HOOKLINE_DB_URL) is not set"),
        bare.missingFor(Role.SERVE));
    assertEquals(List.of("db.url (HOOKLINE_DB_URL) is not set"), bare.missingFor(Role.WORKER));
    assertEquals(List.of(), bare.missingFor(Role.UP));
  }

  @Test
  void passwordInTheDatabaseUrlIsMasked() {
    Configuration configuration =
        load(Map.of("HOOKLINE_DB_URL", "jdbc:postgresql://h/d?user=me&password=hush&ssl=true"));
    assertFalse(configuration.toString().contains("hush"), "shows a secret");
    assertEquals(
        "jdbc:postgresql://h/d?user=me&password=********&ssl=true",
        effective(configuration, "db.url").value());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:postgresql://me:hush@db/hookline",
        "jdbc:postgresql://me:hush@db:5432,other/hookline",
        "jdbc:postgresql://db:hush/hookline",
        "jdbc:postgresql://db:99999/hookline?password=hush",
        "jdbc:postgresql://[::1/hookline?password=hush",
        "jdbc:postgresql://db:5432:hush"
      })
  void aDatabaseUrlThatTheDriverWouldNotTakeIsRefusedUnseen(String url) {
    List<String> problems = problems(Map.of("HOOKLINE_DB_URL", url));
    assertEquals(1, problems.size(), problems::toString);
    assertTrue(problems.getFirst().startsWith("HOOKLINE_DB_URL: "), problems::toString);
    assertFalse(problems.getFirst().contains("hush"), "shows a secret");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:postgresql://db/hookline",
        "jdbc:postgresql://db:5432,[::1]:5433,10.0.0.1/hookline?targetServerType=primary",
        "jdbc:postgresql:///hookline",
        "jdbc:postgresql://db?options=-c%20work_mem=1MB",
        "jdbc:postgresql:hookline"
      })
  void whatTheDriverTakesAsADatabaseUrlIsTaken(String url) {
    assertEquals(url, effective(load(Map.of("HOOKLINE_DB_URL", url)), "db.url").value());
  }

  @Test
  void brokenYamlIsOneLineWithItsPlace() throws IOException {
    write("hookline:\n  http: {port: 1\n");
    List<String> problems = problems(Map.of());
    assertEquals(1, problems.size(), problems::toString);
    assertTrue(problems.getFirst().matches("hookline.yaml line \\d+: not YAML: .*"));
    write("hookline:\n  http: {port: 1}\n  http: {port: 2}\n");
    assertEquals(
        List.of("hookline.yaml line 3: the key hookline.http stands twice"), problems(Map.of()));
  }

  @Test
  void brokenYamlIsNotRepeated() throws IOException {
    for (String value : List.of("*hunter2", "!hunter2!x")) {
      write("hookline:\n  db:\n    password: " + value + "\n");
      List<String> problems = problems(Map.of());
      assertFalse(problems.toString().contains("hunter2"), problems::toString);
      assertTrue(problems.getFirst().startsWith("hookline.yaml line 3: "), problems::toString);
    }
  }

  @Test
  void keysWithoutAValueCountAsNotThere() throws IOException {
    write("hookline:\n  http:\n  admin:\n    port:\n  dispatch:\n    targets:\n");
    Settings settings = load(Map.of("HOOKLINE_DB_USER", "")).settings();
    assertEquals(8080, settings.http().port());
    assertEquals(8081, settings.admin().port());
    assertEquals(Set.of("log"), settings.dispatch().targets().keySet());
  }

  @Test
  void aSecretWithoutAValueIsAnEmptySecret() throws IOException {
    write(
        """
        hookline:
          services: {github: {secrets: }, slack: {secrets-file: }}
          dispatch:
            targets: {ci: {type: http, url: "https://ci.example", secret: }}
            routes: [{match: {}, targets: [ci]}]
        """);
    assertEquals(
        Set.of(
            "services.github.secrets in hookline.yaml: the secret is empty",
            "services.slack.secrets-file in hookline.yaml: names no file",
            "dispatch.targets.ci: secret: a secret is empty or blank"),
        Set.copyOf(problems(Map.of())));
  }

  @Test
  void unknownKeysAreProblemsWithoutAValueToo() throws IOException {
    write("htpp:\nhookline:\n  wroker:\n  http:\n    prot: ~\n  http.port: 1\n");
    assertEquals(
        Set.of(
            "htpp in hookline.yaml: unknown key; all keys stand below hookline",
            "wroker in hookline.yaml: unknown key; did you mean worker?",
            "http.prot in hookline.yaml: unknown key; did you mean http.port?",
            "\"http.port\" in hookline.yaml: unknown key; what stands below another key is no"
                + " part of its name"),
        Set.copyOf(problems(Map.of())));
  }

  private void write(String yaml) throws IOException {
    Files.writeString(folder.resolve("hookline.yaml"), yaml);
  }

  private Configuration load(Map<String, String> environment) {
    return load(environment, Role.TOOL);
  }

  private Configuration load(Map<String, String> environment, Role role) {
    return Configuration.load(
        new Sources(folder, Optional.empty(), environment, System::nanoTime),
        role,
        TestProfiles.THREE);
  }

  private List<String> problems(Map<String, String> environment) {
    return assertThrows(InvalidSettingsException.class, () -> load(environment)).problems();
  }

  private static ServiceSettings service(Settings settings, Service service) {
    return Optional.ofNullable(settings.services().get(service)).orElseThrow();
  }

  private static EffectiveValue effective(Configuration configuration, String key) {
    return configuration.values().stream()
        .filter(value -> value.key().equals(key))
        .findFirst()
        .orElseThrow();
  }

  private static String lastPart(String key) {
    return key.substring(key.lastIndexOf('.') + 1);
  }
}
