package dev.hookline.bootstrap.run;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hookline.application.dispatch.Command;
import dev.hookline.application.dispatch.Targets;
import dev.hookline.bootstrap.config.Configuration;
import dev.hookline.bootstrap.config.Settings;
import dev.hookline.bootstrap.config.Settings.Role;
import dev.hookline.domain.pipeline.PipelineId;
import dev.hookline.domain.pipeline.PipelineState;
import dev.hookline.http.admin.AdminServer;
import dev.hookline.http.dialects.Dialects;
import dev.hookline.http.intake.IntakeServer;
import dev.hookline.http.metrics.PrometheusMetrics;
import dev.hookline.http.provider.Dialect;
import dev.hookline.http.testing.RawClient;
import dev.hookline.persistence.Database;
import dev.hookline.testing.TestDatabase;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever stands under a true signature is answered below 500, kept byte for byte, and either
 * dispatched or refused.
 */
class HostileContentIntegrationTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String SECRET = "a secret in this test of ";
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final String CONFIGURATION =
      """
      hookline:
        services:
          slack:
            repositories: [{match: {}, repository: octo/slack}]
          linear:
            repositories: [{match: {}, repository: octo/linear}]
      """;

  @TempDir private Path folder;
  private final Clock clock = Clock.systemUTC();
  private final HttpClient http = HttpClient.newHttpClient();
  private final WatchedTarget target = new WatchedTarget("watched");
  private final AtomicInteger numbers = new AtomicInteger();
  private final Closer closer = new Closer();
  private final TestDatabase testDatabase = closer.add(TestDatabase.create());
  private Assembly assembly;
  private UseCases useCases;
  private PrometheusMetrics metrics;
  private IntakeServer intake;
  private AdminServer admin;

  @BeforeEach
  void assemble() throws IOException {
    assembly = new Assembly(settings(), clock);
    Database database = closer.add(assembly.open("test-intake", 8));
    database.migrate();
    useCases = assembly.useCases(database);
    metrics = new PrometheusMetrics(useCases.records(), database.pauses());
    intake =
        closer.add(
            assembly.intake(useCases, metrics, Assembly.evidence(database, metrics, closer)));
    admin =
        closer.add(
            assembly.admin(
                metrics, Optional.of(Assembly.api(useCases)), Optional.empty(), Map::of));
  }

  @AfterEach
  void close() {
    closer.close();
  }

  private Settings settings() throws IOException {
    Path file = Files.writeString(folder.resolve("hookline.yaml"), CONFIGURATION);
    var environment = new HashMap<String, String>();
    for (String service : List.of("GITHUB", "SLACK", "LINEAR")) {
      environment.put("HOOKLINE_%s_SECRETS".formatted(service), SECRET + service);
    }
    environment.put("HOOKLINE_DB_URL", testDatabase.url());
    Optional.ofNullable(testDatabase.user()).ifPresent(u -> environment.put("HOOKLINE_DB_USER", u));
    Optional.ofNullable(testDatabase.password())
        .ifPresent(p -> environment.put("HOOKLINE_DB_PASSWORD", p));
    environment.put("HOOKLINE_HTTP_HOST", "127.0.0.1");
    environment.put("HOOKLINE_HTTP_PORT", "0");
    environment.put("HOOKLINE_ADMIN_PORT", "0");
    return Configuration.load(
            new Configuration.Sources(folder, Optional.of(file), environment, System::nanoTime),
            Role.TOOL,
            Dialects.all().stream().map(Dialect::profile).toList())
        .settings();
  }

  @ParameterizedTest
  @ValueSource(strings = {"github", "slack", "linear"})
  void whatIsOddButJsonIsDispatchedAndWhatIsNotIsRefused(String service) throws Exception {
    var ids = new ArrayList<PipelineId>();
    for (var odd : readable(service).entrySet()) {
      PipelineId id = accepted(service, odd.getKey(), odd.getValue());
      ids.add(id);
      String shown = get("/api/pipelines/" + id);
      assertTrue(shown.contains(new String(odd.getValue(), UTF_8)), odd.getKey() + ": " + shown);
    }
    int refused = 0;
    for (var odd : unreadable(service).entrySet()) {
      isRefused(service, odd.getKey(), odd.getValue(), headers(service, odd.getValue()));
      assertEquals(++refused, JSON.readTree(get("/api/refused?limit=200")).path("refused").size());
    }

    closer
        .add(
            assembly.worker(
                closer.add(assembly.open("test-worker", 4)),
                useCases.format(),
                metrics,
                Targets.only(target)))
        .start();
    target.awaitCount(ids.size());
    ids.forEach(this::awaitDispatched);
    assertEquals(ids, target.taken().stream().map(Command::id).toList());
    JsonNode outbox = JSON.readTree(get("/api/outbox"));
    assertEquals(0, outbox.path("pending").asInt() + outbox.path("leased").asInt());
    assertEquals(0, outbox.path("dead").asInt());
  }

  /** An id is not signed, so it costs nobody his delivery. */
  @ParameterizedTest
  @ValueSource(strings = {"github", "linear"})
  void whatHasAnUnusableIdOrNameIsKept(String service) throws Exception {
    String id = service.equals("github") ? "X-GitHub-Delivery" : "Linear-Delivery";
    String name = service.equals("github") ? "X-GitHub-Event" : "Linear-Event";
    for (String odd : List.of("d".repeat(3000), "\u0080\u00ff", "d\u00e9", "a b", "")) {
      byte[] body = body(service, "x", "");
      String headers = headers(service, body).replaceAll(id + ": [^|]*\\|", "");
      isRefused(service, "id " + odd, body, headers + id + ": " + odd + "|");
    }
    byte[] body = body(service, "x", "");
    isRefused(service, "id twice", body, headers(service, body) + id + ": other|");
    byte[] another = body(service, "x", "");
    isRefused(
        service, "name twice", another, headers(service, another) + (name + ": push|").repeat(2));
  }

  @ParameterizedTest
  @ValueSource(strings = {"%01%c3%a9", "%00", "dddddddddd"})
  void slacksOddEventIdIsKept(String id) throws Exception {
    String odd = id.startsWith("d") ? "d".repeat(3000) : URLDecoder.decode(id, UTF_8);
    byte[] body =
        new String(body("slack", "x", ""), UTF_8)
            .replaceFirst("Ev[0-9]+", odd.replace("\u0000", "\\\\u0000").replace("\u0001", ""))
            .getBytes(UTF_8);
    isRefused("slack", id, body, headers("slack", body));
  }

  private Map<String, byte[]> readable(String service) {
    var bodies = new LinkedHashMap<String, byte[]>();
    for (String text : List.of("\\u0000", "\\ud800", "\\udc00\\ud800", "\u202e\ufeff\uffff")) {
      bodies.put("text " + text, body(service, text, ""));
    }
    for (String value :
        List.of("9007199254740993", "1e131000", "1e400000000", "-0", "9".repeat(100))) {
      bodies.put("number " + value, body(service, "x", ",\"v\":" + value));
    }
    bodies.put("depth", body(service, "x", ",\"v\":" + "[".repeat(99) + "]".repeat(99)));
    bodies.put("name", body(service, "x", ",\"" + "n".repeat(1000) + "\":1"));
    return bodies;
  }

  private Map<String, byte[]> unreadable(String service) {
    var bodies = new LinkedHashMap<String, byte[]>();
    for (String hex : List.of("00", "c080", "e08080", "eda080", "edb080", "ff", "f4908080", "1f")) {
      byte[] body = body(service, "@", "");
      bodies.put("bytes " + hex, replaced(body, '@', HexFormat.of().parseHex(hex)));
    }
    for (String more :
        List.of(
            ",\"v\":1,\"v\":2",
            ",\"v\":" + "9".repeat(400),
            ",\"v\":1e" + "9".repeat(400),
            ",\"v\":" + "[".repeat(100) + "]".repeat(100),
            ",\"v\":" + "[".repeat(100_000),
            ",\"" + "n".repeat(2000) + "\":1",
            ",\"v\":[" + "1,".repeat(1_000_000) + "1]",
            ",\"v\":NaN",
            "} {",
            "}, \"v\":{\"v\":1")) {
      bodies.put(more.substring(0, Math.min(20, more.length())), body(service, "x", more));
    }
    String text = new String(body(service, "x", ""), UTF_8);
    bodies.put("UTF-16LE", text.getBytes(UTF_16LE));
    bodies.put("UTF-16BE", text.getBytes(UTF_16BE));
    bodies.put("mark", ("\ufeff" + text).getBytes(UTF_8));
    for (String whole : List.of("null", "7", "\"x\"", "[]", "")) {
      bodies.put("body " + whole, whole.getBytes(UTF_8));
    }
    return bodies;
  }

  private static byte[] replaced(byte[] body, char mark, byte[] with) {
    var replaced = new ByteArrayOutputStream();
    for (byte b : body) {
      if (b == mark) {
        replaced.writeBytes(with);
      } else {
        replaced.write(b);
      }
    }
    return replaced.toByteArray();
  }

  /** A body that was never sent before. */
  private byte[] body(String service, String text, String more) {
    int number = numbers.incrementAndGet();
    String body =
        switch (service) {
          case "github" ->
              """
              {"action":"created","issue":{"number":%1$d},"comment":{"id":%1$d,"body":"%2$s"},\
              "repository":{"full_name":"octo/widgets"}%3$s}\
              """;
          case "slack" ->
              """
              {"type":"event_callback","event_id":"Ev%1$d","team_id":"T1",\
              "event":{"type":"message","channel":"C1","text":"%2$s","ts":"1767326125.870439"}%3$s}\
              """;
          default ->
              """
              {"type":"Comment","action":"create","webhookTimestamp":%4$d,\
              "data":{"id":"c%1$d","body":"%2$s"}%3$s}\
              """;
        };
    return body.formatted(number, text, more, clock.millis()).getBytes(UTF_8);
  }

  /** Those of a true delivery, with {@code |} as the end of a line. */
  private String headers(String service, byte[] body) throws GeneralSecurityException {
    String id = UUID.randomUUID().toString();
    long now = clock.instant().getEpochSecond();
    return switch (service) {
      case "github" ->
          "X-GitHub-Event: issue_comment|X-GitHub-Delivery: %s|X-Hub-Signature-256: sha256=%s|"
              .formatted(id, hmac(service, "", body));
      case "slack" ->
          "X-Slack-Request-Timestamp: %d|X-Slack-Signature: v0=%s|"
              .formatted(now, hmac(service, "v0:" + now + ":", body));
      default -> "Linear-Delivery: %s|Linear-Signature: %s|".formatted(id, hmac(service, "", body));
    };
  }

  private static String hmac(String service, String before, byte[] body)
      throws GeneralSecurityException {
    var mac = Mac.getInstance("HmacSHA256");
    String secret = SECRET + service.toUpperCase(Locale.ROOT);
    mac.init(new SecretKeySpec(secret.getBytes(UTF_8), "HmacSHA256"));
    mac.update(before.getBytes(ISO_8859_1));
    return HexFormat.of().formatHex(mac.doFinal(body));
  }

  private PipelineId accepted(String service, String about, byte[] body) throws Exception {
    String answer = send(service, body, headers(service, body));
    assertTrue(answer.matches("(?s)HTTP/1.1 20[02] .*\"status\":\"accepted\".*"), about + answer);
    isKeptOnce("event", about, body);
    String id =
        JSON.readTree(answer.substring(answer.indexOf("\r\n\r\n"))).path("pipeline_id").asText();
    return PipelineId.parse(id).orElseThrow();
  }

  private void isRefused(String service, String about, byte[] body, String headers)
      throws Exception {
    String answer = send(service, body, headers);
    assertTrue(answer.startsWith("HTTP/1.1 400 "), about + answer);
    assertTrue(answer.contains("InvalidPayloadError"), about + answer);
    isKeptOnce("refused_delivery", about, body);
  }

  private String send(String service, byte[] body, String headers) throws IOException {
    try (var client = new RawClient(intake.port())) {
      return client
          .send(
              "POST /webhooks/%s HTTP/1.1|Host: h|Content-Type: application/json|"
                      .formatted(service)
                  + "Content-Length: %d|%s|".formatted(body.length, headers))
          .send(body)
          .answer();
    }
  }

  private void isKeptOnce(String table, String about, byte[] body) throws Exception {
    try (var connection = testDatabase.connect();
        var query =
            connection.prepareStatement(
                "SELECT body FROM %s WHERE sha256(body) = sha256(?)".formatted(table))) {
      query.setBytes(1, body);
      try (var rows = query.executeQuery()) {
        assertTrue(rows.next(), about + " is not kept");
        assertArrayEquals(body, rows.getBytes(1), about);
        assertTrue(!rows.next(), about + " is kept twice");
      }
    }
  }

  private String get(String path) throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d%s".formatted(admin.port(), path)))
            .build();
    var answer = http.send(request, BodyHandlers.ofString());
    assertEquals(200, answer.statusCode(), answer::body);
    return answer.body();
  }

  private void awaitDispatched(PipelineId id) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!(useCases.records().pipeline(id).orElseThrow().pipeline().state()
        instanceof PipelineState.Dispatched)) {
      assertTrue(System.nanoTime() < deadline, () -> id + " is not dispatched");
    }
  }
}
