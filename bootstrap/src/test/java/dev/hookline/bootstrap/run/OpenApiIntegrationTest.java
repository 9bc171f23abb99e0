package dev.hookline.bootstrap.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hookline.application.dispatch.Targets;
import dev.hookline.bootstrap.config.Configuration;
import dev.hookline.bootstrap.config.Settings;
import dev.hookline.bootstrap.config.Settings.Role;
import dev.hookline.domain.pipeline.PipelineId;
import dev.hookline.http.admin.AdminServer;
import dev.hookline.http.dialects.Dialects;
import dev.hookline.http.intake.IntakeServer;
import dev.hookline.http.metrics.PrometheusMetrics;
import dev.hookline.http.provider.Dialect;
import dev.hookline.persistence.Database;
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
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the descriptions say is what the servers answer, and the other way round. */
class OpenApiIntegrationTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String SECRET = "a secret in this test of ";
  private static final String TOKEN = "the operators' token";
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String NOBODY = UUID.randomUUID().toString();

  /** Answers to what goes wrong inside, or takes long, which other tests are about. */
  private static final Set<String> ELSEWHERE = Set.of("408", "500", "503");

  private static final String CONFIGURATION =
      """
      hookline:
        services:
          slack:
            refuse-with: status
            repositories: [{match: {channel: C1}, repository: octo/slack}]
          linear:
            refuse-with: status
            repositories: [{match: {team: ENG}, repository: octo/linear}]
      """;

  /** Another process of the same installation, whose settings are others. */
  private static final String HOMELESS =
      """
      hookline:
        services:
          github: {supported-events: [push]}
          slack: {refuse-with: status}
      """;

  @TempDir private Path folder;
  private final Clock clock = Clock.systemUTC();
  private final HttpClient http = HttpClient.newHttpClient();
  private final Closer closer = new Closer();
  private final TestDatabase testDatabase = closer.add(TestDatabase.create());
  private final List<String> wrong = new ArrayList<>();
  private IntakeServer intake;
  private AdminServer admin;

  @BeforeEach
  void assemble() throws IOException {
    var assembly = new Assembly(settings(CONFIGURATION, Map.of()), clock);
    Database database = closer.add(assembly.open("test-intake", 8));
    database.migrate();
    UseCases useCases = assembly.useCases(database);
    var metrics = new PrometheusMetrics(useCases.records(), database.pauses());
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
    closer
        .add(
            assembly.worker(
                closer.add(assembly.open("test-worker", 4)),
                useCases.format(),
                metrics,
                Targets.only(new WatchedTarget("watched")),
                Assembly.Tracing.OFF))
        .start();
  }

  @AfterEach
  void close() {
    http.close();
    closer.close();
  }

  private Settings settings(String configuration, Map<String, String> more) throws IOException {
    Path file = Files.writeString(folder.resolve("hookline.yaml"), configuration);
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
    environment.put("HOOKLINE_HTTP_MAX_BODY_BYTES", "10000");
    environment.put("HOOKLINE_ADMIN_HOST", "0.0.0.0");
    environment.put("HOOKLINE_ADMIN_PORT", "0");
    environment.put("HOOKLINE_ADMIN_TOKEN", TOKEN);
    environment.putAll(more);
    environment.values().removeIf(String::isEmpty);
    return Configuration.load(
            new Configuration.Sources(folder, Optional.of(file), environment, System::nanoTime),
            Role.TOOL,
            Dialects.all().stream().map(Dialect::profile).toList())
        .settings();
  }

  private Surface described(String name) throws IOException, InterruptedException {
    HttpResponse<String> answer = send(admin("GET", "/openapi/%s.yaml".formatted(name)));
    assertEquals(200, answer.statusCode(), answer::body);
    assertEquals("application/yaml", answer.headers().firstValue("Content-Type").orElse(""));
    return new Surface(answer.body());
  }

  @Test
  void theIntakeAnswersAsDescribed() throws Exception {
    Surface surface = described("intake");
    assertEquals("3.1.1", surface.version());
    for (String service : List.of("github", "slack", "linear")) {
      deliver(surface, service, signed(service, good(service)));
      deliver(surface, service, signed(service, good(service)));
      deliver(surface, service, signed(service, good(service)).setHeader(signature(service), "x"));
      deliver(surface, service, signed(service, "{"));
      deliver(surface, service, signed(service, unwanted(service)));
      deliver(surface, service, signed(service, homeless(service)));
      deliver(surface, service, signed(service, " ".repeat(10_001)));
      deliver(surface, service, signed(service, "{}").setHeader("Content-Type", "text/html"));
      deliver(surface, service, signed(service, "{}").GET());
    }
    deliver(
        surface, "github", signed("github", "{\"zen\":\"x\"}").setHeader("X-GitHub-Event", "ping"));
    deliver(
        surface, "slack", signed("slack", "{\"type\":\"url_verification\",\"challenge\":\"c\"}"));
    String command =
        "command=%2Fask&text=now&team_id=T1&channel_id=C1&api_app_id=A1&user_id=U1&trigger_id=1.2.a";
    deliver(
        surface,
        "slack",
        signed("slack", command).setHeader("Content-Type", "application/x-www-form-urlencoded"));
    for (String service : List.of("github", "slack", "linear")) {
      withOthers(
          CONFIGURATION,
          Map.of("HOOKLINE_%s_SECRETS".formatted(upper(service)), ""),
          (other, _) -> deliver(surface, service, signed(service, good(service), other)));
      withOthers(
          CONFIGURATION,
          Map.of("HOOKLINE_%s_RATE_LIMIT".formatted(upper(service)), "1:1"),
          (other, _) -> {
            deliver(surface, service, signed(service, good(service), other));
            deliver(surface, service, signed(service, good(service), other));
          });
    }
    assertEquals(List.of(), wrong);
    assertEquals(Set.of(), notProvoked(surface));
  }

  @Test
  void theAdminEndpointAnswersAsDescribed() throws Exception {
    Surface surface = described("admin");
    assertEquals("3.1.1", surface.version());
    String pipeline = accepted("github");
    String fromSlack = accepted("slack");
    awaitDispatched(pipeline);
    awaitDispatched(fromSlack);
    withOthers(
        HOMELESS,
        Map.of(),
        (otherIntake, otherAdmin) -> {
          for (String id : List.of(pipeline, fromSlack)) {
            String path = "/api/pipelines/%s/replay".formatted(id);
            wrong.addAll(surface.check("POST", path, send(admin("POST", path, otherAdmin))));
          }
          String comment = good("github").replace("\"id\":1", "\"id\":2");
          send(signed("github", comment, otherIntake));
        });
    send(signed("github", homeless("github")));
    send(signed("github", unwanted("github")));
    for (JsonNode refused :
        JSON.readTree(send(admin("GET", "/api/refused")).body()).path("refused")) {
      ask(surface, "POST", "/api/refused/%s/replay".formatted(refused.path("refused_id").asText()));
    }

    ask(surface, "GET", "/health/live");
    ask(surface, "GET", "/health/ready");
    ask(surface, "GET", "/metrics");
    ask(surface, "GET", "/openapi/intake.yaml");
    ask(surface, "GET", "/openapi/admin.yaml");
    ask(surface, "GET", "/api/outbox");
    ask(surface, "GET", "/api/pipelines?service=github&limit=1");
    ask(surface, "GET", "/api/pipelines?limit=none");
    ask(surface, "GET", "/api/pipelines/" + pipeline);
    ask(surface, "GET", "/api/pipelines/" + NOBODY);
    ask(surface, "GET", "/api/refused?error=RepositoryContextError");
    ask(surface, "GET", "/api/refused?error=a&error=b");
    ask(surface, "POST", "/api/pipelines/%s/replay".formatted(pipeline));
    ask(surface, "POST", "/api/pipelines/%s/replay".formatted(NOBODY));
    ask(surface, "POST", "/api/refused/%s/replay".formatted(NOBODY));
    ask(surface, "POST", "/api/pipelines/replay", "{\"state\":\"FAILED\"}");
    ask(surface, "POST", "/api/pipelines/replay", "{\"state\":\"none\"}");
    ask(surface, "POST", "/api/pipelines/replay", " ".repeat(70_000));
    for (String answer : surface.answers()) {
      String[] parts = answer.split(" ", -1);
      String path = parts[1].replace("{id}", pipeline);
      var request = admin(parts[0], path);
      switch (parts[2]) {
        case "401" -> request.setHeader("Authorization", "none");
        case "403" ->
            request.uri(URI.create("http://127.0.0.2:%d%s".formatted(admin.port(), path)));
        case "405" -> request.method("PATCH", BodyPublishers.noBody());
        default -> {
          continue;
        }
      }
      wrong.addAll(surface.check(parts[0], path, send(request)));
    }
    for (String answer : surface.answers()) {
      String[] parts = answer.split(" ", -1);
      if (parts[2].equals("429")) {
        String path = parts[1].replace("{id}", pipeline);
        wrong.addAll(surface.check(parts[0], path, guessedTooOften(parts[0], path)));
      }
    }
    assertEquals(List.of(), wrong);
    assertEquals(Set.of(), notProvoked(surface));
  }

  /** The first answer that is no 401: whether the token is wrong is not looked at any more. */
  private HttpResponse<String> guessedTooOften(String method, String path)
      throws IOException, InterruptedException {
    var guess = admin(method, path).setHeader("Authorization", "Bearer something else");
    HttpResponse<String> answer;
    int guesses = 0;
    do {
      answer = send(guess);
      guesses++;
    } while (answer.statusCode() == 401 && guesses < 1000);
    assertEquals(429, answer.statusCode());
    return answer;
  }

  @Test
  void anAnswerThatIsNotDescribedIsNoticed() throws Exception {
    Surface surface = described("admin");
    HttpResponse<String> live = send(admin("GET", "/health/live"));
    assertTrue(surface.check("GET", "/api/outbox", live).toString().contains("pending"));
    assertEquals(
        List.of("PUT /health/live 200 is not described"),
        surface.check("PUT", "/health/live", live));
  }

  private static Set<String> notProvoked(Surface surface) {
    return surface.unseen().stream()
        .filter(name -> ELSEWHERE.stream().noneMatch(name::endsWith))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private interface Use {
    void of(IntakeServer otherIntake, AdminServer otherAdmin) throws Exception;
  }

  private void withOthers(String configuration, Map<String, String> settings, Use use)
      throws Exception {
    var assembly = new Assembly(settings(configuration, settings), clock);
    try (Database database = assembly.open("test-other", 2);
        var others = new Closer()) {
      UseCases useCases = assembly.useCases(database);
      var metrics = new PrometheusMetrics(useCases.records(), database.pauses());
      try (IntakeServer otherIntake =
              assembly
                  .intake(
                      useCases,
                      metrics,
                      Assembly.evidence(database, metrics, others),
                      Assembly.Tracing.OFF)
                  .start();
          AdminServer otherAdmin =
              assembly.admin(
                  metrics, Optional.of(Assembly.api(useCases)), Optional.empty(), Map::of)) {
        use.of(otherIntake, otherAdmin);
      }
    }
  }

  private static String upper(String service) {
    return service.toUpperCase(java.util.Locale.ROOT);
  }

  private String accepted(String service) throws Exception {
    return PipelineId.parse(
            JSON.readTree(send(signed(service, good(service))).body()).path("pipeline_id").asText())
        .orElseThrow()
        .toString();
  }

  private void awaitDispatched(String pipeline) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    String shown;
    do {
      shown = send(admin("GET", "/api/pipelines/" + pipeline)).body();
      if (shown.contains("\"state\":\"DISPATCHED\",\"error\"")) {
        return;
      }
    } while (System.nanoTime() < deadline);
    throw new AssertionError("never dispatched: " + shown);
  }

  private void deliver(Surface surface, String service, HttpRequest.Builder request)
      throws IOException, InterruptedException {
    wrong.addAll(surface.check("POST", "/webhooks/" + service, send(request)));
  }

  private void ask(Surface surface, String method, String path)
      throws IOException, InterruptedException {
    wrong.addAll(surface.check(method, path, send(admin(method, path))));
  }

  private void ask(Surface surface, String method, String path, String body)
      throws IOException, InterruptedException {
    wrong.addAll(
        surface.check(
            method, path, send(admin(method, path).method(method, BodyPublishers.ofString(body)))));
  }

  private HttpRequest.Builder admin(String method, String path) {
    return admin(method, path, admin);
  }

  private static HttpRequest.Builder admin(String method, String path, AdminServer to) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d%s".formatted(to.port(), path)))
        .header("Authorization", "Bearer " + TOKEN)
        .method(method, BodyPublishers.noBody());
  }

  private HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return http.send(request.build(), BodyHandlers.ofString());
  }

  private HttpRequest.Builder signed(String service, String body) throws GeneralSecurityException {
    return signed(service, body, intake);
  }

  private HttpRequest.Builder signed(String service, String body, IntakeServer to)
      throws GeneralSecurityException {
    var headers = new LinkedHashMap<String, String>();
    headers.put("Content-Type", "application/json");
    String secret = SECRET + upper(service);
    switch (service) {
      case "github" -> {
        headers.put("X-GitHub-Event", body.contains("\"forkee\"") ? "fork" : "issue_comment");
        headers.put("X-GitHub-Delivery", UUID.randomUUID().toString());
        headers.put(signature(service), "sha256=" + hmac(secret, body));
      }
      case "slack" -> {
        String time = Long.toString(clock.instant().getEpochSecond());
        headers.put("X-Slack-Request-Timestamp", time);
        headers.put(signature(service), "v0=" + hmac(secret, "v0:%s:%s".formatted(time, body)));
      }
      default -> {
        headers.put("Linear-Delivery", UUID.randomUUID().toString());
        headers.put(signature(service), hmac(secret, body));
      }
    }
    var request =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:%d/webhooks/%s".formatted(to.port(), service)))
            .POST(BodyPublishers.ofString(body));
    headers.forEach(request::header);
    return request;
  }

  private static String signature(String service) {
    return switch (service) {
      case "github" -> "X-Hub-Signature-256";
      case "slack" -> "X-Slack-Signature";
      default -> "Linear-Signature";
    };
  }

  private static String hmac(String secret, String text) throws GeneralSecurityException {
    var mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(secret.getBytes(UTF_8), "HmacSHA256"));
    return HexFormat.of().formatHex(mac.doFinal(text.getBytes(UTF_8)));
  }

  private String good(String service) {
    return body(service, "Comment", "app_mention", "C1", "ENG");
  }

  private String unwanted(String service) {
    return service.equals("github")
        ? body(service, "", "", "", "").replaceFirst("\\{", "{\"forkee\":{},")
        : body(service, "Project", "reaction_added", "C1", "ENG");
  }

  /** Of no repository. */
  private String homeless(String service) {
    return service.equals("github")
        ? "{\"action\":\"created\",\"issue\":{\"number\":1},\"comment\":{\"id\":1,\"body\":\"b\"}}"
        : body(service, "Comment", "app_mention", "C2", "OPS");
  }

  private String body(
      String service, String linearType, String slackType, String channel, String team) {
    return switch (service) {
      case "github" ->
          """
          {"action":"created","issue":{"number":1},"comment":{"id":1,"body":"b"},"repository":{"name":"widgets",\
          "full_name":"octo/widgets","owner":{"login":"octo"},"default_branch":"main"},"sender":{"login":"o"}}\
          """;
      case "slack" ->
          """
          {"type":"event_callback","api_app_id":"A1","team_id":"T1","event_id":"Ev%s%s","event_time":1767326125,\
          "event":{"type":"%s","user":"U1","text":"b","channel":"%s","ts":"1767326125.870439"}}\
          """
              .formatted(slackType.length(), channel, slackType, channel);
      default ->
          """
          {"action":"create","type":"%s","organizationId":"o","webhookTimestamp":%d,\
          "data":{"id":"d","body":"b","team":{"key":"%s"},"issue":{"team":{"key":"%s"}}}}\
          """
              .formatted(linearType, clock.millis(), team, team);
    };
  }
}
