package dev.hookline.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hookline.http.testing.Deliveries;
import dev.hookline.http.testing.RawClient;
import dev.hookline.testing.TestDatabase;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Masses of what no provider sends, at a {@code serve} of its own: how much it writes to its log
 * and to its database, and whether it serves others meanwhile. In what is sent, {@code |} stands
 * for the end of a line.
 */
class HostileTrafficIT {
  private static final String SECRET = "a secret that strangers do not know";
  private static final String FORGED =
      "Content-Type: application/json|X-GitHub-Event: push|X-GitHub-Delivery: d|"
          + "X-Hub-Signature-256: sha256="
          + "0".repeat(64)
          + "|";
  private static final String GITHUB = "POST /webhooks/github HTTP/1.1|Host: h|" + FORGED;
  private static final int CONNECTIONS = 16;

  /** Of each kind; more with {@code -Dhookline.bad-requests=1000000}. */
  private static final int BAD_REQUESTS = Integer.getInteger("hookline.bad-requests", 10_000);

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private static Path folder;
  private static final Map<String, String> environment = new HashMap<>();
  private static TestDatabase database;
  private final HttpClient http = HttpClient.newHttpClient();

  @BeforeAll
  static void migrate() throws Exception {
    database = TestDatabase.create();
    environment.put("HOOKLINE_DB_URL", database.url());
    Optional.ofNullable(database.user()).ifPresent(u -> environment.put("HOOKLINE_DB_USER", u));
    Optional.ofNullable(database.password())
        .ifPresent(p -> environment.put("HOOKLINE_DB_PASSWORD", p));
    environment.put("HOOKLINE_GITHUB_SECRETS", SECRET);
    environment.put("HOOKLINE_HTTP_PORT", "0");
    environment.put("HOOKLINE_ADMIN_PORT", "0");
    try (var migrate = HooklineProcess.start(folder, environment, "migrate")) {
      assertEquals(0, migrate.exitCode());
    }
  }

  @AfterAll
  static void drop() {
    database.close();
  }

  @Test
  void truncatedBodiesAreOneCounterAndLittleLog() throws Exception {
    var unlimited = new HashMap<>(environment);
    unlimited.put("HOOKLINE_GITHUB_RATE_LIMIT", "1000000:1000000");
    String before = stored();
    try (var serve = HooklineProcess.start(folder, unlimited, "serve")) {
      int port = serve.port("intake");
      int admin = serve.port("admin");
      int each = BAD_REQUESTS / CONNECTIONS;
      onEachConnection(
          () -> {
            for (int i = 0; i < each; i++) {
              try (var raw = new RawClient(port)) {
                String all = raw.send(GITHUB + "Content-Length: 100||{").halfClose().rest();
                assertTrue(all.startsWith("HTTP/1.1 400 "), all);
              }
            }
          });
      assertEquals(Map.of("invalid_payload", each * CONNECTIONS), counted(admin));
      assertEquals(before, stored());
      assertEquals(0, serve.terminate());
      assertLogged(100L * BAD_REQUESTS, serve.wholeLog());
    }
  }

  @Test
  void badRequestsAreLittleLog() throws Exception {
    var bad =
        List.of(
            "GET /etc/passwd HTTP/1.1|Host: h||",
            "PUT /webhooks/github HTTP/1.1|Host: h||",
            "POST /webhooks/x HTTP/1.1|Host: h|Content-Length: 4||ping",
            "POST /webhooks/github HTTP/1.1|Host: h|Content-Length: 0||",
            GITHUB + "Content-Length: 2||{}");
    int rounds = BAD_REQUESTS / CONNECTIONS / bad.size();
    String before = stored();
    try (var serve = HooklineProcess.start(folder, environment, "serve")) {
      int port = serve.port("intake");
      onEachConnection(
          () -> {
            try (var raw = new RawClient(port)) {
              for (int i = 0; i < rounds; i++) {
                raw.send(String.join("", bad));
                for (int k = 0; k < bad.size(); k++) {
                  String answer = raw.answer();
                  assertTrue(answer.startsWith("HTTP/1.1 4"), answer);
                }
              }
            }
          });
      assertEquals(before, stored());
      assertEquals(0, serve.terminate());
      assertLogged(50L * BAD_REQUESTS, serve.wholeLog());
    }
  }

  @Test
  void thousandsOfRequestsOnOneSocketAreRatedAndOthersAreServedMeanwhile() throws Exception {
    try (var serve = HooklineProcess.start(folder, environment, "serve");
        var greedy = new RawClient(serve.port("intake"), "127.0.0.2")) {
      int port = serve.port("intake");
      int many = 10_000;
      String request = GITHUB + "Content-Length: 2||{}";
      var sending = Thread.startVirtualThread(() -> sendAll(greedy, request, many));
      int rated = 0;
      for (int i = 0; i < many; i++) {
        String answer = greedy.answer();
        assertTrue(answer.matches("(?s)HTTP/1.1 (401|429) .*"), answer);
        if (answer.startsWith("HTTP/1.1 429 ")) {
          rated++;
        }
        if (i % 1_000 == 999) {
          deliver(port, UUID.randomUUID().toString(), push("honest" + i));
        }
      }
      sending.join();
      // A burst of 1000 and then 500 a second: what is answered within less than ten seconds.
      assertTrue(rated >= many / 4, rated + " of " + many + " were rated");
    }
  }

  private static void sendAll(RawClient raw, String request, int times) {
    try {
      for (int i = 0; i < times; i++) {
        raw.send(request);
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aThousandReplaysAndAHundredOtherIdsAreOnePipeline() throws Exception {
    String body = push("replayed");
    var answered = new ConcurrentLinkedQueue<String>();
    int before = pipelines();
    try (var worker = HooklineProcess.start(folder, environment, "worker").readingOutput()) {
      try (var serve = HooklineProcess.start(folder, environment, "serve")) {
        int port = serve.port("intake");
        int each = 1_000 / CONNECTIONS + 1;
        onEachConnection(
            () -> {
              for (int i = 0; i < each; i++) {
                answered.add(pipelineOf(deliver(port, "replayed", body)));
              }
              for (int i = 0; i < 100 / CONNECTIONS + 1; i++) {
                answered.add(pipelineOf(deliver(port, UUID.randomUUID().toString(), body)));
              }
            });
        serve.kill();
      }
      awaitEmptyOutbox();
      try (var serve = HooklineProcess.start(folder, environment, "serve")) {
        int port = serve.port("intake");
        answered.add(pipelineOf(deliver(port, "replayed", body)));
        answered.add(pipelineOf(deliver(port, UUID.randomUUID().toString(), body)));
      }
      assertEquals(1, Set.copyOf(answered).size());
      assertEquals(before + 1, pipelines());

      awaitEmptyOutbox();
      assertEquals(0, worker.terminate());
      String dispatch = "\"pipeline_id\":\"%s\",\"attempt\":".formatted(answered.peek());
      assertEquals(
          1, worker.wholeOutput().stream().filter(line -> line.contains(dispatch)).count());
    }
  }

  private static void awaitEmptyOutbox() throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!database.query("SELECT count(*) FROM outbox_message").equals("0")) {
      assertTrue(System.nanoTime() < deadline, "the outbox is not empty in time");
      Thread.sleep(20);
    }
  }

  /** As a collector of logs reads it: one object a line, in which nothing is a line of its own. */
  @Test
  void whatSendersWriteStaysWithinItsLineOfTheLog() throws Exception {
    String lookup = "${jndi:ldap://127.0.0.1:1/a}";
    var hostile =
        List.of(
            lookup,
            "%0d%0a{\"level\":\"ERROR\"}",
            "\"},{\"level\":\"ERROR",
            "\u001b[31mred",
            "\u0085\u009b31m\u00e9",
            "x".repeat(4_000));
    try (var serve = HooklineProcess.start(folder, environment, "serve")) {
      int port = serve.port("intake");
      for (String text : hostile) {
        answerTo(port, "POST /webhooks/%s HTTP/1.1|Host: h|".formatted(text), "");
        answerTo(port, "POST /%s HTTP/1.1|Host: h|X-%s: 1|".formatted(text, text), "");
        String body = push(Integer.toString(text.hashCode()));
        String answer = answerTo(port, signed("push", text, body), body);
        if (text.equals(lookup)) {
          assertTrue(answer.startsWith("HTTP/1.1 202 "), answer);
        }
        answerTo(port, signed("push" + text, "of a hostile type", body), body);
      }
      // What cannot stand in a header as it is comes as an escape of the body's.
      for (String text : List.of("\\r\\n{", "\\u001b[31m", "\\u2028\\u202e", "\\u0000")) {
        String body = push("1").replace("octo/widgets", "octo/" + text);
        answerTo(port, signed("push", "of a hostile body", body), body);
      }
      assertEquals(0, serve.terminate());
      List<String> log = serve.wholeLog();
      int lookups = 0;
      for (String line : log) {
        assertTrue(line.startsWith("{") && line.length() < 4_000, line);
        assertTrue(line.chars().allMatch(c -> c >= ' ' && c <= '~'), line);
        var parsed = JSON.readTree(line);
        assertTrue(parsed.path("level").asText().matches("INFO|WARN"), line);
        lookups += parsed.path("event_id").asText().equals(lookup) ? 1 : 0;
      }
      assertEquals(1, lookups, log::toString);
    }
  }

  private static String signed(String event, String delivery, String body) {
    return """
    POST /webhooks/github HTTP/1.1|Host: h|Content-Type: application/json|User-Agent: %s|\
    X-GitHub-Event: %s|X-GitHub-Delivery: %s|X-Hub-Signature-256: sha256=%s|\
    """
        .formatted(delivery, event, delivery, Deliveries.hmac(SECRET, body));
  }

  /** The answer to a request of this head, whichever it is. */
  private static String answerTo(int port, String head, String body) throws IOException {
    try (var raw = new RawClient(port)) {
      String answer =
          raw.send(head + "Connection: close|Content-Length: %d||%s".formatted(body.length(), body))
              .rest();
      assertTrue(answer.matches("(?s)HTTP/1.1 (202|4..) .*"), answer);
      return answer;
    }
  }

  private static int pipelines() {
    return Integer.parseInt(database.query("SELECT count(*) FROM pipeline"));
  }

  private static String pipelineOf(HttpResponse<String> answer) {
    return answer.headers().firstValue("X-Pipeline-Id").orElseThrow();
  }

  private static String push(String commit) {
    return """
    {"ref":"refs/heads/main","after":"%s","commits":[],\
    "repository":{"name":"widgets","full_name":"octo/widgets","owner":{"login":"octo"}},\
    "sender":{"login":"octocat","type":"User"}}\
    """
        .formatted(commit);
  }

  /** Sends it signed, and requires that it is accepted. */
  private HttpResponse<String> deliver(int port, String delivery, String body)
      throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/webhooks/github"))
            .header("Content-Type", "application/json")
            .header("X-GitHub-Event", "push")
            .header("X-GitHub-Delivery", delivery)
            .header("X-Hub-Signature-256", "sha256=" + Deliveries.hmac(SECRET, body))
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    var answer = http.send(request, BodyHandlers.ofString());
    assertEquals(202, answer.statusCode(), answer::body);
    return answer;
  }

  private interface Sending {
    void run() throws Exception;
  }

  private static void onEachConnection(Sending sending) throws Exception {
    try (var senders = Executors.newFixedThreadPool(CONNECTIONS)) {
      var tasks = new ArrayList<Callable<Boolean>>();
      for (int i = 0; i < CONNECTIONS; i++) {
        tasks.add(
            () -> {
              sending.run();
              return true;
            });
      }
      for (var done : senders.invokeAll(tasks)) {
        assertTrue(done.get());
      }
    }
  }

  /** How the requests of known services were counted, by status. */
  private Map<String, Integer> counted(int admin) throws IOException, InterruptedException {
    var metrics = URI.create("http://127.0.0.1:" + admin + "/metrics");
    String text =
        http.send(HttpRequest.newBuilder(metrics).build(), BodyHandlers.ofString()).body();
    var counts = new HashMap<String, Integer>();
    Pattern.compile("^webhook_received_total\\{.*status=\"(\\w+)\".*} ([0-9.]+)", Pattern.MULTILINE)
        .matcher(text)
        .results()
        .forEach(line -> counts.put(line.group(1), (int) Double.parseDouble(line.group(2))));
    return counts;
  }

  private static String stored() {
    return Stream.of("event", "pipeline", "outbox_message", "delivery_key", "refused_delivery")
        .map(table -> table + " " + database.query("SELECT count(*) FROM " + table))
        .collect(Collectors.joining(", "));
  }

  private static void assertLogged(long most, List<String> log) {
    long bytes = log.stream().mapToLong(line -> line.getBytes(UTF_8).length + 1L).sum();
    System.out.printf("%d lines, %d bytes of log%n", log.size(), bytes);
    assertTrue(bytes < most, bytes + " bytes of log");
    assertTrue(log.stream().noneMatch(line -> line.contains("Exception")), () -> log.toString());
  }
}
