package dev.hookline.bootstrap.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.hookline.bootstrap.up.RunFile;
import dev.hookline.bootstrap.up.UpFolder;
import dev.hookline.domain.delivery.Service;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SendCommandTest {
  private static final String SECRET = "größter geheimer Schlüssel";
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private record Received(String path, Headers headers, String body) {}

  private final List<Received> received = new CopyOnWriteArrayList<>();
  @TempDir private Path folder = Path.of("");
  private final HttpServer server;
  private Shell shell = new Shell(Path.of(""), new FakeCommands());
  private volatile int status = 202;

  SendCommandTest() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
  }

  @BeforeEach
  void start() {
    shell = new Shell(folder, new FakeCommands());
    server.createContext("/", this::take);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void take(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      received.add(
          new Received(
              exchange.getRequestURI().getPath(),
              exchange.getRequestHeaders(),
              new String(body, StandardCharsets.UTF_8)));
      exchange.getResponseHeaders().add("X-Pipeline-Id", "the-pipeline");
      byte[] answer = "{\"status\":\"accepted\"}".getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(status, answer.length);
      exchange.getResponseBody().write(answer);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "github,issue_comment",
    "github,pull_request",
    "github,push",
    "github,ping",
    "slack,app_mention",
    "slack,message",
    "slack,slash_command",
    "slack,block_actions",
    "linear,Issue",
    "linear,Comment"
  })
  void everySampleIsSignedAsItsProviderSigns(String service, String event) throws IOException {
    assertEquals(0, send(service, event, "--count", "2"), () -> shell.err().toString());
    assertEquals(2, received.size());
    for (Received one : received) {
      assertEquals("/webhooks/" + service, one.path());
      assertSigned(service, one);
      assertTrue(json(one).isObject() || event.equals("slash_command"), one.body());
    }
    assertNotEquals(received.get(0).body(), received.get(1).body());
  }

  @Test
  void githubNamesEventAndDeliveryInHeaders() throws IOException {
    assertEquals(0, send("github", "pull_request.closed"));
    Received one = received.getFirst();
    assertEquals("pull_request", one.headers().getFirst("X-GitHub-Event"));
    assertEquals(36, one.headers().getFirst("X-GitHub-Delivery").length());
    assertEquals("closed", json(one).get("action").asText());
  }

  @Test
  void linearSignsItsTimeInsideTheBody() throws IOException {
    assertEquals(0, send("linear"));
    Received one = received.getFirst();
    assertEquals(Shell.NOW.toEpochMilli(), json(one).get("webhookTimestamp").asLong());
    assertEquals("Issue", one.headers().getFirst("Linear-Event"));

    Path file =
        Files.writeString(folder.resolve("old.json"), "{\"webhookTimestamp\": 1, \"x\":\"ü\"}");
    assertEquals(0, send("linear", "Issue", "--file", file.toString()));
    assertEquals(
        "{\"webhookTimestamp\": " + Shell.NOW.toEpochMilli() + ", \"x\":\"ü\"}",
        received.getLast().body());
    assertSigned("linear", received.getLast());
  }

  @Test
  void aBodyOfOnesOwnIsSentByteForByte() {
    shell.type("payload=%7B%22a%22%3A1%7D\n");
    assertEquals(0, send("github", "push", "--file", "-", "--header", "X-GitHub-Delivery=fixed"));
    Received one = received.getFirst();
    assertEquals("payload=%7B%22a%22%3A1%7D\n", one.body());
    assertEquals("application/x-www-form-urlencoded", one.headers().getFirst("Content-Type"));
    assertEquals("fixed", one.headers().getFirst("X-GitHub-Delivery"));
    assertSigned("github", one);
  }

  @Test
  void statusPipelineAndAnswerArePrinted() {
    assertEquals(0, send("github"));
    assertEquals("202 X-Pipeline-Id: the-pipeline\n{\"status\":\"accepted\"}\n", shell.out());
  }

  @Test
  void anyOtherAnswerThanSuccessEndsWithOne() {
    status = 401;
    assertEquals(1, send("github"));
    assertTrue(shell.out().startsWith("401"), shell.out());
  }

  @Test
  void aSchemeMayBeWrittenLarge() {
    String url = "HTTP://127.0.0.1:%d".formatted(server.getAddress().getPort());
    assertEquals(0, shell.run("send", "github", "--secret", SECRET, "--url", url));
    assertEquals("/webhooks/github", received.getFirst().path());
  }

  @Test
  void noAnswerEndsWithOneAndALine() {
    server.stop(0);
    assertEquals(1, send("github"));
    assertEquals(1, shell.err().size(), () -> shell.err().toString());
  }

  @Test
  void itFindsTheUpThatRunsHereAndItsSecret() {
    try (UpFolder up = UpFolder.open(folder.resolve(".hookline"))) {
      String secret = up.secretFor(new Service("slack"));
      up.announce(RunFile.ofThisProcess(url(), "http://a", "jdbc:x", "u", "p"));
      assertEquals(0, shell.run("send", "slack"), () -> shell.err().toString());
      assertSigned("slack", received.getFirst(), secret);
    }
  }

  @Test
  void elseItTakesWhatIsConfigured() {
    shell.environment.put("HOOKLINE_LINEAR_SECRETS", "linear-secret-012345,older");
    shell.environment.put("HOOKLINE_HTTP_PORT", Integer.toString(server.getAddress().getPort()));
    assertEquals(0, shell.run("send", "linear", "Comment"), () -> shell.err().toString());
    assertSigned("linear", received.getFirst(), "linear-secret-012345");
  }

  private int send(String... arguments) {
    var all = new java.util.ArrayList<>(List.of("send"));
    all.addAll(List.of(arguments));
    all.addAll(List.of("--url", url(), "--secret", SECRET));
    return shell.run(all.toArray(String[]::new));
  }

  private String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private static JsonNode json(Received one) throws IOException {
    String body = one.body();
    if (body.startsWith("payload=")) {
      body = URLDecoder.decode(body.substring("payload=".length()), StandardCharsets.UTF_8);
    }
    return body.startsWith("{") ? JSON.readTree(body) : JSON.missingNode();
  }

  private static void assertSigned(String service, Received one) {
    assertSigned(service, one, SECRET);
  }

  private static void assertSigned(String service, Received one, String secret) {
    switch (service) {
      case "github" ->
          assertEquals(
              "sha256=" + hmac(secret, one.body()), one.headers().getFirst("X-Hub-Signature-256"));
      case "slack" -> {
        String time = one.headers().getFirst("X-Slack-Request-Timestamp");
        assertEquals(Long.toString(Shell.NOW.getEpochSecond()), time);
        assertEquals(
            "v0=" + hmac(secret, "v0:" + time + ":" + one.body()),
            one.headers().getFirst("X-Slack-Signature"));
      }
      default -> assertEquals(hmac(secret, one.body()), one.headers().getFirst("Linear-Signature"));
    }
  }

  private static String hmac(String secret, String text) {
    try {
      var mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      var hex = new StringBuilder();
      for (byte b : mac.doFinal(text.getBytes(StandardCharsets.UTF_8))) {
        hex.append(Character.forDigit((b >> 4) & 15, 16)).append(Character.forDigit(b & 15, 16));
      }
      return hex.toString();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void answersAreJsonForMachines() throws IOException {
    assertEquals(0, send("github", "--count", "2", "--json"));
    List<String> lines = shell.out().lines().toList();
    assertEquals(2, lines.size(), shell::out);
    JsonNode first = JSON.readTree(lines.getFirst());
    assertEquals(202, first.path("status").asInt());
    assertEquals("the-pipeline", first.path("pipeline_id").asText());
    assertEquals("accepted", first.at("/answer/status").asText());
  }
}
