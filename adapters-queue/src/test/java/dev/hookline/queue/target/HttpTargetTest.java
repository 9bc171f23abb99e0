package dev.hookline.queue.target;

import static dev.hookline.testing.Samples.NOON;
import static dev.hookline.testing.Samples.aPipeline;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.hookline.application.dispatch.Command;
import dev.hookline.domain.pipeline.Outcome;
import dev.hookline.domain.pipeline.Outcome.Delivered;
import dev.hookline.domain.pipeline.Outcome.GiveUp;
import dev.hookline.domain.pipeline.Outcome.TryAgain;
import dev.hookline.domain.pipeline.Pipeline;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a real HTTP server, with its bad moods. */
class HttpTargetTest {
  private interface Mood {
    void answer(HttpExchange exchange) throws IOException;
  }

  private record Seen(Headers headers, String body, String path) {}

  private final List<Seen> seen = new CopyOnWriteArrayList<>();
  private final CountDownLatch over = new CountDownLatch(1);
  private final Pipeline pipeline = aPipeline().build();
  private final Command command = new Command(pipeline.id(), 1, pipeline.event());
  private HttpServer server;
  private volatile Mood mood = exchange -> exchange.sendResponseHeaders(204, -1);

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext(
        "/",
        exchange -> {
          seen.add(
              new Seen(
                  exchange.getRequestHeaders(),
                  new String(exchange.getRequestBody().readAllBytes(), UTF_8),
                  exchange.getRequestURI().toString()));
          mood.answer(exchange);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    over.countDown();
    server.stop(0);
  }

  private Outcome send(Optional<Supplier<String>> secret, Duration timeout) {
    var url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/hooks?a=b");
    try (var target =
        new HttpTarget(
            "http", url, secret, timeout, new IdAlone(), Clock.fixed(NOON, ZoneOffset.UTC))) {
      return target.dispatch(command);
    }
  }

  private Outcome send() {
    return send(Optional.empty(), Duration.ofSeconds(20));
  }

  private static Mood status(int status, String... header) {
    return exchange -> {
      for (int i = 0; i < header.length; i += 2) {
        exchange.getResponseHeaders().add(header[i], header[i + 1]);
      }
      exchange.sendResponseHeaders(status, -1);
    };
  }

  @Test
  void anEventIsPostedAsACloudEvent() {
    assertEquals(new Delivered(), send());
    Seen request = seen.getFirst();
    assertEquals("{\"id\":\"" + pipeline.id() + "\"}", request.body());
    assertEquals("application/cloudevents+json", request.headers().getFirst("Content-Type"));
    assertEquals("/hooks?a=b", request.path());
    assertNull(request.headers().getFirst("webhook-signature"));
  }

  @Test
  void aSecretSignsByStandardWebhooks() {
    send(Optional.of(() -> "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), Duration.ofSeconds(20));
    Headers headers = seen.getFirst().headers();
    assertEquals(pipeline.id().toString(), headers.getFirst("webhook-id"));
    assertEquals(Long.toString(NOON.getEpochSecond()), headers.getFirst("webhook-timestamp"));
    assertEquals(
        StandardWebhooks.headers(
                "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                pipeline.id().toString(),
                NOON,
                seen.getFirst().body().getBytes(UTF_8))
            .get("webhook-signature"),
        headers.getFirst("webhook-signature"));
  }

  @Test
  void theSignatureIsThatOfTheSpecification() {
    var headers =
        StandardWebhooks.headers(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            java.time.Instant.ofEpochSecond(1614265330),
            "{\"test\": 2432232314}".getBytes(UTF_8));
    assertEquals(
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", headers.get("webhook-signature"));
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 401, 403, 404, 410, 413, 422})
  void aTargetThatWillNeverTakeItIsGivenUp(int status) {
    mood = status(status);
    assertEquals(new GiveUp("HTTP " + status), send());
  }

  @ParameterizedTest
  @ValueSource(ints = {408, 425, 429, 500, 502, 503, 504})
  void aTargetThatMayTakeItLaterIsTriedAgain(int status) {
    mood = status(status);
    assertEquals(new TryAgain("HTTP " + status, Duration.ZERO, status >= 500), send());
  }

  @ParameterizedTest
  @CsvSource({
    "429, 7, PT7S",
    "503, 120, PT2M",
    "503, 'Sun, 1 Mar 2026 12:00:30 GMT', PT30S",
    "503, 'Sun, 1 Mar 2026 11:00:00 GMT', PT0S",
    "429, soon, PT0S",
    "429, 99999999, PT1H",
    "500, 7, PT0S"
  })
  void retryAfterIsHeeded(int status, String value, Duration wait) {
    mood = status(status, "Retry-After", value);
    assertEquals(new TryAgain("HTTP " + status, wait, status >= 500), send());
  }

  @Test
  void aRedirectIsNotFollowed() {
    mood = status(302, "Location", "/elsewhere");
    assertEquals(new TryAgain("HTTP 302"), send());
    assertEquals(1, seen.size());
  }

  @Test
  void aSlowTargetIsTriedAgain() {
    mood =
        exchange -> {
          try {
            over.await();
          } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
          }
        };
    assertInstanceOf(TryAgain.class, send(Optional.empty(), Duration.ofMillis(200)));
  }

  @Test
  void aHugeAnswerIsNotReadToItsEnd() {
    mood =
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          byte[] part = new byte[64 * 1024];
          try (var body = exchange.getResponseBody()) {
            while (over.getCount() > 0) {
              body.write(part);
            }
          }
        };
    assertEquals(new Delivered(), send());
  }

  @Test
  void aTargetThatIsNotThereIsTriedAgain() {
    server.stop(0);
    assertInstanceOf(TryAgain.class, send());
  }
}
