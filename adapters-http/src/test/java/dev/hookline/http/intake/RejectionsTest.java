package dev.hookline.http.intake;

import static dev.hookline.http.testing.Deliveries.hmac;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.application.receive.AdmitSender;
import dev.hookline.application.receive.ReceiveWebhook;
import dev.hookline.application.receive.ServiceProfile;
import dev.hookline.application.receive.WebhookTracing;
import dev.hookline.application.replay.ReplayPipeline;
import dev.hookline.application.secret.SecretEvidence;
import dev.hookline.application.standardize.Standardizer;
import dev.hookline.domain.handler.ServiceHandlerFactory;
import dev.hookline.domain.handler.SupportedEvents;
import dev.hookline.http.dialects.Dialects;
import dev.hookline.http.doctor.Finding;
import dev.hookline.http.doctor.Finding.Cause;
import dev.hookline.http.doctor.SignatureDoctor;
import dev.hookline.http.doctor.SignatureDoctor.Signing;
import dev.hookline.http.intake.UnprovenDeliveries.Unproven;
import dev.hookline.http.metrics.PrometheusMetrics;
import dev.hookline.http.provider.Dialect;
import dev.hookline.http.provider.RepositoryMappings;
import dev.hookline.http.testing.FakeRecords;
import dev.hookline.http.testing.FakeSecretUses;
import dev.hookline.http.testing.FakeStore;
import dev.hookline.testing.Samples;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whatever was wrong with a signature: the sender hears one answer, the operator the reason. */
class RejectionsTest {
  private static final String BODY = "{\"zen\":\"x\"}";
  private static final long NOW = Samples.NOON.getEpochSecond();

  private final AtomicLong nanos = new AtomicLong();
  private final Clock clock = Clock.fixed(Samples.NOON, ZoneOffset.UTC);
  private final UnprovenDeliveries unproven =
      new UnprovenDeliveries(Dialects.all(), clock, nanos::get);
  private final FakeStore store = new FakeStore();
  private final PrometheusMetrics metrics = new PrometheusMetrics(new FakeRecords(store), store);
  private final HttpClient client = HttpClient.newHttpClient();
  private final IntakeServer server = start();
  private final SignatureDoctor doctor =
      new SignatureDoctor(
          Dialects.all().stream()
              .map(
                  dialect ->
                      new Signing(dialect, () -> secretsOf(dialect), dialect.profile().tolerance()))
              .toList());

  private static List<String> secretsOf(Dialect dialect) {
    return List.of("secret of " + dialect.profile().service());
  }

  private IntakeServer start() {
    var mappings = new RepositoryMappings(List.of());
    var standardizer =
        new Standardizer(
            new ServiceHandlerFactory(
                Dialects.all().stream()
                    .map(dialect -> dialect.handler(SupportedEvents.of(List.of("push")), mappings))
                    .toList()));
    return new IntakeServer(
            new IntakeServer.Settings(
                "127.0.0.1",
                0,
                200_000,
                100,
                Optional.empty(),
                Duration.ofSeconds(10),
                1_000_000,
                Duration.ofSeconds(5),
                List.of()),
            Dialects.all().stream().map(RejectionsTest::enabled).toList(),
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
            unproven,
            () -> "00000000-0000-7000-8000-000000000000",
            clock)
        .start();
  }

  private static EnabledService enabled(Dialect dialect) {
    var profile = dialect.profile();
    return new EnabledService(
        dialect,
        new ServiceProfile(
            profile.service(),
            dialect.verifier(() -> secretsOf(dialect), profile.tolerance()),
            profile.commitBudget(),
            true,
            profile::keepsHeader),
        profile.refuseWith());
  }

  @AfterEach
  void close() {
    server.close();
    client.close();
  }

  /** The answer as it was sent, but for the time. */
  private String answer(String service, String body, String... headers) throws Exception {
    nanos.addAndGet(UnprovenDeliveries.GAP.toNanos());
    var request =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:%d/webhooks/%s".formatted(server.port(), service)))
            .timeout(Duration.ofSeconds(10))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    HttpResponse<String> answer = client.send(request.build(), BodyHandlers.ofString());
    var shown = new TreeMap<>(answer.headers().map());
    shown.remove("date");
    return answer.statusCode() + " " + shown + " " + answer.body();
  }

  private List<Cause> causesOfLast() {
    Unproven last = unproven.list().getFirst();
    return (last.hasBody()
            ? doctor.examine(last.delivery(), List.of())
            : doctor.examineHeaders(last.delivery()))
        .findings().stream().map(Finding::cause).toList();
  }

  private record Case(Cause cause, String service, String body, List<String> headers) {
    Case(Cause cause, String service, String body, String... headers) {
      this(cause, service, body, List.of(headers));
    }
  }

  private static Case github(Cause cause, String body, String... headers) {
    return new Case(cause, "github", body, headers);
  }

  private static Case slack(Cause cause, long time, String secret) {
    return new Case(
        cause,
        "slack",
        BODY,
        "X-Slack-Request-Timestamp",
        Long.toString(time),
        "X-Slack-Signature",
        "v0=" + hmac(secret, "v0:" + time + ":" + BODY));
  }

  private static List<Case> cases() {
    String header = "X-Hub-Signature-256";
    String ofGitHub = "sha256=" + hmac("secret of github", BODY);
    String timed = "{\"webhookTimestamp\":1}";
    return List.of(
        github(Cause.HEADER_MISSING, BODY),
        github(Cause.SHA1_ONLY, BODY, "X-Hub-Signature", "sha1=" + "a".repeat(40)),
        github(Cause.WRONG_PREFIX, BODY, header, ofGitHub.substring("sha256=".length())),
        github(Cause.WRONG_LENGTH, BODY, header, ofGitHub.substring(0, 40)),
        github(Cause.NOT_HEXADECIMAL, BODY, header, "sha256=" + "z".repeat(64)),
        github(Cause.HEADER_DOUBLED, BODY, header, ofGitHub, header, ofGitHub),
        github(Cause.UNEXPLAINED, BODY, header, "sha256=" + hmac("another", BODY)),
        github(
            Cause.SECRET_OF_ANOTHER_SERVICE,
            BODY,
            header,
            "sha256=" + hmac("secret of linear", BODY)),
        github(
            Cause.SECRET_SPELT_OTHERWISE,
            BODY,
            header,
            "sha256=" + hmac("secret of github\n", BODY)),
        github(Cause.BODY_CHANGED, BODY + "\n", header, ofGitHub),
        slack(Cause.UNEXPLAINED, NOW, "another"),
        slack(Cause.SECRET_AND_BODY_RIGHT, NOW - 301, "secret of slack"),
        slack(Cause.SECRET_AND_BODY_RIGHT, NOW * 1000, "secret of slack"),
        new Case(
            Cause.SECRET_AND_BODY_RIGHT,
            "linear",
            timed,
            "Linear-Signature",
            hmac("secret of linear", timed)));
  }

  @Test
  void oneAnswerForAllAndTheReasonForTheOperator() throws Exception {
    String first = answer("github", BODY);
    assertTrue(first.startsWith("401 "), first);
    for (Case one : cases()) {
      String answer = answer(one.service(), one.body(), one.headers().toArray(String[]::new));
      assertEquals(first, answer, one::toString);
      List<Cause> causes = causesOfLast();
      assertTrue(causes.contains(one.cause()), () -> one + " has " + causes);
    }
    assertTrue(store.refused.isEmpty());
    assertTrue(store.pipelines.isEmpty());
  }

  @Test
  void whatIsAuthenticIsNotAmongThem() throws Exception {
    String answer =
        answer(
            "github",
            BODY,
            "X-Hub-Signature-256",
            "sha256=" + hmac("secret of github", BODY),
            "X-GitHub-Event",
            "ping",
            "X-GitHub-Delivery",
            "d1");
    assertFalse(answer.startsWith("401"), answer);
    assertEquals(List.of(), unproven.list());
  }
}
