package dev.hookline.http.acme;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.application.receive.AdmitSender;
import dev.hookline.application.receive.ReceiveWebhook;
import dev.hookline.application.receive.ServiceProfile;
import dev.hookline.application.receive.WebhookTracing;
import dev.hookline.application.replay.ReplayPipeline;
import dev.hookline.application.secret.SecretEvidence;
import dev.hookline.application.standardize.Standardizer;
import dev.hookline.domain.event.MetadataValue.Text;
import dev.hookline.domain.event.MetadataValue.Whole;
import dev.hookline.domain.event.RepositoryContext;
import dev.hookline.domain.handler.ServiceHandlerFactory;
import dev.hookline.domain.handler.SupportedEvents;
import dev.hookline.http.intake.BucketQuota;
import dev.hookline.http.intake.EnabledService;
import dev.hookline.http.intake.IntakeServer;
import dev.hookline.http.intake.UnprovenDeliveries;
import dev.hookline.http.intake.WebhookLogger;
import dev.hookline.http.metrics.PrometheusMetrics;
import dev.hookline.http.provider.RepositoryMapping;
import dev.hookline.http.provider.RepositoryMappings;
import dev.hookline.http.testing.Deliveries;
import dev.hookline.http.testing.FakeRecords;
import dev.hookline.http.testing.FakeSecretUses;
import dev.hookline.http.testing.FakeStore;
import dev.hookline.testing.Samples;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The example of a new provider, behind the real intake. */
class AcmeIntakeTest {
  private static final String SECRET = "acme's secret in this test";
  private static final String BUILD =
      """
      {"id":"b-17","type":"build","action":"finished","at":"2026-03-01T11:59:58+01:00","account":"acme-1",
       "repository":"octo/widgets","number":17,"result":"failed","note":"look at line 3","by":"mona"}
      """;

  private final FakeStore store = new FakeStore();
  private final IntakeServer server = server();
  private final HttpClient client = HttpClient.newHttpClient();

  private IntakeServer server() {
    var acme = new AcmeDialect();
    var profile = acme.profile();
    var ofProject =
        new RepositoryMapping(
            Map.of("project", "P1"),
            RepositoryContext.parse("octo/mapped"),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    var handler =
        acme.handler(
            SupportedEvents.of(profile.supportedEvents()),
            new RepositoryMappings(List.of(ofProject)));
    var standardizer = new Standardizer(new ServiceHandlerFactory(List.of(handler)));
    var clock = Clock.fixed(Samples.NOON, ZoneOffset.UTC);
    var metrics = new PrometheusMetrics(new FakeRecords(store), store);
    var enabled =
        new EnabledService(
            acme,
            new ServiceProfile(
                profile.service(),
                acme.verifier(() -> List.of(SECRET), profile.tolerance()),
                profile.commitBudget(),
                true,
                profile::keepsHeader),
            profile.refuseWith());
    return new IntakeServer(
            new IntakeServer.Settings(
                "127.0.0.1",
                0,
                100_000,
                100,
                Optional.empty(),
                Duration.ofSeconds(10),
                1_000_000,
                Duration.ofSeconds(5),
                List.of()),
            List.of(enabled),
            new AdmitSender((_, _) -> Optional.empty()),
            new ReceiveWebhook(
                standardizer,
                store,
                store,
                new ReplayPipeline(store, standardizer, clock),
                new BucketQuota(Map.of()),
                metrics,
                new SecretEvidence(new FakeSecretUses()),
                () -> Samples.uuid(Samples.NOON)),
            metrics,
            WebhookTracing.off(),
            new WebhookLogger(),
            new UnprovenDeliveries(List.of(new AcmeDialect()), clock),
            () -> UUID.randomUUID().toString(),
            clock)
        .start();
  }

  @AfterEach
  void close() {
    server.close();
    client.close();
  }

  private HttpResponse<String> send(String body) throws IOException, InterruptedException {
    return send(body, Samples.NOON, SECRET);
  }

  private HttpResponse<String> send(String body, Instant time, String secret)
      throws IOException, InterruptedException {
    long seconds = time.getEpochSecond();
    var request =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:%d/webhooks/acme".formatted(server.port())))
            .timeout(Duration.ofSeconds(10))
            .header("Content-Type", "application/json")
            .header("Acme-Time", Long.toString(seconds))
            .header("Acme-Signature", Deliveries.hmac(secret, seconds + "." + body))
            .POST(BodyPublishers.ofString(body));
    return client.send(request.build(), BodyHandlers.ofString());
  }

  @Test
  void aSignedBuildBecomesAStandardizedEvent() throws Exception {
    var answer = send(BUILD);

    var id = store.first("b-17");
    assertEquals(202, answer.statusCode(), answer::body);
    assertEquals("{\"status\":\"accepted\",\"pipeline_id\":\"%s\"}".formatted(id), answer.body());
    var event = store.find(id).orElseThrow().pipeline().event();
    assertEquals("acme", event.service().name());
    assertEquals("build", event.eventType());
    assertEquals("octo/widgets", event.repository().fullName());
    assertEquals("look at line 3", event.userRequest());
    assertEquals(
        Map.of(
            "sender", new Text("mona"),
            "action", new Text("finished"),
            "event_timestamp", new Text("2026-03-01T10:59:58Z"),
            "result", new Text("failed"),
            "number", new Whole(17)),
        event.metadata());
    assertEquals(BUILD, new String(event.rawPayload().bytes(), UTF_8));
    assertTrue(event.rawHeaders().containsKey("Acme-Time"));
    assertTrue(!event.rawHeaders().containsKey("Acme-Signature"));
  }

  @Test
  void theSameBuildIsADuplicate() throws Exception {
    send(BUILD);
    var again = send(BUILD);
    assertEquals(202, again.statusCode());
    assertTrue(again.body().contains("\"duplicate\":true"), again::body);
  }

  @Test
  void aProjectTakesItsRepositoryFromTheMappings() throws Exception {
    assertEquals(202, send("{\"id\":\"b-1\",\"type\":\"build\",\"project\":\"P1\"}").statusCode());
    var event = store.find(store.first("b-1")).orElseThrow().pipeline().event();
    assertEquals("octo/mapped", event.repository().fullName());
  }

  @Test
  void whatIsNotAcceptedIsToldWhy() throws Exception {
    assertEquals(401, send(BUILD, Samples.NOON, "another secret").statusCode());
    assertEquals(401, send(BUILD, Samples.NOON.minusSeconds(301), SECRET).statusCode());
    assertEquals(400, send("{\"id\":\"b-2\",\"type\":\"deploy\"}").statusCode());
    assertEquals(400, send("{\"type\":\"build\"}").statusCode());
    assertEquals(422, send("{\"id\":\"b-3\",\"type\":\"build\",\"project\":\"P2\"}").statusCode());
    assertEquals(3, store.refused.size());
    assertTrue(store.pipelines.isEmpty());
  }

  @Test
  void aGreetingIsAnsweredAndStartsNothing() throws Exception {
    var answer = send("{\"id\":\"h-1\",\"type\":\"hello\"}");
    assertEquals(200, answer.statusCode());
    assertEquals("{\"hello\":\"acme\"}", answer.body());
    assertTrue(store.pipelines.isEmpty());
  }
}
