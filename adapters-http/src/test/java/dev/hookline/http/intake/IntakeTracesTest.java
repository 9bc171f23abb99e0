package dev.hookline.http.intake;

import static java.net.http.HttpRequest.BodyPublishers.ofString;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.hookline.application.receive.WebhookMetrics.Status;
import dev.hookline.domain.trace.TraceContext;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of a sender's {@code traceparent}, and of whose requests it is told. */
class IntakeTracesTest {
  private static final String PUSH = "push d1 octo/widgets";
  private static final TraceContext SENDERS =
      new TraceContext("a".repeat(32), "b".repeat(16), TraceContext.SAMPLED, "c=d");
  private static final TraceContext OURS =
      new TraceContext("a".repeat(32), "e".repeat(16), TraceContext.SAMPLED, "c=d");

  private final Bench bench = new Bench();

  @AfterEach
  void close() {
    bench.close();
  }

  private HttpRequest.Builder traced(String parent) {
    return bench
        .signed("tiny", PUSH)
        .header("traceparent", parent)
        .header("tracestate", SENDERS.state());
  }

  private int send(HttpRequest.Builder request) throws IOException, InterruptedException {
    return bench.send(request).statusCode();
  }

  private Optional<TraceContext> kept() {
    return bench.store.find(bench.store.first("d1")).orElseThrow().pipeline().origin().trace();
  }

  @Test
  void whereTheSenderStandsIsKeptEvenIfNobodyIsTold() throws Exception {
    assertEquals(202, send(traced(SENDERS.traceparent())));

    assertEquals(Optional.of(SENDERS), kept());
  }

  @Test
  void ourOwnSpanIsKeptInItsPlace() throws Exception {
    bench.tracing.place = Optional.of(OURS);
    assertEquals(202, send(traced(SENDERS.traceparent())));

    assertEquals(Optional.of(OURS), kept());
  }

  @Test
  void aMalformedOrDoubledParentIsNoneAndDoesNoHarm() throws Exception {
    assertEquals(202, send(traced("00-nonsense")));
    assertEquals(Optional.empty(), kept());
    assertEquals(
        202, send(traced(SENDERS.traceparent()).header("traceparent", SENDERS.traceparent())));
    assertEquals(Optional.empty(), kept());
  }

  @Test
  void isToldOfWhatIsAuthentic() throws Exception {
    bench.deliver("tiny", PUSH);
    bench.deliver("tiny", PUSH);
    bench.deliver("tiny", "fork d2 octo/widgets");
    bench.deliver("tiny", "ping");
    bench.store.away = true;
    bench.deliver("tiny", "push d3 octo/widgets");

    assertEquals(
        List.of(
            "tiny ACCEPTED 202 new",
            "tiny DUPLICATE 202 again",
            "tiny UNSUPPORTED_EVENT 400",
            "tiny HANDSHAKE 200",
            "tiny OVERLOADED 503"),
        bench.tracing.ended);
  }

  @Test
  void theTimesOfWhatIsAuthenticHaveItsSpan() throws Exception {
    bench.tracing.place = Optional.of(OURS);
    bench.deliver("tiny", PUSH);
    bench.deliver("tiny", PUSH);
    bench.deliver("tiny", "fork d2 octo/widgets");
    bench.deliver("tiny", "ping");
    send(forged());
    bench.deliver("tiny", "ssl_check=1");

    assertEquals(
        List.of(Status.ACCEPTED, Status.DUPLICATE, Status.UNSUPPORTED_EVENT, Status.HANDSHAKE),
        bench.exemplars);
  }

  private HttpRequest.Builder forged() {
    return bench
        .to("/webhooks/tiny")
        .header("Content-Type", "application/json")
        .header("X-Sign", "bad")
        .POST(ofString(PUSH));
  }

  @Test
  void isNotToldOfStrangers() throws Exception {
    assertEquals(401, send(forged()));
    assertEquals(
        415, send(bench.to("/webhooks/tiny").header("X-Sign", "good").POST(ofString(PUSH))));
    bench.limitEverybody(Duration.ofSeconds(1));
    assertEquals(429, send(bench.signed("tiny", PUSH)));

    assertEquals(List.of(), bench.tracing.ended);
  }

  @Test
  void onlyATrustedProxyHasASayInWhetherATraceIsRecorded() throws Exception {
    bench.deliver("tiny", PUSH);
    try (var behind = Bench.behindProxy(Bench.MAX_BODY)) {
      behind.deliver("tiny", PUSH);
      assertEquals(List.of(true), behind.tracing.trusted);
    }
    assertEquals(List.of(false), bench.tracing.trusted);
  }
}
