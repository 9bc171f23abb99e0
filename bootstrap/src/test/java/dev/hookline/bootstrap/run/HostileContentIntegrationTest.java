package dev.hookline.bootstrap.run;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hookline.application.dispatch.Command;
import dev.hookline.application.dispatch.Targets;
import dev.hookline.application.standardize.Standardization;
import dev.hookline.bootstrap.config.Configuration;
import dev.hookline.bootstrap.config.Settings;
import dev.hookline.bootstrap.config.Settings.Role;
import dev.hookline.domain.delivery.RawBody;
import dev.hookline.domain.pipeline.PipelineId;
import dev.hookline.domain.pipeline.PipelineState;
import dev.hookline.http.admin.AdminServer;
import dev.hookline.http.dialects.Dialects;
import dev.hookline.http.fuzz.Input;
import dev.hookline.http.intake.IntakeServer;
import dev.hookline.http.metrics.PrometheusMetrics;
import dev.hookline.http.provider.Dialect;
import dev.hookline.http.testing.Deliveries;
import dev.hookline.http.testing.RawClient;
import dev.hookline.http.testing.Reading;
import dev.hookline.persistence.Database;
import dev.hookline.testing.TestDatabase;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
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
  private static final Pattern PIPELINE = Pattern.compile("\nX-Pipeline-Id: (\\S+)\r\n");

  private static final String CONFIGURATION =
      """
      hookline:
        services:
          github:
            supported-events: ["*"]
          slack:
            supported-events: ["*"]
            repositories: [{match: {}, repository: octo/slack}]
          linear:
            supported-events: ["*"]
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
            assembly
                .intake(
                    useCases,
                    metrics,
                    Assembly.evidence(database, metrics, closer),
                    Assembly.Tracing.OFF)
                .start());
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
                Targets.only(target),
                Assembly.Tracing.OFF))
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

  /** The signature is over the bytes, in however many pieces they come. */
  @ParameterizedTest
  @ValueSource(strings = {"github", "slack", "linear"})
  void whatIsSignedIsTheBytesInHoweverManyChunks(String service) throws Exception {
    for (int chunks : List.of(1, 3, 1000)) {
      String about = chunks + " chunks";
      byte[] plain = body(service, "\u00e4".repeat(1000), "");
      byte[] lines = new String(plain, UTF_8).replace(",", ",\r\n").getBytes(UTF_8);
      String answer = sendInChunks(service, lines, chunks);
      assertTrue(answer.matches("(?s)HTTP/1.1 20[02] .*\"status\":\"accepted\".*"), about + answer);
      isKeptOnce("event", about, lines);

      byte[] marked = ("\ufeff" + new String(lines, UTF_8)).getBytes(UTF_8);
      byte[] invalid = replaced(body(service, "@".repeat(1000), ""), '@', new byte[] {(byte) 0xff});
      byte[] broken = replaced(body(service, "@".repeat(1000), ""), '@', new byte[] {'\r', '\n'});
      for (byte[] odd : List.of(marked, invalid, broken)) {
        answer = sendInChunks(service, odd, chunks);
        assertTrue(answer.startsWith("HTTP/1.1 400 "), about + answer);
        assertTrue(answer.contains("InvalidPayloadError"), about + answer);
        isKeptOnce("refused_delivery", about, odd);
      }
    }
  }

  private String sendInChunks(String service, byte[] body, int chunks) throws Exception {
    var message = new ByteArrayOutputStream();
    for (int i = 0; i < chunks; i++) {
      byte[] chunk =
          Arrays.copyOfRange(body, body.length * i / chunks, body.length * (i + 1) / chunks);
      message.writeBytes("%x\r\n".formatted(chunk.length).getBytes(ISO_8859_1));
      message.writeBytes(chunk);
      message.writeBytes("\r\n".getBytes(ISO_8859_1));
    }
    message.writeBytes("0\r\n\r\n".getBytes(ISO_8859_1));
    String length = "Transfer-Encoding: chunked|";
    return send(
        service, "application/json", length + headers(service, body), message.toByteArray());
  }

  @Test
  void slacksChallengeIsEchoedUnderASignatureAlone() throws Exception {
    byte[] body = "{\"type\":\"url_verification\",\"challenge\":\"3eZbrw1a\"}".getBytes(UTF_8);
    String time = "X-Slack-Request-Timestamp: %d|".formatted(clock.instant().getEpochSecond());
    String forged = time + "X-Slack-Signature: v0=%s|".formatted("0".repeat(64));
    for (String headers : List.of("", time, forged)) {
      String answer = send("slack", body, headers);
      assertTrue(answer.startsWith("HTTP/1.1 401 "), answer);
      assertFalse(answer.contains("3eZbrw1a"), answer);
    }
    String answer = send("slack", body, headers("slack", body));
    assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
    assertTrue(answer.endsWith("{\"challenge\":\"3eZbrw1a\"}"), answer);

    byte[] flood = new String(body, UTF_8).replace("3eZ", "3".repeat(1000)).getBytes(UTF_8);
    isRefused("slack", "a long challenge", flood, headers("slack", flood));
  }

  /** What the fuzzer found worth keeping, as true deliveries: through socket and database. */
  @ParameterizedTest
  @ValueSource(strings = {"github", "slack", "linear"})
  void whatTheFuzzerFoundIsReadBackByteForByte(String service) throws Exception {
    var reading = Reading.all(dialect(service), Reading.mapping(Map.of(), "octo/inbox"));
    var started = new HashSet<String>();
    var events = new HashSet<RawBody>();
    var refused = new HashSet<RawBody>();
    for (Path file : corpus(service)) {
      Fuzzed fuzzed = fuzzed(service, new Input(Files.readAllBytes(file)));
      byte[] bytes = fuzzed.body().bytes();
      String headers =
          "Content-Length: %d|".formatted(bytes.length)
              + signature(service, bytes)
              + fuzzed.headers();
      String answer = send(service, fuzzed.contentType(), headers, bytes);
      String about = file + ": " + answer;
      Optional<String> pipeline =
          PIPELINE.matcher(answer).results().map(found -> found.group(1)).findFirst();
      switch (reading.read(fuzzed.delivery(service))) {
        case Standardization.Understood _ -> {
          assertTrue(answer.matches("(?s)HTTP/1.1 20[02] .*"), about);
          assertTrue(pipeline.isPresent(), about);
          // Another one with its id or its body is a duplicate, and leaves nothing of its own.
          if (started.add(pipeline.get())) {
            events.add(fuzzed.body());
          }
        }
        case Standardization.Unusable _ -> {
          assertTrue(answer.matches("(?s)HTTP/1.1 (20[02]|400|422) .*"), about);
          assertEquals(Optional.empty(), pipeline, about);
          refused.add(fuzzed.body());
        }
        case Standardization.Handshake _ -> {
          assertTrue(answer.startsWith("HTTP/1.1 200 "), about);
          assertEquals(Optional.empty(), pipeline, about);
        }
      }
    }
    assertTrue(events.size() > 10 && refused.size() > 100, events.size() + " " + refused.size());
    assertEquals(events, bodies("event"));
    assertEquals(refused, bodies("refused_delivery"));
  }

  private static Dialect dialect(String service) {
    return Dialects.all().stream()
        .filter(dialect -> dialect.profile().service().name().equals(service))
        .findFirst()
        .orElseThrow();
  }

  private static List<Path> corpus(String service) throws IOException {
    Path corpora = Path.of("..", "adapters-http", "src", "test", "resources", "fuzz");
    try (var files = Files.list(corpora.resolve(service + "-handler"))) {
      return files.sorted().toList();
    }
  }

  /**
   * A delivery made of a fuzzer's bytes.
   *
   * @param headers with {@code |} as the end of a line, without the signature's
   */
  private record Fuzzed(String contentType, String headers, RawBody body) {
    Deliveries delivery(String service) {
      var delivery = Deliveries.from(service).without("Content-Type");
      delivery.header("Content-Type", contentType);
      for (String line : headers.split("\\|", -1)) {
        int colon = line.indexOf(": ");
        if (colon > 0) {
          delivery.header(line.substring(0, colon), line.substring(colon + 2));
        }
      }
      return delivery.body(body.bytes());
    }
  }

  /** As the handlers' fuzz targets take their input apart; an id of a header is new each time. */
  private Fuzzed fuzzed(String service, Input input) {
    int how = input.choice();
    String first = input.text();
    String id = UUID.randomUUID().toString();
    return switch (service) {
      case "github" -> {
        for (int ids = (how & 2) == 0 ? 1 : 2; ids > 0; ids--) {
          input.text();
        }
        yield new Fuzzed(
            (how & 1) == 0 ? Deliveries.JSON : Deliveries.FORM,
            "X-GitHub-Event: %s|X-GitHub-Delivery: %s|"
                .formatted(headerText(first).orElse("issue_comment"), id),
            RawBody.of(input.rest()));
      }
      case "slack" -> {
        byte[] body = input.rest();
        String text = "payload=" + URLEncoder.encode(new String(body, UTF_8), UTF_8);
        yield switch (how % 3) {
          case 0 -> new Fuzzed(Deliveries.JSON, "", RawBody.of(body));
          case 1 -> new Fuzzed(Deliveries.FORM, "", RawBody.of(body));
          default -> new Fuzzed(Deliveries.FORM, "", RawBody.of(text.getBytes(UTF_8)));
        };
      }
      default -> {
        Optional<String> event = (how & 2) == 0 ? Optional.empty() : headerText(input.text());
        yield new Fuzzed(
            Deliveries.JSON,
            "Linear-Delivery: %s|".formatted(id)
                + event.map("Linear-Event: %s|"::formatted).orElse(""),
            RawBody.of(sentNow(input.rest())));
      }
    };
  }

  /** As HTTP carries it, if it can. */
  private static Optional<String> headerText(String text) {
    return Optional.of(text.strip())
        .filter(found -> found.length() <= 1000)
        .filter(found -> found.chars().allMatch(c -> c >= ' ' && c < 0x7f && c != '|'));
  }

  /** With the time put in, without which no object of Linear is authentic. */
  private byte[] sentNow(byte[] body) {
    String text = new String(body, ISO_8859_1);
    return text.stripLeading().startsWith("{")
        ? text.replaceFirst("\\{", "{\"webhookTimestamp\":%d,".formatted(clock.millis()))
            .getBytes(ISO_8859_1)
        : body;
  }

  private Set<RawBody> bodies(String table) throws SQLException {
    var bodies = new HashSet<RawBody>();
    try (var connection = testDatabase.connect();
        var query = connection.prepareStatement("SELECT body FROM " + table);
        var rows = query.executeQuery()) {
      while (rows.next()) {
        bodies.add(RawBody.of(rows.getBytes(1)));
      }
    }
    return bodies;
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
    return signature(service, body)
        + switch (service) {
          case "github" -> "X-GitHub-Event: issue_comment|X-GitHub-Delivery: %s|".formatted(id);
          case "slack" -> "";
          default -> "Linear-Delivery: %s|".formatted(id);
        };
  }

  private String signature(String service, byte[] body) throws GeneralSecurityException {
    long now = clock.instant().getEpochSecond();
    return switch (service) {
      case "github" -> "X-Hub-Signature-256: sha256=%s|".formatted(hmac(service, "", body));
      case "slack" ->
          "X-Slack-Request-Timestamp: %d|X-Slack-Signature: v0=%s|"
              .formatted(now, hmac(service, "v0:" + now + ":", body));
      default -> "Linear-Signature: %s|".formatted(hmac(service, "", body));
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
    String length = "Content-Length: %d|".formatted(body.length);
    return send(service, "application/json", length + headers, body);
  }

  private String send(String service, String contentType, String headers, byte[] message)
      throws IOException {
    try (var client = new RawClient(intake.port())) {
      return client
          .send(
              "POST /webhooks/%s HTTP/1.1|Host: h|Content-Type: %s|%s|"
                  .formatted(service, contentType, headers))
          .send(message)
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
