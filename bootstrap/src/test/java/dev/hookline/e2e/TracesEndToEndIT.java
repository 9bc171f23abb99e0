package dev.hookline.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hookline.bootstrap.traces.Collector;
import dev.hookline.bootstrap.traces.Collector.Told;
import dev.hookline.testing.TestDatabase;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Traces as the jar makes them, and that without them nothing of their library is loaded. */
class TracesEndToEndIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String SECRET = "an end-to-end test's secret";
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir private Path folder;
  private final HttpClient http = HttpClient.newHttpClient();
  private final Map<String, String> environment = new HashMap<>();

  @BeforeEach
  void migrate() throws IOException, InterruptedException {
    var database = TestDatabase.create();
    environment.put("HOOKLINE_DB_URL", database.url());
    Optional.ofNullable(database.user()).ifPresent(u -> environment.put("HOOKLINE_DB_USER", u));
    Optional.ofNullable(database.password())
        .ifPresent(p -> environment.put("HOOKLINE_DB_PASSWORD", p));
    environment.put("HOOKLINE_GITHUB_SECRETS", SECRET);
    environment.put("HOOKLINE_HTTP_PORT", "0");
    environment.put("HOOKLINE_ADMIN_PORT", "0");
    try (var migrate = start("migrate")) {
      assertEquals(0, migrate.exitCode());
    }
  }

  private HooklineProcess start(String command) throws IOException {
    return HooklineProcess.start(folder, environment, command);
  }

  /** Also lists the classes that it loads in the file. */
  private HooklineProcess start(String command, Path classes) throws IOException {
    var own = new HashMap<>(environment);
    own.put("HOOKLINE_OPTS", "-Xlog:class+load:file=" + classes);
    return HooklineProcess.start(folder, own, command);
  }

  private static void assertUnknown(Path classes) throws IOException {
    List<String> loaded = Files.readAllLines(classes);
    assertTrue(loaded.size() > 1_000, "only " + loaded.size() + " classes");
    assertEquals(
        List.of(), loaded.stream().filter(line -> line.contains("io.opentelemetry.")).toList());
  }

  @Test
  void whoDoesNotTraceLoadsNoClassOfTheLibrary() throws Exception {
    Path intakes = folder.resolve("intake.classes");
    Path workers = folder.resolve("worker.classes");
    String id;
    try (var serve = start("serve", intakes)) {
      id = deliver(serve.port("intake"));
      scrape(serve.port("admin"), "text/plain");
      assertEquals(0, serve.terminate());
    }
    try (var worker = start("worker", workers).readingOutput()) {
      worker.output(line -> line.path("pipeline_id").asText().equals(id), PATIENCE);
      scrape(worker.port("admin"), "text/plain");
      assertEquals(0, worker.terminate());
    }
    assertUnknown(intakes);
    assertUnknown(workers);
  }

  @Test
  void twoProcessesTellOfOneTraceAndOfTheRestAtTheirEnd() throws Exception {
    try (var collector = Collector.start()) {
      environment.put("OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint());
      // Longer than the test: what comes, comes at the end.
      environment.put("OTEL_BSP_SCHEDULE_DELAY", "600000");
      try (var serve = start("serve");
          var worker = start("worker").readingOutput()) {
        String id = deliver(serve.port("intake"));
        JsonNode accepted = serve.log(of(id), PATIENCE);
        JsonNode dispatched = worker.log(of(id), PATIENCE);
        String trace = accepted.path("trace_id").asText();
        assertTrue(trace.matches("[0-9a-f]{32}"), accepted::toString);
        assertEquals(trace, dispatched.path("trace_id").asText());

        String metrics = scrape(serve.port("admin"), "application/openmetrics-text");
        assertTrue(metrics.contains("trace_id=\"" + trace), metrics);
        assertFalse(scrape(serve.port("admin"), "text/plain").contains(trace));

        assertEquals(0, serve.terminate());
        assertEquals(0, worker.terminate());
        List<Told> spans = collector.await(2, span -> span.traceId().equals(trace));
        assertEquals("POST /webhooks/{service}", spans.getFirst().name());
        assertEquals(accepted.path("span_id").asText(), spans.getFirst().spanId());
        assertEquals("dispatch log", spans.getLast().name());
        assertEquals(dispatched.path("span_id").asText(), spans.getLast().spanId());
        assertEquals(spans.getFirst().spanId(), spans.getLast().parentId());
      }
    }
  }

  @Test
  void whatIsNotSpokenHereIsSaidAtTheStart() throws Exception {
    environment.put("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4317");
    environment.put("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc");
    try (var serve = start("serve")) {
      assertEquals(2, serve.exitCode());
      assertTrue(
          serve.wholeLog().getFirst().contains("OTEL_EXPORTER_OTLP_PROTOCOL"),
          serve.wholeLog()::toString);
    }
  }

  private static java.util.function.Predicate<JsonNode> of(String id) {
    return line -> line.path("pipeline_id").asText().equals(id);
  }

  private String scrape(int admin, String accept) throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/metrics".formatted(admin)))
            .header("Accept", accept)
            .build();
    HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
    assertEquals(200, answer.statusCode());
    return answer.body();
  }

  private String deliver(int port)
      throws IOException, InterruptedException, GeneralSecurityException {
    String body =
        """
        {"action":"created","issue":{"number":7},"comment":{"id":7,"body":"look"},\
        "repository":{"name":"widgets","owner":{"login":"octo"}},"sender":{"login":"octocat"}}\
        """;
    var mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(SECRET.getBytes(UTF_8), "HmacSHA256"));
    String signature = HexFormat.of().formatHex(mac.doFinal(body.getBytes(UTF_8)));
    var request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/webhooks/github".formatted(port)))
            .header("Content-Type", "application/json")
            .header("X-GitHub-Event", "issue_comment")
            .header("X-GitHub-Delivery", UUID.randomUUID().toString())
            .header("X-Hub-Signature-256", "sha256=" + signature)
            .POST(BodyPublishers.ofString(body))
            .build();
    HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
    assertEquals(202, answer.statusCode(), answer::body);
    return JSON.readTree(answer.body()).path("pipeline_id").asText();
  }
}
