package dev.hookline.bootstrap.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hookline.application.inspect.PipelineFilter;
import dev.hookline.application.inspect.PipelineView;
import dev.hookline.application.reconcile.ReconcileWhenDue;
import dev.hookline.application.reconcile.ScheduledReconciliations;
import dev.hookline.bootstrap.cli.HooklineCli;
import dev.hookline.bootstrap.cli.Surroundings;
import dev.hookline.bootstrap.config.Configuration;
import dev.hookline.bootstrap.config.Settings.Role;
import dev.hookline.domain.delivery.Service;
import dev.hookline.http.dialects.Dialects;
import dev.hookline.http.intake.IntakeServer;
import dev.hookline.http.metrics.PrometheusMetrics;
import dev.hookline.http.provider.Dialect;
import dev.hookline.http.provider.ProviderProfile;
import dev.hookline.http.testing.FakeGitHub;
import dev.hookline.persistence.Database;
import dev.hookline.testing.TestDatabase;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What GitHub could not deliver comes in after all: intake, database and command are the real ones.
 */
class ReconcileIntegrationTest {
  private static final String SECRET = "github's secret in this test";
  private static final String TOKEN = "github_pat_of_this_test";
  private static final String HOOK = "/repos/octo/widgets/hooks/123";
  private static final Service GITHUB = new Service("github");
  private static final List<ProviderProfile> PROFILES =
      Dialects.all().stream().map(Dialect::profile).toList();

  @TempDir private Path folder = Path.of("");
  private final Clock clock = Clock.systemUTC();
  private final HttpClient http = HttpClient.newHttpClient();
  private final Closer closer = new Closer();
  private final TestDatabase testDatabase = closer.add(TestDatabase.create());
  private final FakeGitHub gitHub = closer.add(new FakeGitHub());
  private final Map<String, String> environment = new HashMap<>();
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Assembly assembly;
  private Database database;
  private UseCases useCases;
  private IntakeServer intake;

  @BeforeEach
  void assemble() {
    environment.put("HOOKLINE_GITHUB_SECRETS", SECRET);
    environment.put("HOOKLINE_DB_URL", testDatabase.url());
    Optional.ofNullable(testDatabase.user()).ifPresent(u -> environment.put("HOOKLINE_DB_USER", u));
    Optional.ofNullable(testDatabase.password())
        .ifPresent(p -> environment.put("HOOKLINE_DB_PASSWORD", p));
    environment.put("HOOKLINE_HTTP_HOST", "127.0.0.1");
    environment.put("HOOKLINE_HTTP_PORT", "0");
    environment.put("HOOKLINE_RECONCILE_GITHUB_URL", gitHub.url().toString());
    environment.put("HOOKLINE_RECONCILE_GITHUB_TOKEN", TOKEN);
    environment.put("HOOKLINE_RECONCILE_GITHUB_HOOKS", "octo/widgets/123");
    var settings =
        Configuration.load(
                new Configuration.Sources(folder, Optional.empty(), environment, System::nanoTime),
                Role.TOOL,
                PROFILES)
            .settings();
    assembly = new Assembly(settings, clock);
    database = closer.add(assembly.open("test-intake", 4));
    database.migrate();
    useCases = assembly.useCases(database);
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
    gitHub.hook(HOOK);
    gitHub.knows(TOKEN::equals);
    gitHub.delivers(sent -> post(sent.event(), sent.guid()));
  }

  @AfterEach
  void close() {
    closer.close();
  }

  @Test
  void lostDeliveryIsAskedForStoredAndMissingNoMore() throws IOException {
    gitHub.sent(HOOK, "guid-ping", "ping", now(), 200);
    gitHub.sent(HOOK, "guid-taken", "push", now(), post("push", "guid-taken"));
    gitHub.sent(HOOK, "guid-unwanted", "star", now(), post("star", "guid-unwanted"));
    gitHub.sent(HOOK, "guid-lost", "push", now(), 503);

    JsonNode dryRun = reconcile("--dry-run");
    assertEquals(1, dryRun.path("missing").asInt());
    assertEquals(0, dryRun.path("asked").asInt());
    assertEquals(Set.of("guid-taken"), onRecord());

    JsonNode first = reconcile();
    assertEquals(3, first.path("looked_at").asInt());
    assertEquals(2, first.path("on_record").asInt());
    assertEquals(1, first.path("asked").asInt());
    assertEquals("guid-lost", first.path("deliveries").path(0).path("guid").asText());
    assertEquals(Set.of("guid-taken", "guid-lost"), onRecord());

    JsonNode second = reconcile();
    assertEquals(4, second.path("looked_at").asInt());
    assertEquals(3, second.path("on_record").asInt());
    assertEquals(0, second.path("missing").asInt());
  }

  @Test
  void deliveryWithTheBodyOfAnotherIsAskedForTwice() throws IOException {
    gitHub.delivers(sent -> post(sent.event(), sent.guid(), body("the same")));
    gitHub.sent(HOOK, "guid-1", "push", now(), post("push", "guid-1", body("the same")));
    gitHub.sent(HOOK, "guid-2", "push", now(), 503);

    assertEquals(1, reconcile().path("asked").asInt());
    assertEquals(Set.of("guid-1"), onRecord());
    assertEquals(1, reconcile().path("asked").asInt());
    assertEquals(0, reconcile().path("missing").asInt());
  }

  @Test
  void malformedDeliveryIsOnRecordUnderItsIdAndNotAskedFor() throws IOException {
    gitHub.sent(HOOK, "guid-malformed", "push", now(), post("push", "guid-malformed", "["));

    assertEquals(0, reconcile().path("missing").asInt());
    assertEquals(0, run("refused", "list", "--json"), err::toString);
    JsonNode refused = new ObjectMapper().readTree(out.toString()).path("refused").path(0);
    assertEquals("guid-malformed", refused.path("event_id").asText());
    assertEquals("push", refused.path("event_type").asText());
  }

  @Test
  void hookThatIsNotShownEndsWithOneAndSaysWhy() {
    assertEquals(1, run("reconcile", "github", "--hook", "octo/widgets/9"));
    assertTrue(
        err.toString().startsWith("hookline: octo/widgets/9: GitHub shows no such hook (404"),
        err::toString);
  }

  @Test
  void scheduleAsksAndShowsWhatWasMissing() {
    gitHub.sent(HOOK, "guid-lost", "push", now(), 503);
    var turns = database.scheduledReconciliations();
    // No interval: every look is due.
    try (var schedule =
        new ReconcileSchedule(
            new ReconcileWhenDue(
                GITHUB,
                assembly.reconcile(database, closer),
                turns,
                Duration.ZERO,
                Duration.ofHours(3),
                clock))) {
      schedule.once();
      assertEquals("webhook_missing_deliveries{service=\"github\"} 1.0", gauge(turns));
      assertEquals(Set.of("guid-lost"), onRecord());

      schedule.once();
      assertEquals("webhook_missing_deliveries{service=\"github\"} 0.0", gauge(turns));
    }
  }

  private JsonNode reconcile(String... options) throws IOException {
    var arguments = new ArrayList<>(List.of("reconcile", "github", "--json"));
    arguments.addAll(List.of(options));
    assertEquals(0, run(arguments.toArray(String[]::new)), err::toString);
    return new ObjectMapper().readTree(out.toString());
  }

  private int run(String... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    var around =
        new Surroundings(
            folder,
            environment,
            new ByteArrayInputStream(new byte[0]),
            new PrintWriter(out),
            new PrintWriter(err),
            new Surroundings.Terminals(false, false),
            clock,
            PROFILES);
    return new HooklineCli(around, new Processes(clock)).run(arguments);
  }

  private Instant now() {
    return clock.instant();
  }

  private Set<String> onRecord() {
    return useCases.records().pipelines(PipelineFilter.ALL, Optional.empty(), 100).items().stream()
        .map(PipelineView::eventId)
        .collect(Collectors.toSet());
  }

  /** By one that has not been asked before, and so remembers nothing. */
  private String gauge(ScheduledReconciliations turns) {
    var fresh = new PrometheusMetrics(useCases.records(), database.pauses());
    fresh.showMissingDeliveries(turns, GITHUB);
    return new String(fresh.scrape(PrometheusMetrics.CONTENT_TYPE), UTF_8)
        .lines()
        .filter(line -> line.startsWith("webhook_missing_deliveries"))
        .collect(Collectors.joining());
  }

  /** Delivers as GitHub does, and gives the answer's status. */
  private int post(String event, String guid) {
    return post(event, guid, body(guid));
  }

  private int post(String event, String guid, String body) {
    var request =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:%d/webhooks/github".formatted(intake.port())))
            .header("Content-Type", "application/json")
            .header("X-GitHub-Event", event)
            .header("X-GitHub-Delivery", guid)
            .header("X-Hub-Signature-256", "sha256=" + hmac(body))
            .POST(BodyPublishers.ofString(body))
            .build();
    try {
      return http.send(request, BodyHandlers.discarding()).statusCode();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static String body(String after) {
    return """
    {"ref":"refs/heads/main","after":"%s",\
    "repository":{"name":"widgets","full_name":"octo/widgets","owner":{"login":"octo"}}}\
    """
        .formatted(after);
  }

  private static String hmac(String text) {
    try {
      var mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(SECRET.getBytes(UTF_8), "HmacSHA256"));
      return HexFormat.of().formatHex(mac.doFinal(text.getBytes(UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
