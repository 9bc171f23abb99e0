package dev.hookline.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hookline.bootstrap.deploy.InstalledProgram;
import dev.hookline.persistence.DatabaseSettings;
import dev.hookline.testing.PostgresServer;
import dev.hookline.testing.TestDatabase;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code migrate}, {@code serve} and {@code worker} as an operator runs them: apart, on a real
 * database, each in the role that has no rights but those it needs.
 */
class SeparateProcessesEndToEndIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String SECRET = "an end-to-end test's secret";

  /** Between one look and the next, in nanoseconds: others want the processor. */
  private static final long BETWEEN_LOOKS = 10_000_000;

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** What another worker may take to finish a dead one's work. */
  private static final Duration TAKEOVER = Duration.ofSeconds(10);

  @TempDir private Path folder;
  private final HttpClient http = HttpClient.newHttpClient();
  private final Map<String, String> environment = new HashMap<>();

  /** What each command logs in as; the others as the owner. */
  private final Map<String, DatabaseSettings> logins = new HashMap<>();

  @BeforeEach
  void migrate() throws IOException, InterruptedException {
    var database = TestDatabase.create();
    environment.put("HOOKLINE_DB_URL", database.url());
    environment.put("HOOKLINE_GITHUB_SECRETS", SECRET);
    environment.put("HOOKLINE_HTTP_PORT", "0");
    environment.put("HOOKLINE_ADMIN_PORT", "0");
    logins.put("migrate", database.settings());
    String intake = database.nameRole("intake");
    String worker = database.nameRole("worker");
    try (var migrate = start("migrate", "--intake-role", intake, "--worker-role", worker)) {
      assertEquals(0, migrate.exitCode());
    }
    logins.put("serve", database.settings(intake));
    logins.put("worker", database.settings(worker));
  }

  private HooklineProcess start(String command, String... options) throws IOException {
    var line = Stream.concat(Stream.of(command), Stream.of(options)).toArray(String[]::new);
    return HooklineProcess.start(folder, environmentOf(command), line);
  }

  private Map<String, String> environmentOf(String command) {
    var own = new HashMap<>(environment);
    DatabaseSettings login = requireNonNull(logins.get(command));
    Optional.ofNullable(login.user()).ifPresent(user -> own.put("HOOKLINE_DB_USER", user));
    Optional.ofNullable(login.password())
        .ifPresent(password -> own.put("HOOKLINE_DB_PASSWORD", password.get()));
    return own;
  }

  @Test
  void aDeliveryTakenByServeIsDispatchedByAWorkerOfItsOwn() throws Exception {
    try (var serve = start("serve");
        var worker = start("worker").readingOutput()) {
      int intake = serve.port("intake");
      int admin = serve.port("admin");
      HttpResponse<String> answer = send(intake, UUID.randomUUID(), comment("please look", 1));
      String id = accepted(answer);

      JsonNode line = worker.output(pipeline(id), PATIENCE);
      assertEquals(1, line.path("attempt").asInt());
      assertEquals("issue_comment", line.path("event").path("event_type").asText());
      assertEquals("please look", line.path("event").path("user_request").asText());
      JsonNode shown = awaitState(admin, id, "DISPATCHED");
      assertEquals("octo/widgets", shown.path("repository").asText());

      String request = answer.headers().firstValue("X-Request-Id").orElseThrow();
      for (HooklineProcess process : List.of(serve, worker)) {
        JsonNode logged =
            process.log(told -> told.path("pipeline_id").asText().equals(id), PATIENCE);
        assertEquals(request, logged.path("request_id").asText());
        assertEquals("github", logged.path("service").asText());
        assertEquals("issue_comment", logged.path("event_type").asText());
        assertEquals("octo/widgets", logged.path("repository").asText());
        assertTrue(logged.has("event_id") && logged.has("duration_ms"), logged::toString);
      }

      assertEquals(0, serve.terminate());
      assertEquals(0, worker.terminate());
    }
  }

  @Test
  void moreSocketsThanDescriptorsDoNotCostTheIntakeItsListener() throws Exception {
    try (var serve = HooklineProcess.startWithin(220, folder, environmentOf("serve"), "serve")) {
      int intake = serve.port("intake");
      var sockets = new ArrayList<Socket>();
      for (int i = 0; i < 400; i++) {
        sockets.add(new Socket(InetAddress.getLoopbackAddress(), intake));
      }
      for (Socket socket : sockets) {
        socket.close();
      }
      accepted(send(intake, UUID.randomUUID(), comment("after the flood", 1)));
      assertEquals(0, serve.terminate());
    }
  }

  /** A cap that is lowered under a process is what its own count of connections cannot foresee. */
  @Test
  void anIntakeThatHasLostItsListenerEnds() throws Exception {
    try (var serve = start("serve")) {
      int intake = serve.port("intake");
      // Its last listener: from here on it opens nothing that it cannot do without.
      serve.port("admin");
      limitDescriptors(serve, 10);
      try (var _ = new Socket(InetAddress.getLoopbackAddress(), intake)) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (listens(intake)) {
          assertTrue(System.nanoTime() < deadline, "it listens all the same");
          Thread.sleep(20);
        }
      }
      limitDescriptors(serve, 1_000);
      assertEquals(1, serve.exitCode());
      serve.log(line -> line.path("message").asText().contains("Nobody listens"), PATIENCE);
    }
  }

  private static boolean listens(int port) throws IOException {
    try (var _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return true;
    } catch (SocketException _) {
      return false;
    }
  }

  private static void limitDescriptors(HooklineProcess process, int most) throws Exception {
    var prlimit = InstalledProgram.named("prlimit").path().toString();
    assertEquals(
        0,
        new ProcessBuilder(prlimit, "--pid=" + process.pid(), "--nofile=" + most + ":")
            .inheritIO()
            .start()
            .waitFor());
  }

  @Test
  void anotherWorkerFinishesWhatAKilledOneWasDispatching() throws Exception {
    try (var serve = start("serve");
        var doomed = start("worker")) {
      int intake = serve.port("intake");
      int admin = serve.port("admin");
      // Nobody reads the doomed worker's output, so a line longer than the pipe holds it in
      // mid-dispatch.
      String id = accepted(send(intake, UUID.randomUUID(), comment("x".repeat(500_000), 2)));
      awaitState(admin, id, "PROCESSING");

      try (var heir = start("worker").readingOutput()) {
        heir.port("admin");
        long killedAt = System.nanoTime();
        doomed.kill();
        JsonNode line = heir.output(pipeline(id), TAKEOVER);
        assertEquals(2, line.path("attempt").asInt(), "the attempt that killed its worker counts");
        awaitState(admin, id, "DISPATCHED");
        var took = Duration.ofNanos(System.nanoTime() - killedAt);
        assertTrue(took.compareTo(TAKEOVER) < 0, () -> "taken over after " + took);
      }
    }
  }

  @Test
  void aKilledIntakeLosesNothingAndRecognisesWhatItTook() throws Exception {
    var delivery = UUID.randomUUID();
    String body = comment("once", 3);
    String first;
    try (var serve = start("serve")) {
      first = accepted(send(serve.port("intake"), delivery, body));
      serve.kill();
    }
    try (var serve = start("serve");
        var worker = start("worker").readingOutput()) {
      HttpResponse<String> again = send(serve.port("intake"), delivery, body);
      assertEquals(first, accepted(again));
      assertTrue(JSON.readTree(again.body()).path("duplicate").asBoolean());
      worker.output(pipeline(first), PATIENCE);
    }
  }

  @Test
  void aForgedDeliveryIsTurnedAway() throws Exception {
    try (var serve = start("serve")) {
      String body = comment("let me in", 4);
      var forged =
          request(serve.port("intake"), UUID.randomUUID(), body)
              .setHeader("X-Hub-Signature-256", "sha256=" + "0".repeat(64))
              .build();
      HttpResponse<String> answer = http.send(forged, BodyHandlers.ofString());
      assertEquals(401, answer.statusCode());
      assertEquals("InvalidSignatureError", JSON.readTree(answer.body()).path("error").asText());
    }
  }

  @Test
  void serveWithoutItsSchemaSaysWhichCommandToRun() throws Exception {
    var empty = TestDatabase.create();
    environment.put("HOOKLINE_DB_URL", empty.url());
    try (var serve = start("serve")) {
      assertEquals(2, serve.exitCode());
      assertNothingListened(serve.wholeLog());
      assertEquals(
          "hookline: the database has no Hookline schema: run hookline migrate",
          serve.wholeLog().getLast());
    }
  }

  private static void assertNothingListened(List<String> log) {
    assertTrue(log.stream().noneMatch(line -> line.contains("listening")), log::toString);
  }

  @Test
  void processesInEachOthersRolesAreToldWhatIsMissing() throws Exception {
    DatabaseSettings intake = requireNonNull(logins.get("serve"));
    logins.put("serve", requireNonNull(logins.get("worker")));
    logins.put("worker", intake);
    for (var wanted : Map.of("serve", "--intake-role", "worker", "--worker-role").entrySet()) {
      try (var process = start(wanted.getKey())) {
        assertEquals(2, process.exitCode());
        assertNothingListened(process.wholeLog());
        assertEquals(
            "hookline: db.user has not the rights that this process needs: run hookline migrate"
                + " with "
                + wanted.getValue(),
            process.wholeLog().getLast());
      }
    }
  }

  @Test
  void aServerThatMayLoseWhatItCommittedIsServedOnlyIfThatIsWanted() throws Exception {
    try (var server = PostgresServer.start(folder.resolve("server"), "fsync = off")) {
      environment.put("HOOKLINE_DB_URL", server.url("postgres"));
      List.of("migrate", "serve").forEach(command -> logins.put(command, server.settings()));
      try (var migrate = start("migrate")) {
        assertEquals(0, migrate.exitCode());
      }
      try (var serve = start("serve")) {
        assertEquals(2, serve.exitCode());
        assertTrue(
            serve.wholeLog().getLast().startsWith("hookline: PostgreSQL runs with fsync off"),
            serve.wholeLog()::toString);
      }

      environment.put("HOOKLINE_DB_REQUIRE_DURABILITY", "false");
      try (var serve = start("serve")) {
        serve.log(
            line ->
                line.path("level").asText().equals("WARN")
                    && line.path("message").asText().contains("fsync off"),
            PATIENCE);
        accepted(send(serve.port("intake"), UUID.randomUUID(), comment("all the same", 5)));
        assertEquals(0, serve.terminate());
      }
    }
  }

  private static java.util.function.Predicate<JsonNode> pipeline(String id) {
    return line ->
        line.path("pipeline_id").asText().equals(id) && line.has("attempt") && line.has("event");
  }

  private static String comment(String text, int id) {
    return """
    {"action":"created","issue":{"number":7,"title":"Broken"},\
    "comment":{"id":%d,"body":"%s","created_at":"2026-03-01T12:00:00Z"},\
    "repository":{"name":"widgets","full_name":"octo/widgets","owner":{"login":"octo"},"default_branch":"main"},\
    "sender":{"login":"octocat","type":"User"}}\
    """
        .formatted(id, text);
  }

  private HttpRequest.Builder request(int port, UUID delivery, String body)
      throws GeneralSecurityException {
    var mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(SECRET.getBytes(UTF_8), "HmacSHA256"));
    String signature = HexFormat.of().formatHex(mac.doFinal(body.getBytes(UTF_8)));
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/webhooks/github"))
        .header("Content-Type", "application/json")
        .header("X-GitHub-Event", "issue_comment")
        .header("X-GitHub-Delivery", delivery.toString())
        .header("X-Hub-Signature-256", "sha256=" + signature)
        .POST(BodyPublishers.ofString(body));
  }

  private HttpResponse<String> send(int port, UUID delivery, String body)
      throws GeneralSecurityException, IOException, InterruptedException {
    return http.send(request(port, delivery, body).build(), BodyHandlers.ofString());
  }

  private static String accepted(HttpResponse<String> answer) throws IOException {
    assertEquals(202, answer.statusCode(), answer::body);
    return JSON.readTree(answer.body()).path("pipeline_id").asText();
  }

  private JsonNode awaitState(int admin, String id, String state) throws Exception {
    var show =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + admin + "/api/pipelines/" + id))
            .build();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    JsonNode shown;
    do {
      shown = JSON.readTree(http.send(show, BodyHandlers.ofString()).body());
      if (shown.path("state").asText().equals(state)) {
        return shown;
      }
      LockSupport.parkNanos(BETWEEN_LOOKS);
    } while (System.nanoTime() < deadline);
    throw new AssertionError("never " + state + ": " + shown);
  }
}
