package dev.hookline.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hookline.http.testing.Deliveries;
import dev.hookline.http.testing.RawClient;
import dev.hookline.testing.Ports;
import dev.hookline.testing.TestDatabase;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * With which secrets {@code serve} starts, and that processes that run show none of theirs: not in
 * what they log, answer, store, and are seen with by others on their machine.
 */
class SecretsIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Every secret there is, each with a mark of its own; the last ones come from files. */
  private static final Map<String, String> CANARIES =
      new TreeMap<>(
          Map.of(
              "HOOKLINE_GITHUB_SECRETS", "canary-github-1f6b,canary-github-old-77",
              "HOOKLINE_SLACK_SECRETS", "canary-slack-5c0d1e9a44",
              "HOOKLINE_ADMIN_TOKEN", "canary-admin-9d27c3b1f0",
              "HOOKLINE_DISPATCH_HTTP_SECRET", "whsec_Y2FuYXJ5LXRhcmdldC00MmU4",
              "HOOKLINE_RECONCILE_GITHUB_TOKEN", "canary-token-0a8e61d37b",
              "HOOKLINE_LINEAR_SECRETS", "canary-linear-file-e3f1",
              "HOOKLINE_DB_PASSWORD", "canary-password-file-6d"));

  /** What a sender, or what stands between, may add to an authentic delivery. */
  private static final String FOREIGN =
      "Cookie: session=canary-cookie-71d0|Authorization: Bearer canary-bearer-b84e|"
          + "X-Api-Key: canary-api-key-5a2c|Proxy-Authorization: Basic canary-proxy-e01f|";

  private static final List<String> OF_FOREIGN =
      List.of(
          "canary-cookie-71d0", "canary-bearer-b84e", "canary-api-key-5a2c", "canary-proxy-e01f");

  private static final List<String> IN_FILES =
      List.of("HOOKLINE_LINEAR_SECRETS", "HOOKLINE_DB_PASSWORD");

  private static final String PUSH =
      """
      {"ref":"refs/heads/main","after":"1","commits":[],"repository":{"name":"widgets",\
      "full_name":"octo/widgets","owner":{"login":"octo"}},"sender":{"login":"octocat","type":"User"}}\
      """;

  @TempDir private Path folder;
  private final Map<String, String> environment = new HashMap<>();
  private final HttpClient http = HttpClient.newHttpClient();

  private TestDatabase database;

  @BeforeEach
  void migrate() throws Exception {
    database = TestDatabase.create();
    environment.put("HOOKLINE_DB_URL", database.url());
    Optional.ofNullable(database.user()).ifPresent(u -> environment.put("HOOKLINE_DB_USER", u));
    Optional.ofNullable(database.password())
        .ifPresent(p -> environment.put("HOOKLINE_DB_PASSWORD", p));
    environment.put("HOOKLINE_ADMIN_PORT", "0");
  }

  @AfterEach
  void drop() {
    database.close();
  }

  /** An empty variable counts as a secret that is empty, not as one that is not there. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "\"\" | HOOKLINE_GITHUB_SECRETS: ",
        "\" \" | HOOKLINE_GITHUB_SECRETS: ",
        "\",\" | HOOKLINE_GITHUB_SECRETS: ",
        "\"a good secret of one's own,,\" | HOOKLINE_GITHUB_SECRETS: ",
        "\"the secret of another service\" | services.slack.secrets: ",
      })
  void doesNotStartWithWhatIsNoSecret(String secret, String problem) throws Exception {
    environment.put("HOOKLINE_SLACK_SECRETS", "the secret of another service");
    environment.put("HOOKLINE_GITHUB_SECRETS", secret);
    assertDoesNotStart(problem);
  }

  @Test
  void doesNotStartWithoutAnySecret() throws Exception {
    assertDoesNotStart("no service is enabled");
  }

  private void assertDoesNotStart(String problem) throws Exception {
    int port = Ports.free();
    environment.put("HOOKLINE_HTTP_PORT", Integer.toString(port));
    try (var serve = HooklineProcess.start(folder, environment, "serve")) {
      assertEquals(2, serve.exitCode());
      List<String> log = serve.wholeLog();
      assertEquals(1, log.size(), log::toString);
      assertTrue(log.getFirst().contains(problem), log::toString);
      assertThrows(ConnectException.class, () -> new RawClient(port).close());
    }
  }

  /** Some providers make short ones themselves, so they are taken; the operator is told. */
  @ParameterizedTest
  @CsvSource({"changeme", "secret", "fifteen bytes--"})
  void warnsOfASecretThatCanBeGuessed(String secret) throws Exception {
    environment.put("HOOKLINE_GITHUB_SECRETS", "one that is long enough," + secret);
    environment.put("HOOKLINE_HTTP_PORT", "0");
    assertEquals(0, runToEnd("migrate").exitCode());
    try (var serve = HooklineProcess.start(folder, environment, "serve")) {
      serve.port("intake");
      assertEquals(0, serve.terminate());
      List<String> log = serve.wholeLog();
      assertTrue(
          log.contains(
              "hookline: warning: services.github.secrets: a secret is shorter than 16 bytes"),
          log::toString);
      assertFalse(String.join("\n", log).contains('"' + secret + '"'), log::toString);
    }
  }

  private HooklineProcess runToEnd(String... command) throws Exception {
    try (var process = HooklineProcess.start(folder, environment, command).readingOutput()) {
      process.exitCode();
      return process;
    }
  }

  @Test
  void secretsAreSeenNowhere() throws Exception {
    String intake = database.nameRole("intake");
    String worker = database.nameRole("worker");
    assertEquals(
        0, runToEnd("migrate", "--intake-role", intake, "--worker-role", worker).exitCode());
    var seen = new TreeMap<String, String>();
    environment.put("HOOKLINE_HTTP_PORT", "0");
    environment.put("HOOKLINE_DISPATCH_TARGET", "http");
    // Nobody is there, so that errors are logged and kept as well.
    environment.put("HOOKLINE_DISPATCH_HTTP_URL", "http://127.0.0.1:%d/".formatted(Ports.free()));
    for (var canary : CANARIES.entrySet()) {
      environment.remove(canary.getKey());
      if (IN_FILES.contains(canary.getKey())) {
        Path file = Files.writeString(folder.resolve(canary.getKey()), canary.getValue());
        environment.put(canary.getKey() + "_FILE", file.toString());
      } else {
        environment.put(canary.getKey(), canary.getValue());
      }
    }
    try (var serve = startAs(intake, "serve");
        var dispatcher = startAs(worker, "worker")) {
      int port = serve.port("intake");
      String body = PUSH;
      String accepted = deliver(port, body, Deliveries.hmac("canary-github-1f6b", body));
      assertTrue(accepted.startsWith("HTTP/1.1 202 "), accepted);
      seen.put("accepted", accepted);
      seen.put("forged", deliver(port, body, "0".repeat(64)));
      // Malformed under a true signature: refused and kept.
      seen.put("refused", deliver(port, "{", Deliveries.hmac("canary-github-1f6b", "{")));
      dispatcher.log(line -> line.path("error").asText().equals("ConnectException"), PATIENCE);
      lookAtAdminEndpoint("serve", serve.port("admin"), seen);
      lookAtAdminEndpoint("worker", dispatcher.port("admin"), seen);
      lookAtProcess("serve", serve, seen);
      lookAtProcess("worker", dispatcher, seen);
      lookAtCommands(seen);
      seen.put("database", everythingStored());
      assertEquals(0, serve.terminate());
      assertEquals(0, dispatcher.terminate());
      seen.put("serve: log", String.join("\n", serve.wholeLog()));
      seen.put("worker: log", String.join("\n", dispatcher.wholeLog()));
    }
    seen.forEach(SecretsIT::assertShowsNone);
    try (var files = Files.walk(folder)) {
      assertEquals(List.of(), files.filter(file -> file.toString().endsWith(".hprof")).toList());
    }
  }

  private static String canary(String variable) {
    return requireNonNull(CANARIES.get(variable), variable);
  }

  private HooklineProcess startAs(String role, String command) throws IOException {
    database.execute(
        "ALTER ROLE \"%s\" LOGIN PASSWORD '%s'".formatted(role, canary("HOOKLINE_DB_PASSWORD")));
    environment.put("HOOKLINE_DB_USER", role);
    return HooklineProcess.start(folder, environment, command);
  }

  private static String deliver(int port, String body, String signature) throws IOException {
    try (var raw = new RawClient(port)) {
      return raw.send(
              """
              POST /webhooks/github HTTP/1.1|Host: h|Connection: close|\
              Content-Type: application/json|X-GitHub-Event: push|X-GitHub-Delivery: d-%s|\
              X-Hub-Signature-256: sha256=%s|%sContent-Length: %d||%s\
              """
                  .formatted(signature.substring(0, 8), signature, FOREIGN, body.length(), body))
          .rest();
    }
  }

  private void lookAtAdminEndpoint(String process, int port, Map<String, String> seen)
      throws Exception {
    String token = canary("HOOKLINE_ADMIN_TOKEN");
    var paths =
        new ArrayList<>(
            List.of("/health/live", "/health/ready", "/metrics", "/metrics?token=1", "/nowhere"));
    if (process.equals("serve")) {
      paths.addAll(
          List.of(
              "/openapi/intake.yaml",
              "/openapi/admin.yaml",
              "/api/pipelines",
              "/api/pipelines?state=x",
              "/api/refused",
              "/api/outbox",
              "/console",
              "/console/login",
              "/console/pipelines",
              "/console/refused",
              "/console/signatures",
              "/console/pauses"));
      JsonNode pipelines = JSON.readTree(get(port, "/api/pipelines", token).body());
      String pipeline = pipelines.path("pipelines").path(0).path("pipeline_id").asText();
      paths.add("/api/pipelines/" + pipeline);
      paths.add("/console/pipelines/" + pipeline);
    }
    for (String path : paths) {
      for (String tried : List.of(token, token + "x")) {
        HttpResponse<String> answer = get(port, path, tried);
        seen.put(
            "%s: %s, %d".formatted(process, path, answer.statusCode()),
            answer.headers().map() + answer.body());
      }
    }
    // What is looked at must be there to be looked at.
    assertEquals(200, get(port, "/metrics", token).statusCode());
    assertEquals(401, get(port, "/metrics", token + "x").statusCode());
  }

  private HttpResponse<String> get(int port, String path, String token) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .header("Authorization", "Bearer " + token)
            .timeout(PATIENCE)
            .build(),
        BodyHandlers.ofString());
  }

  /** As others on the machine see it, and as its own user may ask it. */
  private static void lookAtProcess(String name, HooklineProcess process, Map<String, String> seen)
      throws Exception {
    Path files = Path.of("/proc", Long.toString(process.pid()));
    seen.put(name + ": command line", Files.readString(files.resolve("cmdline")));
    String variables = Files.readString(files.resolve("environ"));
    // The environment is the process's own, and this shows that the search finds what is there.
    assertTrue(variables.contains("canary-github-1f6b"));
    for (String inFile : IN_FILES) {
      assertFalse(variables.contains(canary(inFile)), inFile);
    }
    seen.put(name + ": threads", ask(process, "Thread.print"));
    String flags = ask(process, "VM.flags", "-all");
    assertTrue(flags.matches("(?s).*bool HeapDumpOnOutOfMemoryError +:?= false.*"), flags);
    assertTrue(flags.matches("(?s).*bool ExitOnOutOfMemoryError +:?= true.*"), flags);
  }

  private static String ask(HooklineProcess process, String... question) throws Exception {
    var line = new ArrayList<String>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString());
    line.add(Long.toString(process.pid()));
    line.addAll(List.of(question));
    Process asking = new ProcessBuilder(line).redirectErrorStream(true).start();
    String answer = new String(asking.getInputStream().readAllBytes(), UTF_8);
    assertEquals(0, asking.waitFor(), answer);
    return answer;
  }

  private void lookAtCommands(Map<String, String> seen) throws Exception {
    Path body = Files.writeString(folder.resolve("body"), "{}");
    var doctor =
        new String[] {
          "doctor",
          "github",
          "--body",
          body.toString(),
          "--header",
          "X-Hub-Signature-256: sha256=00"
        };
    var commands =
        List.of(
            new String[] {"config"},
            new String[] {"config", "--no-such-option"},
            new String[] {"version"},
            new String[] {"help"},
            new String[] {"secrets", "status"},
            new String[] {"pipelines", "list", "--json"},
            new String[] {"refused", "list"},
            new String[] {"audit"},
            doctor);
    for (String[] command : commands) {
      var process = runToEnd(command);
      seen.put(
          String.join(" ", command),
          String.join("\n", process.wholeOutput()) + String.join("\n", process.wholeLog()));
    }
    String config = seen.getOrDefault("config", "");
    assertTrue(config.contains("services.github.secrets"), config);
    // A name that is mistyped has a value that is meant all the same.
    environment.put("HOOKLINE_GITHUB_SECRET", "canary-github-1f6b");
    environment.put("HOOKLINE_HTTP_PORT", "canary-admin-9d27c3b1f0");
    var mistaken = runToEnd("serve");
    assertEquals(2, mistaken.exitCode());
    String said = String.join("\n", mistaken.wholeLog());
    assertTrue(said.contains("HOOKLINE_GITHUB_SECRET"), said);
    // What stands where a port belongs is no secret to Hookline, and is shown.
    seen.put("mistaken", said.replace("\"canary-admin-9d27c3b1f0\"", ""));
    environment.remove("HOOKLINE_GITHUB_SECRET");
    environment.put("HOOKLINE_HTTP_PORT", "0");
  }

  /** Every row of every table of ours, as text. */
  private String everythingStored() {
    String stored =
        database.query(
            """
            SELECT string_agg(
                query_to_xml('SELECT t::text FROM ' || c.oid::regclass || ' t', true, false, '')::text,
                '')
            FROM pg_class c
            JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind = 'r' AND n.nspname = 'public'
            """);
    assertTrue(stored.contains("octo"), "nothing of the deliveries is found");
    return stored;
  }

  private static void assertShowsNone(String where, String text) {
    for (String written : Stream.concat(CANARIES.values().stream(), OF_FOREIGN.stream()).toList()) {
      for (String canary : written.split(",", -1)) {
        for (String form : List.of(canary, HexFormat.of().formatHex(canary.getBytes(UTF_8)))) {
          assertFalse(text.contains(form), () -> canary + " is shown by " + where + ": " + text);
        }
      }
    }
    assertFalse(text.contains("canary-target"), where);
  }
}
