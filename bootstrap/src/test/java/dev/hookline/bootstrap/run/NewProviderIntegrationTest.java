package dev.hookline.bootstrap.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.uuid.Generators;
import dev.hookline.application.dispatch.Command;
import dev.hookline.application.dispatch.Targets;
import dev.hookline.application.receive.AdmitSender;
import dev.hookline.application.receive.ReceiveWebhook;
import dev.hookline.application.receive.ServiceProfile;
import dev.hookline.application.receive.WebhookTracing;
import dev.hookline.application.replay.ReplayPipeline;
import dev.hookline.application.standardize.Standardizer;
import dev.hookline.bootstrap.config.Configuration;
import dev.hookline.bootstrap.config.Settings;
import dev.hookline.bootstrap.config.Settings.Role;
import dev.hookline.bootstrap.config.Settings.ServiceSettings;
import dev.hookline.domain.handler.ServiceHandlerFactory;
import dev.hookline.domain.handler.SupportedEvents;
import dev.hookline.http.acme.AcmeDialect;
import dev.hookline.http.dialects.Dialects;
import dev.hookline.http.intake.BucketQuota;
import dev.hookline.http.intake.EnabledService;
import dev.hookline.http.intake.IntakeServer;
import dev.hookline.http.intake.UnprovenDeliveries;
import dev.hookline.http.intake.WebhookLogger;
import dev.hookline.http.json.JacksonEventFormat;
import dev.hookline.http.metrics.PrometheusMetrics;
import dev.hookline.http.provider.Dialect;
import dev.hookline.http.provider.RepositoryMappings;
import dev.hookline.http.testing.Deliveries;
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
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A provider that the house does not ship, from its settings to a target: nothing but its dialect
 * is new.
 */
class NewProviderIntegrationTest {
  private static final String SECRET = "acme's secret in this test";

  private static final String CONFIGURATION =
      """
      hookline:
        services:
          acme:
            supported-events: [build.finished]
            repositories:
              - match: {project: P1}
                repository: octo/widgets
                default-branch: trunk
      """;

  @TempDir private Path folder;
  private final Clock clock = Clock.systemUTC();
  private final Dialect acme = new AcmeDialect();
  private final HttpClient http = HttpClient.newHttpClient();
  private final WatchedTarget target = new WatchedTarget("watched");
  private final Closer closer = new Closer();

  @AfterEach
  void close() {
    closer.close();
    http.close();
  }

  private Settings settings(TestDatabase testDatabase) throws IOException {
    Path file = Files.writeString(folder.resolve("hookline.yaml"), CONFIGURATION);
    var environment = new HashMap<String, String>();
    environment.put("HOOKLINE_ACME_SECRETS", SECRET);
    environment.put("HOOKLINE_DB_URL", testDatabase.url());
    Optional.ofNullable(testDatabase.user()).ifPresent(u -> environment.put("HOOKLINE_DB_USER", u));
    Optional.ofNullable(testDatabase.password())
        .ifPresent(p -> environment.put("HOOKLINE_DB_PASSWORD", p));
    return Configuration.load(
            new Configuration.Sources(folder, Optional.of(file), environment, System::nanoTime),
            Role.TOOL,
            Stream.concat(Dialects.all().stream(), Stream.of(acme)).map(Dialect::profile).toList())
        .settings();
  }

  private IntakeServer intake(ServiceSettings service, Database database) {
    var profile = acme.profile();
    var handler =
        acme.handler(
            SupportedEvents.of(service.supportedEvents()),
            new RepositoryMappings(service.repositories()));
    var standardizer = new Standardizer(new ServiceHandlerFactory(List.of(handler)));
    var format = new JacksonEventFormat();
    var store = database.pipelines(format);
    var metrics = new PrometheusMetrics(database.records(format), database.pauses());
    var enabled =
        new EnabledService(
            acme,
            new ServiceProfile(
                profile.service(),
                acme.verifier(service.secrets().orElseThrow(), service.tolerance()),
                Duration.ofSeconds(20),
                service.replayGuard(),
                profile::keepsHeader),
            service.refuseWith());
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
                database.refusedDeliveries(),
                new ReplayPipeline(store, standardizer, clock),
                new BucketQuota(Map.of()),
                metrics,
                Assembly.evidence(database, metrics, closer),
                Generators.timeBasedEpochGenerator()::generate),
            metrics,
            WebhookTracing.off(),
            new WebhookLogger(),
            new UnprovenDeliveries(List.of(new AcmeDialect()), clock),
            () -> UUID.randomUUID().toString(),
            clock)
        .start();
  }

  private HttpResponse<String> send(int port, String body) throws Exception {
    long seconds = clock.instant().getEpochSecond();
    var request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/webhooks/acme".formatted(port)))
            .timeout(Duration.ofSeconds(30))
            .header("Content-Type", "application/json")
            .header("Acme-Time", Long.toString(seconds))
            .header("Acme-Signature", Deliveries.hmac(SECRET, seconds + "." + body))
            .POST(BodyPublishers.ofString(body));
    return http.send(request.build(), BodyHandlers.ofString());
  }

  @Test
  void aBuildIsStoredAndDispatchedAsAnyOtherEvent() throws Exception {
    var testDatabase = closer.add(TestDatabase.create());
    Settings settings = settings(testDatabase);
    var service = Objects.requireNonNull(settings.services().get(acme.profile().service()));
    var assembly = new Assembly(settings, clock);
    var database = closer.add(assembly.open("test-intake", 4));
    database.migrate();
    var format = new JacksonEventFormat();
    var worker =
        closer.add(
            assembly.worker(
                closer.add(assembly.open("test-worker", 4)),
                format,
                new PrometheusMetrics(database.records(format), database.pauses()),
                Targets.only(target),
                Assembly.Tracing.OFF));
    worker.start();
    var intake = closer.add(intake(service, database));

    var answer =
        send(
            intake.port(),
            "{\"id\":\"b-1\",\"type\":\"build\",\"action\":\"finished\",\"project\":\"P1\"}");
    assertEquals(202, answer.statusCode(), answer::body);
    JsonNode accepted = new ObjectMapper().readTree(answer.body());
    Command command = target.await(c -> c.id().toString().equals(id(accepted)));
    assertEquals("acme", command.event().service().name());
    assertEquals("octo/widgets", command.event().repository().fullName());
    assertEquals("trunk", command.event().repository().defaultBranch());

    var started =
        send(
            intake.port(),
            "{\"id\":\"b-2\",\"type\":\"build\",\"action\":\"started\",\"project\":\"P1\"}");
    assertEquals(400, started.statusCode(), started::body);
  }

  private static String id(JsonNode accepted) {
    return accepted.path("pipeline_id").asText();
  }
}
