package dev.hookline.bootstrap.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import dev.hookline.bootstrap.config.Configuration;
import dev.hookline.bootstrap.config.InvalidSettingsException;
import dev.hookline.bootstrap.config.Settings;
import dev.hookline.bootstrap.config.Settings.Role;
import dev.hookline.bootstrap.traces.Collector;
import dev.hookline.bootstrap.traces.Collector.Told;
import dev.hookline.http.dialects.Dialects;
import dev.hookline.http.metrics.PrometheusMetrics;
import dev.hookline.http.provider.Dialect;
import dev.hookline.testing.TestDatabase;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One trace from a sender over the intake, the outbox and each attempt to the target, told to an
 * OTLP endpoint; and nothing but spans is lost where there is none.
 */
class TracesIntegrationTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String SECRET = "github's secret in this test";
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String SENDER = "b7ad6b7169203331";

  @TempDir private Path folder;
  private final HttpClient http = HttpClient.newHttpClient();
  private final Closer closer = new Closer();
  private final TestDatabase testDatabase = closer.add(TestDatabase.create());

  /** The target's requests: {@code traceparent}, a blank, {@code tracestate}. */
  private final BlockingQueue<String> taken = new LinkedBlockingQueue<>();

  private final AtomicInteger failures = new AtomicInteger();
  private final HttpServer target = target();
  private Collector collector;
  private @Nullable PrometheusMetrics metrics;
  private int intakePort;

  TracesIntegrationTest() throws IOException {}

  private HttpServer target() throws IOException {
    var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          taken.add(
              exchange.getRequestHeaders().getFirst("traceparent")
                  + " "
                  + exchange.getRequestHeaders().getFirst("tracestate"));
          exchange.sendResponseHeaders(failures.getAndDecrement() > 0 ? 500 : 204, -1);
          exchange.close();
        });
    server.start();
    return server;
  }

  @BeforeEach
  void start() throws IOException {
    collector = closer.add(Collector.start());
  }

  @AfterEach
  void close() {
    closer.close();
    target.stop(0);
  }

  private Settings settings(Map<String, String> more) {
    var environment = new HashMap<String, String>();
    environment.put("HOOKLINE_GITHUB_SECRETS", SECRET);
    environment.put("HOOKLINE_DB_URL", testDatabase.url());
    Optional.ofNullable(testDatabase.user()).ifPresent(u -> environment.put("HOOKLINE_DB_USER", u));
    Optional.ofNullable(testDatabase.password())
        .ifPresent(p -> environment.put("HOOKLINE_DB_PASSWORD", p));
    environment.put("HOOKLINE_HTTP_HOST", "127.0.0.1");
    environment.put("HOOKLINE_HTTP_PORT", "0");
    environment.put("HOOKLINE_WORKER_BACKOFF_INITIAL", "PT0.05S");
    environment.put("HOOKLINE_DISPATCH_TARGET", "http");
    environment.put(
        "HOOKLINE_DISPATCH_HTTP_URL",
        "http://127.0.0.1:%d/hooks?key=secret".formatted(target.getAddress().getPort()));
    environment.put("OTEL_BSP_SCHEDULE_DELAY", "50");
    environment.putAll(more);
    return Configuration.load(
            new Configuration.Sources(folder, Optional.empty(), environment, System::nanoTime),
            Role.TOOL,
            Dialects.all().stream().map(Dialect::profile).toList())
        .settings();
  }

  /** Intake and worker, as the process puts them together. */
  private void run(Map<String, String> more) {
    var assembly = new Assembly(settings(more), Clock.systemUTC());
    var tracing = assembly.tracing(closer);
    var database = closer.add(assembly.open("test-intake", 8));
    database.migrate();
    var useCases = assembly.useCases(database);
    PrometheusMetrics metrics = assembly.metrics(useCases, database, tracing);
    this.metrics = metrics;
    var targets = assembly.targets(useCases.format(), metrics, closer);
    closer
        .add(
            assembly.worker(
                closer.add(assembly.open("test-worker", 4)),
                useCases.format(),
                metrics,
                targets,
                tracing))
        .start();
    var evidence = Assembly.evidence(database, metrics, closer);
    intakePort = closer.add(assembly.intake(useCases, metrics, evidence, tracing).start()).port();
  }

  private Map<String, String> told(String... more) {
    var variables = new HashMap<>(Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint()));
    for (int i = 0; i < more.length; i += 2) {
      variables.put(more[i], more[i + 1]);
    }
    return variables;
  }

  private static String sign(String body) throws GeneralSecurityException {
    var mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(SECRET.getBytes(UTF_8), "HmacSHA256"));
    return "sha256=" + HexFormat.of().formatHex(mac.doFinal(body.getBytes(UTF_8)));
  }

  /** Delivers a comment, and gives the pipeline's id. */
  private String deliver(String... headers) throws Exception {
    String body =
        """
        {"action":"created","issue":{"number":1},"comment":{"id":1,"body":"%s"},\
        "repository":{"name":"widgets","owner":{"login":"octo"}},"sender":{"login":"octocat"}}\
        """
            .formatted(UUID.randomUUID());
    var request =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:%d/webhooks/github".formatted(intakePort)))
            .timeout(Duration.ofSeconds(5))
            .header("Content-Type", "application/json")
            .header("X-GitHub-Event", "issue_comment")
            .header("X-GitHub-Delivery", UUID.randomUUID().toString())
            .header("X-Hub-Signature-256", sign(body));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    HttpResponse<String> answer =
        http.send(request.POST(BodyPublishers.ofString(body)).build(), BodyHandlers.ofString());
    assertEquals(202, answer.statusCode(), answer::body);
    return JSON.readTree(answer.body()).path("pipeline_id").asText();
  }

  private static String parent(String flags) {
    return "00-%s-%s-%s".formatted(TRACE, SENDER, flags);
  }

  private String nextTaken() throws InterruptedException {
    return Optional.ofNullable(taken.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS)).orElseThrow();
  }

  @Test
  void oneTraceLeadsFromTheSenderOverTheOutboxToEachAttempt() throws Exception {
    run(told("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test"));
    failures.set(1);
    String id = deliver("traceparent", parent("01"), "tracestate", "vendor=x,other=y");

    List<String> atTarget = List.of(nextTaken(), nextTaken());
    List<Told> spans = collector.await(3, _ -> true);
    assertEquals(3, spans.size());
    spans.forEach(span -> assertEquals(TRACE, span.traceId()));
    spans.forEach(span -> assertEquals("vendor=x,other=y", span.traceState()));
    spans.forEach(span -> assertEquals("hookline", span.resource().get("service.name")));
    spans.forEach(span -> assertEquals("test", span.resource().get("deployment.environment.name")));

    Told received = collector.await(1, span -> span.kind().equals("SPAN_KIND_SERVER")).getFirst();
    assertEquals("POST /webhooks/{service}", received.name());
    assertEquals(SENDER, received.parentId());
    assertEquals("STATUS_CODE_UNSET", received.status());
    assertEquals(
        Map.of(
            "http.request.method", "POST",
            "http.route", "/webhooks/{service}",
            "http.response.status_code", "202",
            "hookline.service", "github",
            "hookline.pipeline_id", id,
            "hookline.duplicate", "false",
            "hookline.outcome", "accepted"),
        received.attributes());

    List<Told> attempts = collector.await(2, span -> span.kind().equals("SPAN_KIND_CLIENT"));
    for (int i = 0; i < 2; i++) {
      Told attempt = attempts.get(i);
      assertEquals("dispatch http", attempt.name());
      assertEquals(received.spanId(), attempt.parentId());
      assertEquals(
          "00-%s-%s-01 vendor=x,other=y".formatted(TRACE, attempt.spanId()),
          atTarget.get(i).replace("-03 ", "-01 "));
      assertEquals(
          new TreeMap<>(
              Map.of(
                  "server.address",
                  "127.0.0.1",
                  "server.port",
                  Integer.toString(target.getAddress().getPort()),
                  "hookline.service",
                  "github",
                  "hookline.pipeline_id",
                  id,
                  "hookline.target",
                  "http",
                  "hookline.attempt",
                  Integer.toString(i + 1),
                  "hookline.outcome",
                  i == 0 ? "retry" : "success")),
          ofHookline(attempt.attributes()));
      assertEquals("POST", attempt.attributes().get("http.request.method"));
      assertEquals(i == 0 ? "500" : "204", attempt.attributes().get("http.response.status_code"));
      assertEquals(i == 0 ? "500" : null, attempt.attributes().get("error.type"));
    }
    assertEquals("STATUS_CODE_ERROR", attempts.getFirst().status());
    assertEquals("HTTP 500", attempts.getFirst().statusMessage());
    assertEquals("STATUS_CODE_UNSET", attempts.getLast().status());
  }

  private static Map<String, String> ofHookline(Map<String, String> attributes) {
    var own = new TreeMap<>(attributes);
    own.keySet().removeIf(name -> name.startsWith("http.") || name.startsWith("error."));
    return own;
  }

  @Test
  void withoutASendersTraceOneBeginsAtTheIntake() throws Exception {
    run(told("OTEL_SERVICE_NAME", "hooks"));
    deliver();

    String atTarget = nextTaken();
    List<Told> spans = collector.await(2, _ -> true);
    Told received = spans.stream().filter(s -> s.parentId().isEmpty()).findFirst().orElseThrow();
    Told attempt = spans.stream().filter(s -> !s.parentId().isEmpty()).findFirst().orElseThrow();
    assertEquals("POST /webhooks/{service}", received.name());
    assertEquals("hooks", received.resource().get("service.name"));
    assertEquals(received.traceId(), attempt.traceId());
    assertEquals(received.spanId(), attempt.parentId());
    assertTrue(
        atTarget.startsWith("00-%s-%s-".formatted(attempt.traceId(), attempt.spanId())), atTarget);
  }

  @Test
  void whoeverSendsHasNoSayInWhetherItIsRecorded() throws Exception {
    run(told());
    deliver("traceparent", parent("00"));

    collector.await(2, span -> span.traceId().equals(TRACE));
  }

  @Test
  void whatIsNotSampledIsHandedOnAsSuch() throws Exception {
    run(told("OTEL_TRACES_SAMPLER", "parentbased_always_off"));
    deliver("traceparent", parent("01"));

    String atTarget = nextTaken();
    assertTrue(atTarget.matches("00-" + TRACE + "-[0-9a-f]{16}-0[02] null"), atTarget);
    closer.close();
    assertEquals(List.of(), collector.told());
  }

  @Test
  void aTrustedProxyHasASay() throws Exception {
    run(told("HOOKLINE_HTTP_TRUSTED_PROXIES", "127.0.0.1"));
    deliver("traceparent", parent("00"));
    deliver("traceparent", parent("01").replace(TRACE, "1" + TRACE.substring(1)));

    collector.await(2, span -> !span.traceId().equals(TRACE));
    closer.close();
    assertEquals(2, collector.told().size());
  }

  @Test
  void whenNobodyIsToldWhereTheSenderStandsIsHandedOn() throws Exception {
    run(Map.of());
    deliver("traceparent", parent("01"), "tracestate", "vendor=x");
    assertEquals(parent("01") + " vendor=x", nextTaken());
    deliver();
    assertEquals("null null", nextTaken());
  }

  @Test
  void aCollectorThatIsAwayHurtsNothing() throws Exception {
    int nobody;
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobody = socket.getLocalPort();
    }
    run(
        Map.of(
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "http://127.0.0.1:" + nobody,
            "OTEL_BSP_MAX_QUEUE_SIZE",
            "16",
            "OTEL_BSP_MAX_EXPORT_BATCH_SIZE",
            "8"));

    everythingGoesOnAndEndsInTime();
    assertTrue(spans("failed") + spans("dropped") > 0);
    assertEquals(0, spans("exported"));
  }

  @Test
  void aCollectorThatNeverAnswersHurtsNothing() throws Exception {
    collector.hang();
    run(told("OTEL_BSP_MAX_QUEUE_SIZE", "16", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "8"));

    everythingGoesOnAndEndsInTime();
    // Two spans of each event, of which 16 wait and 8 are on their way.
    assertTrue(spans("dropped") >= 100, () -> spans("dropped") + " are told as dropped");
    assertEquals(0, spans("exported"));
  }

  private int spans(String outcome) {
    String text = new String(requireNonNull(metrics).scrape(PrometheusMetrics.CONTENT_TYPE), UTF_8);
    String name = "hookline_trace_spans_total{outcome=\"%s\"} ".formatted(outcome);
    return text.lines()
        .filter(line -> line.startsWith(name))
        .mapToInt(line -> (int) Double.parseDouble(line.substring(name.length())))
        .findFirst()
        .orElseThrow();
  }

  /** Of more events than the queue of spans holds. */
  private void everythingGoesOnAndEndsInTime() throws Exception {
    for (int i = 0; i < 100; i++) {
      deliver();
    }
    for (int i = 0; i < 100; i++) {
      assertTrue(nextTaken().startsWith("00-"));
    }
    long begun = System.nanoTime();
    closer.close();
    var took = Duration.ofNanos(System.nanoTime() - begun);
    assertTrue(took.compareTo(Duration.ofSeconds(8)) < 0, () -> "closing took " + took);
  }

  @Test
  void aValueThatTheStandardDoesNotKnowIsAProblemAtTheStart() {
    var settings = settings(told("OTEL_TRACES_SAMPLER", "sometimes"));
    var problem =
        assertThrows(
            InvalidSettingsException.class,
            () -> new Assembly(settings, Clock.systemUTC()).tracing(closer));
    assertTrue(problem.problems().getFirst().contains("sometimes"), problem::getMessage);
  }
}
