package dev.hookline.http.intake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.domain.pipeline.PipelineState;
import dev.hookline.http.testing.TinyDialect;
import dev.hookline.testing.Samples;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The answer table, one by one. */
class IntakeAnswersTest {
  private final Bench bench = new Bench();

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void acceptedDeliveryIsAnsweredWithItsPipeline() throws Exception {
    var answer = bench.deliver("tiny", "push d1 octo/widgets");

    var id = bench.store.first("d1");
    assertEquals(202, answer.statusCode());
    assertEquals("{\"status\":\"accepted\",\"pipeline_id\":\"%s\"}".formatted(id), answer.body());
    assertEquals(String.valueOf(id), header(answer, "X-Pipeline-Id"));
    assertFalse(header(answer, "X-Request-Id").isEmpty());
    assertEquals("application/json", header(answer, "Content-Type"));
    assertEquals("tiny ACCEPTED", bench.nextCounted());
  }

  @Test
  void sameDeliveryIsAnsweredWithTheFirstPipeline() throws Exception {
    bench.deliver("tiny", "push d1 octo/widgets");
    var answer = bench.deliver("tiny", "push d1 octo/widgets");

    var id = bench.store.first("d1");
    assertEquals(202, answer.statusCode());
    assertEquals(
        "{\"status\":\"accepted\",\"pipeline_id\":\"%s\",\"duplicate\":true}".formatted(id),
        answer.body());
    assertEquals(String.valueOf(id), header(answer, "X-Pipeline-Id"));
  }

  @Test
  void duplicateOfFailedPipelineOpensItAgain() throws Exception {
    bench.deliver("tiny", "push d1 octo/widgets");
    var id = bench.store.first("d1");
    bench.store.move(id, new PipelineState.Failed(3, Samples.NOON, "503"));

    var answer = bench.deliver("tiny", "push d1 octo/widgets");

    assertEquals(
        "{\"status\":\"accepted\",\"pipeline_id\":\"%s\",\"duplicate\":true,\"reopened\":true}"
            .formatted(id),
        answer.body());
  }

  @Test
  void dialectThatShowsAnswersToPeopleGetsAnEmptyOne() throws Exception {
    var answer =
        bench.send(
            bench
                .to("/webhooks/tiny")
                .header("Content-Type", TinyDialect.FORM)
                .header("X-Sign", "good")
                .POST(BodyPublishers.ofString("push d1 octo/widgets")));

    assertEquals(200, answer.statusCode());
    assertEquals("", answer.body());
    assertFalse(header(answer, "X-Pipeline-Id").isEmpty());
  }

  @Test
  void handshakeIsAnsweredWithItsFields() throws Exception {
    var answer = bench.deliver("tiny", "ping");

    assertEquals(200, answer.statusCode());
    assertEquals("{\"status\":\"pong\"}", answer.body());
    assertEquals("tiny HANDSHAKE", bench.nextCounted());
  }

  @Test
  void handshakeWithoutFieldsIsAnsweredEmpty() throws Exception {
    var answer = bench.deliver("tiny", "quiet");

    assertEquals(200, answer.statusCode());
    assertEquals("", answer.body());
  }

  @Test
  void unsignedReachabilityCheckIsAnsweredEmpty() throws Exception {
    var answer =
        bench.send(
            bench
                .to("/webhooks/tiny")
                .header("Content-Type", TinyDialect.FORM)
                .POST(BodyPublishers.ofString("ssl_check=1")));

    assertEquals(200, answer.statusCode());
    assertEquals("", answer.body());
    assertEquals("tiny HANDSHAKE", bench.nextCounted());
  }

  @Test
  void unsupportedEventIs400AndKept() throws Exception {
    var answer = bench.deliver("tiny", "fork d1 octo/widgets");

    assertError(400, "UnsupportedEventError", answer);
    assertEquals(1, bench.store.refused.size());
    assertEquals("tiny UNSUPPORTED_EVENT", bench.nextCounted());
  }

  @Test
  void malformedPayloadIs400AndKept() throws Exception {
    assertError(400, "InvalidPayloadError", bench.deliver("tiny", "garbage"));
    assertEquals(1, bench.store.refused.size());
    assertEquals("tiny INVALID_PAYLOAD", bench.nextCounted());
  }

  @Test
  void missingRepositoryIs422AndKept() throws Exception {
    assertError(422, "RepositoryContextError", bench.deliver("tiny", "push d1"));
    assertEquals(1, bench.store.refused.size());
    assertEquals("tiny NO_REPOSITORY", bench.nextCounted());
  }

  @Test
  void acknowledgingServiceAnswersUnwantedEventsAsAccepted() throws Exception {
    var answer = bench.deliver("kind", "fork d1 octo/widgets");

    assertEquals(202, answer.statusCode());
    assertEquals(
        "{\"status\":\"refused\",\"error\":\"UnsupportedEventError\",\"request_id\":\"%s\"}"
            .formatted(header(answer, "X-Request-Id")),
        answer.body());
    assertTrue(answer.headers().firstValue("X-Pipeline-Id").isEmpty());
    assertEquals("kind UNSUPPORTED_EVENT", bench.nextCounted());
    assertEquals(202, bench.deliver("kind", "push d2").statusCode());
    assertEquals(2, bench.store.refused.size());
  }

  @Test
  void acknowledgingServiceStillAnswersMalformedPayloads400() throws Exception {
    assertError(400, "InvalidPayloadError", bench.deliver("kind", "garbage"));
  }

  @Test
  void acknowledgedFormIsAnsweredEmpty() throws Exception {
    var answer =
        bench.send(
            bench
                .to("/webhooks/kind")
                .header("Content-Type", TinyDialect.FORM)
                .header("X-Sign", "good")
                .POST(BodyPublishers.ofString("fork d1")));

    assertEquals(200, answer.statusCode());
    assertEquals("", answer.body());
  }

  @Test
  void everySignatureFailureHasOneAnswerButForItsRequestId() throws Exception {
    var missing =
        bench.send(
            bench
                .to("/webhooks/tiny")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("x")));
    assertEquals("tiny INVALID_SIGNATURE", bench.nextCounted());
    var stale =
        bench.send(
            bench
                .to("/webhooks/tiny")
                .header("Content-Type", "application/json")
                .header("X-Sign", "stale")
                .POST(BodyPublishers.ofString("x")));
    assertEquals("tiny STALE_TIMESTAMP", bench.nextCounted());

    assertError(401, "InvalidSignatureError", missing);
    assertError(401, "InvalidSignatureError", stale);
    assertEquals(
        missing.body().replace(header(missing, "X-Request-Id"), ""),
        stale.body().replace(header(stale, "X-Request-Id"), ""));
    assertTrue(bench.store.refused.isEmpty());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/webhooks/nobody",
        "/webhooks/GITHUB",
        "/webhooks/tiny;a=b",
        "/webhooks/%2e%2e",
        "/webhooks/tiny%00",
        "/webhooks/%74iny"
      })
  void serviceThatIsNotEnabledIsUnknown(String path) throws Exception {
    assertRawError(404, "UnknownServiceError", "POST", path);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/webhooks",
        "/webhooks/",
        "/webhooks/tiny/",
        "/webhooks/tiny/x",
        "//webhooks/tiny",
        "/webhooks//tiny",
        "/x/../webhooks/tiny",
        "/webhooks/../webhooks/tiny",
        "/WEBHOOKS/tiny",
        "/%77ebhooks/tiny",
        "/health/live",
        "/metrics"
      })
  void everyOtherPathIsNotFound(String path) throws Exception {
    assertRawError(404, "NotFoundError", "POST", path);
  }

  @Test
  void queryDoesNotChangeThePath() throws Exception {
    var answer =
        bench.send(
            bench
                .to("/webhooks/tiny?x=%00&y=1")
                .header("Content-Type", "application/json")
                .header("X-Sign", "good")
                .POST(BodyPublishers.ofString("push d1 octo/widgets")));
    assertEquals(202, answer.statusCode());
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "JUNK"})
  void otherMethodsAre405(String method) throws Exception {
    try (var raw = bench.raw()) {
      String answer = raw.send("%s /webhooks/tiny HTTP/1.1|Host: h||".formatted(method)).answer();
      assertTrue(answer.startsWith("HTTP/1.1 405 "), answer);
      assertTrue(answer.contains("Allow: POST"), answer);
      assertTrue(answer.contains("\"error\":\"MethodNotAllowedError\""), answer);
    }
  }

  @Test
  void headIsAnsweredWithoutBodyAndTheConnectionStaysUsable() throws Exception {
    try (var raw = bench.raw()) {
      String head = raw.send("HEAD /webhooks/tiny HTTP/1.1|Host: h||").head();
      assertTrue(head.startsWith("HTTP/1.1 405 "), head);
      head = raw.send("HEAD /nothing HTTP/1.1|Host: h||").head();
      assertTrue(head.startsWith("HTTP/1.1 404 "), head);
      String next = raw.send("GET /nothing HTTP/1.1|Host: h||").answer();
      assertTrue(next.startsWith("HTTP/1.1 404 "), next);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"text/plain", "application/jsonx", "multipart/form-data; boundary=x", "*/*"})
  void contentTypeThatTheProviderNeverSendsIs415(String type) throws Exception {
    var answer =
        bench.send(
            bench
                .to("/webhooks/tiny")
                .header("Content-Type", type)
                .POST(BodyPublishers.ofString("x")));
    assertError(415, "UnsupportedMediaTypeError", answer);
    assertEquals("tiny UNSUPPORTED_MEDIA_TYPE", bench.nextCounted());
  }

  @Test
  void missingContentTypeIs415() throws Exception {
    assertError(
        415,
        "UnsupportedMediaTypeError",
        bench.send(bench.to("/webhooks/tiny").POST(BodyPublishers.ofString("x"))));
  }

  @Test
  void contentEncodingIs415ButIdentityCountsAsNone() throws Exception {
    assertError(
        415,
        "UnsupportedMediaTypeError",
        bench.send(
            bench.signed("tiny", "push d1 octo/widgets").header("Content-Encoding", "gzip")));
    assertEquals(
        202,
        bench
            .send(
                bench.signed("tiny", "push d2 octo/widgets").header("Content-Encoding", "Identity"))
            .statusCode());
  }

  @Test
  void rateLimitIs429WithWholeSeconds() throws Exception {
    bench.limitEverybody(Duration.ofMillis(1));
    var answer = bench.deliver("tiny", "push d1 octo/widgets");
    assertError(429, "RateLimitError", answer);
    assertEquals("1", header(answer, "Retry-After"));
    assertEquals("tiny RATE_LIMITED", bench.nextCounted());
    bench.limitEverybody(Duration.ofMillis(2001));
    assertEquals("3", header(bench.deliver("tiny", "push d1 octo/widgets"), "Retry-After"));
  }

  @Test
  void databaseAwayIs503() throws Exception {
    bench.store.away = true;
    var answer = bench.deliver("tiny", "push d1 octo/widgets");
    assertError(503, "OverloadedError", answer);
    assertEquals("1", header(answer, "Retry-After"));
    assertEquals("tiny OVERLOADED", bench.nextCounted());
  }

  @ParameterizedTest
  @ValueSource(strings = {"defect", "bottomless"})
  void defectIs500AndShowsNothing(String body) throws Exception {
    var answer = bench.deliver("tiny", body);
    assertError(500, "InternalError", answer);
    assertFalse(answer.body().contains("secret inside"));
    assertEquals("tiny ERROR", bench.nextCounted());
  }

  @Test
  void unknownServicesAndPathsAreNotCounted() throws Exception {
    bench.deliver("nobody", "x");
    bench.deliver("tiny", "ping");
    assertEquals("tiny HANDSHAKE", bench.nextCounted());
  }

  @Test
  void everyAnswerHasARequestIdOfItsOwn() throws Exception {
    var one = header(bench.deliver("nobody", "x"), "X-Request-Id");
    var two = header(bench.deliver("nobody", "x"), "X-Request-Id");
    assertFalse(one.isEmpty());
    assertFalse(one.equals(two));
  }

  @Test
  void bytesArriveAsTheyWereSent() throws Exception {
    String body = "push d1 octo/widgets";
    byte[] odd = (body + " \r\n\uFEFFü\u0000").getBytes(StandardCharsets.UTF_8);
    var answer =
        bench.send(
            bench
                .to("/webhooks/tiny")
                .header("Content-Type", "application/json")
                .header("X-Sign", "good")
                .POST(BodyPublishers.ofByteArray(odd)));
    assertEquals(202, answer.statusCode());
    var recorded = bench.store.pipelines.values().iterator().next();
    assertEquals(
        new String(odd, StandardCharsets.ISO_8859_1),
        new String(recorded.delivery().body().bytes(), StandardCharsets.ISO_8859_1));
  }

  @Test
  void timeOfReceiptIsNoFinerThanItIsStored() throws Exception {
    bench.deliver("tiny", "push d1 octo/widgets");
    var recorded = bench.store.pipelines.values().iterator().next();
    assertEquals(Samples.NOON, recorded.delivery().receivedAt());
  }

  private void assertRawError(int status, String error, String method, String path)
      throws IOException {
    try (var raw = bench.raw()) {
      String answer =
          raw.send("%s %s HTTP/1.1|Host: h|Content-Length: 0||".formatted(method, path)).answer();
      assertTrue(answer.startsWith("HTTP/1.1 %d ".formatted(status)), answer);
      assertTrue(answer.contains("\"error\":\"%s\"".formatted(error)), answer);
      assertTrue(answer.contains("X-Request-Id: "), answer);
    }
  }

  private static void assertError(int status, String error, HttpResponse<String> answer) {
    assertEquals(status, answer.statusCode(), answer.body());
    assertTrue(
        answer.body().startsWith("{\"error\":\"%s\",\"message\":\"".formatted(error)),
        answer.body());
    assertTrue(
        answer.body().endsWith("\"request_id\":\"%s\"}".formatted(header(answer, "X-Request-Id"))),
        answer.body());
    assertEquals("application/json", header(answer, "Content-Type"));
  }

  private static String header(HttpResponse<String> answer, String name) {
    return answer.headers().firstValue(name).orElse("");
  }
}
