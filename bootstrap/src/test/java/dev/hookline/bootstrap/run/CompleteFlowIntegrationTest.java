package dev.hookline.bootstrap.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.slack.api.app_backend.SlackSignature;
import com.sun.net.httpserver.HttpServer;
import dev.hookline.application.audit.AuditState;
import dev.hookline.application.audit.Finding;
import dev.hookline.application.dispatch.Command;
import dev.hookline.application.dispatch.CommandDispatcher;
import dev.hookline.application.dispatch.Targets;
import dev.hookline.application.inspect.PipelineFilter;
import dev.hookline.application.pause.PauseScope;
import dev.hookline.bootstrap.config.Configuration;
import dev.hookline.bootstrap.config.Settings;
import dev.hookline.bootstrap.config.Settings.Role;
import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.event.Glob;
import dev.hookline.domain.pipeline.Outcome.Delivered;
import dev.hookline.domain.pipeline.Outcome.GiveUp;
import dev.hookline.domain.pipeline.Outcome.TryAgain;
import dev.hookline.domain.pipeline.PipelineId;
import dev.hookline.domain.pipeline.PipelineState;
import dev.hookline.domain.pipeline.Route;
import dev.hookline.domain.pipeline.Routes;
import dev.hookline.http.dialects.Dialects;
import dev.hookline.http.intake.IntakeServer;
import dev.hookline.http.metrics.PrometheusMetrics;
import dev.hookline.http.provider.Dialect;
import dev.hookline.persistence.Database;
import dev.hookline.queue.target.CircuitBreakingTarget;
import dev.hookline.queue.worker.OutboxWorker;
import dev.hookline.testing.TestDatabase;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompleteFlowIntegrationTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String GITHUB_SECRET = "github's secret in this test";
  private static final String SLACK_SECRET = "slack's secret in this test";
  private static final String LINEAR_SECRET = "linear's secret in this test";

  /** Between one look and the next, in nanoseconds: others want the processor. */
  private static final long BETWEEN_LOOKS = 10_000_000;

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final String CONFIGURATION =
      """
      hookline:
        services:
          slack:
            repositories:
              - match: {team: T1, channel: C1}
                repository: octo/slack
                installation-id: 7
          linear:
            repositories:
              - match: {team: ENG}
                repository: octo/linear
                default-branch: trunk
                can-write: true
              - match: {team: OPS}
                repository: octo/ops
      """;

  @TempDir private Path folder;
  private final Clock clock = Clock.systemUTC();
  private final HttpClient http = HttpClient.newHttpClient();
  private final WatchedTarget target = new WatchedTarget("watched");
  private final Closer closer = new Closer();
  private final TestDatabase testDatabase = closer.add(TestDatabase.create());
  private Assembly assembly;
  private Database database;
  private UseCases useCases;
  private PrometheusMetrics metrics;
  private IntakeServer intake;

  @BeforeEach
  void assemble() throws IOException {
    assembly = new Assembly(settings(), clock);
    database = closer.add(assembly.open("test-intake", 8));
    database.migrate();
    useCases = assembly.useCases(database);
    metrics = new PrometheusMetrics(useCases.records(), database.pauses());
    intake =
        closer.add(
            assembly
                .intake(
                    useCases,
                    metrics,
                    Assembly.evidence(database, metrics, closer),
                    Assembly.Tracing.OFF)
                .start());
  }

  @AfterEach
  void close() {
    closer.close();
  }

  private Settings settings() throws IOException {
    return settings(Map.of());
  }

  private Settings settings(Map<String, String> more) throws IOException {
    Path file = Files.writeString(folder.resolve("hookline.yaml"), CONFIGURATION);
    var environment = new HashMap<String, String>();
    environment.put("HOOKLINE_GITHUB_SECRETS", GITHUB_SECRET);
    environment.put("HOOKLINE_SLACK_SECRETS", SLACK_SECRET);
    environment.put("HOOKLINE_LINEAR_SECRETS", LINEAR_SECRET);
    environment.put("HOOKLINE_LINEAR_QUOTA", "2:1");
    environment.put("HOOKLINE_DB_URL", testDatabase.url());
    Optional.ofNullable(testDatabase.user()).ifPresent(u -> environment.put("HOOKLINE_DB_USER", u));
    Optional.ofNullable(testDatabase.password())
        .ifPresent(p -> environment.put("HOOKLINE_DB_PASSWORD", p));
    environment.put("HOOKLINE_HTTP_HOST", "127.0.0.1");
    environment.put("HOOKLINE_HTTP_PORT", "0");
    environment.put("HOOKLINE_WORKER_LEASE", "PT2S");
    environment.put("HOOKLINE_SHUTDOWN_GRACE", "PT5S");
    environment.putAll(more);
    return Configuration.load(
            new Configuration.Sources(folder, Optional.of(file), environment, System::nanoTime),
            Role.TOOL,
            Dialects.all().stream().map(Dialect::profile).toList())
        .settings();
  }

  private OutboxWorker startWorker(CommandDispatcher dispatcher) {
    return startWorker(Targets.only(dispatcher), closer.add(assembly.open("test-worker", 4)));
  }

  private OutboxWorker startWorker(Targets targets, Database database) {
    return startWorker(assembly, targets, database);
  }

  private OutboxWorker startWorker(Assembly assembly, Targets targets, Database database) {
    OutboxWorker worker =
        assembly.worker(database, useCases.format(), metrics, targets, Assembly.Tracing.OFF);
    worker.start();
    return closer.add(worker);
  }

  private HttpRequest.Builder to(String service) {
    return HttpRequest.newBuilder(
            URI.create("http://127.0.0.1:%d/webhooks/%s".formatted(intake.port(), service)))
        .header("Content-Type", "application/json");
  }

  private static String hmac(String secret, String text) throws GeneralSecurityException {
    var mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(secret.getBytes(UTF_8), "HmacSHA256"));
    return HexFormat.of().formatHex(mac.doFinal(text.getBytes(UTF_8)));
  }

  private HttpResponse<String> send(HttpRequest.Builder request, String body)
      throws IOException, InterruptedException {
    return http.send(request.POST(BodyPublishers.ofString(body)).build(), BodyHandlers.ofString());
  }

  private JsonNode sendGitHub(String event, String delivery, String body) throws Exception {
    HttpResponse<String> answer =
        send(
            to("github")
                .header("X-GitHub-Event", event)
                .header("X-GitHub-Delivery", delivery)
                .header("X-Hub-Signature-256", "sha256=" + hmac(GITHUB_SECRET, body)),
            body);
    assertEquals(202, answer.statusCode(), answer::body);
    return JSON.readTree(answer.body());
  }

  private static String comment(String repository, int number) {
    return """
    {"action":"created","issue":{"number":%2$d},"comment":{"id":%2$d,"body":"look at %2$d"},\
    "repository":{"name":"%1$s","full_name":"octo/%1$s","owner":{"login":"octo"},"default_branch":"main"},\
    "sender":{"login":"octocat","type":"User"},"installation":{"id":42}}\
    """
        .formatted(repository, number);
  }

  private PipelineId sendComment(String repository, int number) throws Exception {
    return id(
        sendGitHub("issue_comment", UUID.randomUUID().toString(), comment(repository, number)));
  }

  private static PipelineId id(JsonNode answer) {
    return PipelineId.parse(answer.path("pipeline_id").asText()).orElseThrow();
  }

  private static Predicate<Command> of(PipelineId id) {
    return command -> command.id().equals(id);
  }

  private PipelineState await(PipelineId id, Class<? extends PipelineState> wanted) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    PipelineState state;
    do {
      state = useCases.records().pipeline(id).orElseThrow().pipeline().state();
      if (wanted.isInstance(state)) {
        return state;
      }
      LockSupport.parkNanos(BETWEEN_LOOKS);
    } while (System.nanoTime() < deadline);
    throw new AssertionError("never %s, but %s".formatted(wanted.getSimpleName(), state));
  }

  @Test
  void aGitHubCommentIsStandardizedStoredAndDispatched() throws Exception {
    startWorker(target);
    var id = sendComment("widgets", 7);
    Command command = target.await(of(id));
    assertEquals("look at 7", command.event().userRequest());
    assertEquals(
        "RepositoryContext[owner=octo, name=widgets, defaultBranch=main, installationId=42,"
            + " canWrite=false]",
        command.event().repository().toString());
    assertEquals(comment("widgets", 7), new String(command.event().rawPayload().bytes(), UTF_8));
    await(id, PipelineState.Dispatched.class);
    var shown = useCases.records().pipeline(id).orElseThrow();
    assertEquals(
        List.of("RECEIVED", "PROCESSING", "DISPATCHED"),
        shown.history().stream().map(entry -> entry.state().name()).toList());
    assertEquals(command.event(), shown.event());
  }

  @Test
  void aSlackMentionSignedBySlacksOwnLibraryIsDispatched() throws Exception {
    startWorker(target);
    String body =
        """
        {"type":"event_callback","api_app_id":"A1","team_id":"T1","event_id":"Ev1","event_time":1767326125,\
        "event":{"type":"app_mention","user":"U1","text":"<@UBOT> ship it","channel":"C1","ts":"1767326125.870439",\
        "event_ts":"1767326125.870439"},"authorizations":[{"user_id":"UBOT"}]}\
        """;
    String time = Long.toString(Instant.now(clock).getEpochSecond());
    HttpResponse<String> answer =
        send(
            to("slack")
                .header("X-Slack-Request-Timestamp", time)
                .header(
                    "X-Slack-Signature",
                    new SlackSignature.Generator(SLACK_SECRET).generate(time, body)),
            body);
    assertEquals(202, answer.statusCode(), answer::body);
    Command command = target.await(of(id(JSON.readTree(answer.body()))));
    assertEquals("ship it", command.event().userRequest());
    assertEquals("octo/slack", command.event().repository().fullName());
    assertEquals(7L, command.event().repository().installationId());
  }

  @Test
  void aLinearCommentIsAnswered200AndDispatched() throws Exception {
    startWorker(target);
    String body =
        """
        {"action":"create","type":"Comment","createdAt":"2026-03-01T12:00:00.000Z","webhookTimestamp":%d,\
        "data":{"id":"c1","body":"Schön 🎉","issue":{"identifier":"ENG-3","team":{"key":"ENG"}}},\
        "actor":{"id":"a1","name":"Ann","type":"user"},"url":"https://linear.app/x/issue/ENG-3/t#comment-c1"}\
        """
            .formatted(clock.millis());
    HttpResponse<String> answer =
        send(
            to("linear")
                .header("Linear-Delivery", UUID.randomUUID().toString())
                .header("Linear-Event", "Comment")
                .header("Linear-Signature", hmac(LINEAR_SECRET, body)),
            body);
    assertEquals(200, answer.statusCode(), answer::body);
    Command command = target.await(of(id(JSON.readTree(answer.body()))));
    assertEquals("Comment.create", command.event().eventType());
    assertEquals("Schön 🎉", command.event().userRequest());
    assertTrue(command.event().repository().canWrite());
  }

  @Test
  void aBurstOverItsTenantsQuotaIsStoredAndDispatchedAtTheRateInOrder() throws Exception {
    startWorker(target);
    var burst = new ArrayList<PipelineId>();
    long start = System.nanoTime();
    for (int i = 0; i < 7; i++) {
      burst.add(sendLinear("busy-org", "ENG"));
    }
    var ofAnother = sendLinear("other-org", "OPS");

    target.awaitCount(8);
    var took = Duration.ofNanos(System.nanoTime() - start);
    List<PipelineId> taken = target.taken().stream().map(Command::id).toList();
    assertTrue(took.compareTo(Duration.ofMillis(2900)) > 0, () -> "6 events at 2/s in " + took);
    assertTrue(taken.indexOf(ofAnother) < taken.indexOf(burst.getLast()), "waits for nobody");
    assertEquals(burst, taken.stream().filter(burst::contains).toList());
  }

  private PipelineId sendLinear(String organization, String team) throws Exception {
    String body =
        """
        {"action":"create","type":"Comment","organizationId":"%s","webhookTimestamp":%d,\
        "data":{"id":"%s","body":"b","issue":{"team":{"key":"%s"}}}}\
        """
            .formatted(organization, clock.millis(), UUID.randomUUID(), team);
    HttpResponse<String> answer =
        send(
            to("linear")
                .header("Linear-Delivery", UUID.randomUUID().toString())
                .header("Linear-Signature", hmac(LINEAR_SECRET, body)),
            body);
    assertEquals(200, answer.statusCode(), answer::body);
    return id(JSON.readTree(answer.body()));
  }

  @Test
  void twoWorkersDispatchEachEventOnceAndEachRepositoryInOrder() throws Exception {
    startWorker(target);
    startWorker(target);
    var accepted = new HashMap<String, List<PipelineId>>();
    for (int i = 0; i < 200; i++) {
      String repository = "r" + i % 20;
      accepted
          .computeIfAbsent("octo/" + repository, _ -> new ArrayList<>())
          .add(sendComment(repository, i));
    }
    target.awaitCount(200);
    for (List<PipelineId> ids : accepted.values()) {
      for (PipelineId id : ids) {
        await(id, PipelineState.Dispatched.class);
      }
    }
    Map<String, List<PipelineId>> dispatched =
        target.taken().stream()
            .collect(
                Collectors.groupingBy(
                    command -> command.event().repository().fullName(),
                    Collectors.mapping(Command::id, Collectors.toList())));
    assertEquals(accepted, dispatched);
  }

  @Test
  void aWorkerLostBetweenClaimAndSettleIsReplacedAndItsLateAnswerChangesNothing() throws Exception {
    var release = new CountDownLatch(1);
    var reached = new CountDownLatch(1);
    var stuck = new WatchedTarget("watched");
    stuck.behave(
        _ -> {
          reached.countDown();
          try {
            release.await();
          } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
          }
          return new GiveUp("too late to count");
        });
    Database doomed = assembly.open("test-doomed", 4);
    OutboxWorker lost = startWorker(Targets.only(stuck), doomed);
    var id = sendComment("widgets", 1);
    reached.await();
    // From here on it can neither renew its lease nor settle.
    doomed.close();

    startWorker(target);
    Command repeated = target.await(of(id));
    assertEquals(2, repeated.attempt());
    release.countDown();
    lost.close();
    assertEquals(2, await(id, PipelineState.Dispatched.class).attempts());
  }

  @Test
  void theProvidersRedeliveryOpensAFailedPipelineAgain() throws Exception {
    target.behave(_ -> new GiveUp("410"));
    startWorker(target);
    String delivery = UUID.randomUUID().toString();
    JsonNode first = sendGitHub("issue_comment", delivery, comment("widgets", 1));
    assertFalse(first.has("duplicate"));
    await(id(first), PipelineState.Failed.class);

    target.behave(_ -> new Delivered());
    JsonNode again = sendGitHub("issue_comment", delivery, comment("widgets", 1));
    assertTrue(again.path("duplicate").asBoolean());
    assertTrue(again.path("reopened").asBoolean());
    assertEquals(id(first), id(again));
    await(id(first), PipelineState.Dispatched.class);
  }

  @Test
  void anEventAcceptedWhileNoWorkerRunsIsDispatchedByTheFirstThatStarts() throws Exception {
    var id = sendComment("widgets", 1);
    startWorker(target);
    assertEquals(1, target.await(of(id)).attempt());
    assertTrue(Objects.requireNonNull(target.taken().getFirst()).id().equals(id));
  }

  @Test
  void anEventGoesToAllTargetsOfItsRouteAndEachIsRetriedApart() throws Exception {
    var ci = new WatchedTarget("ci");
    var stream = new WatchedTarget("stream");
    ci.behave(command -> command.attempt() < 3 ? new TryAgain("HTTP 409") : new Delivered());
    startWorker(
        new Targets(List.of(ci, stream), routes("octo/widgets", "ci", "stream")),
        closer.add(assembly.open("test-worker", 4)));

    var routed = sendComment("widgets", 1);
    var unwanted = sendComment("gadgets", 2);

    assertEquals(1, stream.await(of(routed)).attempt());
    assertEquals(3, ci.await(of(routed).and(command -> command.attempt() == 3)).attempt());
    assertEquals(3, await(routed, PipelineState.Dispatched.class).attempts());
    assertEquals(1, stream.taken().size());
    assertEquals(0, await(unwanted, PipelineState.Dispatched.class).attempts());
    var history = useCases.records().pipeline(routed).orElseThrow().history();
    assertEquals(
        List.of("ci: HTTP 409", "ci: HTTP 409"),
        history.stream().flatMap(entry -> entry.error().stream()).toList());
    assertEquals(PipelineState.Name.DISPATCHED, history.getLast().state());
    assertEquals(Optional.of("ci"), history.getLast().target());
  }

  @Test
  void aPipelineWithATargetThatNeverTakesItFailsAndAReplayReachesAllTargets() throws Exception {
    var ci = new WatchedTarget("ci");
    var stream = new WatchedTarget("stream");
    ci.behave(_ -> new GiveUp("HTTP 410"));
    startWorker(
        new Targets(List.of(ci, stream), routes("octo/*", "ci", "stream")),
        closer.add(assembly.open("test-worker", 4)));
    var id = sendComment("widgets", 1);

    var failed = (PipelineState.Failed) await(id, PipelineState.Failed.class);
    assertEquals("ci: HTTP 410", failed.error());
    assertEquals(1, stream.taken().size());

    ci.behave(_ -> new Delivered());
    assertTrue(useCases.replay().reopen(id));
    await(id, PipelineState.Dispatched.class);
    assertEquals(List.of(id, id), stream.taken().stream().map(Command::id).toList());
  }

  @Test
  void aTargetThatIsAwayHoldsUpNoOther() throws Exception {
    var ci = new WatchedTarget("ci");
    var stream = new WatchedTarget("stream");
    ci.behave(_ -> TryAgain.unreachable("connection refused"));
    startWorker(
        new Targets(
            List.of(new CircuitBreakingTarget(ci, metrics), stream),
            routes("octo/*", "ci", "stream")),
        closer.add(assembly.open("test-worker", 4)));
    var ids = new ArrayList<PipelineId>();
    for (int i = 0; i < 40; i++) {
      ids.add(sendComment("r" + i % 10, i));
    }
    stream.awaitCount(40);

    ci.behave(_ -> new Delivered());
    for (PipelineId id : ids) {
      assertTrue(await(id, PipelineState.Dispatched.class).attempts() <= 2);
    }
  }

  @Test
  void anAuditFindsNothingWrongWhileEventsAreTakenDispatchedRetriedAndReplayed() throws Exception {
    var ci = new WatchedTarget("ci");
    var stream = new WatchedTarget("stream");
    ci.behave(
        command ->
            switch (command.id().hashCode() % 3) {
              case 0 -> new GiveUp("HTTP 410");
              case 1 -> new TryAgain("HTTP 409");
              default -> new Delivered();
            });
    startWorker(
        new Targets(List.of(ci, stream), routes("octo/r*", "ci", "stream")),
        closer.add(assembly.open("test-worker", 4)));
    var audit = new AuditState(database.storedState());
    var over = new AtomicBoolean();
    Callable<Void> busy =
        () -> {
          for (int i = 0; !over.get(); i++) {
            sendComment((i % 5 == 0 ? "unrouted" : "r") + i % 7, i);
            useCases.replayMany().replay(PipelineFilter.ALL, 3);
          }
          return null;
        };
    try (var executor = Executors.newFixedThreadPool(2)) {
      var senders = List.of(executor.submit(busy), executor.submit(busy));
      try {
        for (int i = 0; i < 15; i++) {
          assertEquals(
              List.of(),
              audit.audit(true, _ -> {}, _ -> {}).stream().filter(Finding::isBroken).toList());
        }
      } finally {
        // The executor's end waits for them, whatever was found.
        over.set(true);
      }
      for (Future<Void> sender : senders) {
        sender.get();
      }
    }
    assertFalse(stream.taken().isEmpty());
  }

  @Test
  void workersWhoseClocksAreTwoDaysApartRetryInTimeAndKeepTheirLanes() throws Exception {
    target.behave(command -> command.attempt() == 1 ? new TryAgain("HTTP 409") : new Delivered());
    for (Duration off : List.of(Duration.ofDays(1), Duration.ofDays(-1))) {
      var elsewhere = new Assembly(settings(), Clock.offset(clock, off));
      startWorker(elsewhere, Targets.only(target), closer.add(elsewhere.open("test-worker", 4)));
    }
    var ids = new ArrayList<PipelineId>();
    for (int i = 0; i < 40; i++) {
      ids.add(sendComment("r" + i % 20, i));
    }

    for (PipelineId id : ids) {
      assertEquals(2, await(id, PipelineState.Dispatched.class).attempts());
    }
    assertEquals(80, target.taken().size());
  }

  @Test
  void aTargetThatWasAwayIsProbedThoughTheTimeOfDayIsSetBackMeanwhile() throws Exception {
    var status = new AtomicInteger(503);
    var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(status.get(), -1);
          exchange.close();
        });
    server.start();
    closer.add(() -> server.stop(0));
    var setBack = new AtomicReference<>(Duration.ZERO);
    InstantSource timeOfDay = () -> clock.instant().minus(setBack.get());
    var elsewhere =
        new Assembly(
            settings(
                Map.of(
                    "HOOKLINE_DISPATCH_TARGET",
                    "http",
                    "HOOKLINE_DISPATCH_HTTP_URL",
                    "http://127.0.0.1:" + server.getAddress().getPort())),
            timeOfDay.withZone(ZoneOffset.UTC));
    startWorker(
        elsewhere,
        elsewhere.targets(useCases.format(), metrics, closer),
        closer.add(elsewhere.open("test-worker", 4)));
    var ids = new ArrayList<PipelineId>();
    for (int i = 0; i < CircuitBreakingTarget.OUTAGE; i++) {
      ids.add(sendComment("r" + i, i));
    }
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!new String(metrics.scrape(PrometheusMetrics.CONTENT_TYPE), UTF_8)
        .contains("outbox_target_available{target=\"http\"} 0")) {
      assertTrue(System.nanoTime() < deadline, "the circuit never opened");
    }

    setBack.set(Duration.ofHours(1));
    status.set(204);
    for (PipelineId id : ids) {
      await(id, PipelineState.Dispatched.class);
    }
  }

  @Test
  void whatIsPausedWaitsUntilItIsResumed() throws Exception {
    startWorker(target);
    database.pauses().pause(new PauseScope(Optional.of(new Service("github")), Optional.empty()));
    var id = sendComment("widgets", 1);
    // Each is dispatched by a round that has seen what is paused as well, and passed over it.
    for (int i = 0; i < 3; i++) {
      await(sendLinear("org-" + i, "ENG"), PipelineState.Dispatched.class);
    }
    assertTrue(target.taken().stream().noneMatch(of(id)), "it was paused");
    assertEquals(
        PipelineState.Name.RECEIVED,
        useCases.records().pipeline(id).orElseThrow().pipeline().state().name());

    database.pauses().resumeAll();
    await(id, PipelineState.Dispatched.class);
    assertEquals(id, Objects.requireNonNull(target.taken().getLast()).id());
  }

  private static Routes routes(String repository, String... targets) {
    var match =
        new Route.Match(
            Optional.empty(),
            Optional.empty(),
            Optional.of(new Glob(repository)),
            Optional.empty());
    return new Routes(List.of(new Route(match, List.of(targets))));
  }

  private HttpResponse<String> sendSlack(Instant signedAt) throws Exception {
    String body =
        """
        {"type":"event_callback","api_app_id":"A1","team_id":"T1","event_id":"%s","event_time":1767326125,\
        "event":{"type":"app_mention","user":"U1","text":"go","channel":"C1","ts":"1767326125.870439"}}\
        """
            .formatted(UUID.randomUUID());
    String time = Long.toString(signedAt.getEpochSecond());
    return send(
        to("slack")
            .header("X-Slack-Request-Timestamp", time)
            .header(
                "X-Slack-Signature",
                new SlackSignature.Generator(SLACK_SECRET).generate(time, body)),
        body);
  }

  private double skew(String service) {
    String name = "webhook_signature_clock_skew_seconds{service=\"%s\"} ".formatted(service);
    return new String(metrics.scrape(PrometheusMetrics.CONTENT_TYPE), UTF_8)
        .lines()
        .filter(line -> line.startsWith(name))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length())))
        .findFirst()
        .orElse(Double.NaN);
  }

  /** Times of real senders, as they seem to a clock that is ahead, right, and behind. */
  @Test
  void howFarTheClockIsFromThoseOfSendersIsShown() throws Exception {
    assertTrue(Double.isNaN(skew("slack")));
    var none =
        send(
            to("slack")
                .header("X-Slack-Request-Timestamp", "1")
                .header("X-Slack-Signature", "v0=" + "0".repeat(64)),
            "{}");
    assertEquals(401, none.statusCode());
    assertTrue(Double.isNaN(skew("slack")), "a stranger's time says nothing");

    assertEquals(401, sendSlack(clock.instant().minus(Duration.ofHours(2))).statusCode());
    assertEquals(7200, skew("slack"), 60);
    assertEquals(202, sendSlack(clock.instant().minus(Duration.ofMinutes(2))).statusCode());
    assertEquals(120, skew("slack"), 60);
    assertEquals(202, sendSlack(clock.instant()).statusCode());
    assertEquals(0, skew("slack"), 60);
    assertEquals(202, sendSlack(clock.instant().minus(Duration.ofMinutes(4))).statusCode());
    assertEquals(0, skew("slack"), 60, "what was held up changes nothing");
    assertEquals(401, sendSlack(clock.instant().plus(Duration.ofHours(1))).statusCode());
    assertEquals(-3600, skew("slack"), 60);

    sendLinear("org", "ENG");
    assertEquals(0, skew("linear"), 60);
    assertTrue(Double.isNaN(skew("github")));
  }
}
