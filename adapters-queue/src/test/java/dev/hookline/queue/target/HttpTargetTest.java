package dev.hookline.queue.target;

import static dev.hookline.testing.Samples.NOON;
import static dev.hookline.testing.Samples.aPipeline;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.standardwebhooks.Webhook;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.hookline.application.dispatch.Command;
import dev.hookline.application.dispatch.Reply;
import dev.hookline.domain.pipeline.Outcome;
import dev.hookline.domain.pipeline.Outcome.Delivered;
import dev.hookline.domain.pipeline.Outcome.GiveUp;
import dev.hookline.domain.pipeline.Outcome.Suspect;
import dev.hookline.domain.pipeline.Outcome.TryAgain;
import dev.hookline.domain.pipeline.Pipeline;
import dev.hookline.domain.trace.TraceContext;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
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

  private record Seen(InetSocketAddress from, Headers headers, String body, String path) {}

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** Long enough to connect and be answered on a busy machine, short enough to wait for. */
  private static final Duration SHORT = Duration.ofSeconds(5);

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
                  exchange.getRemoteAddress(),
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

  private static HttpTarget target(
      int port, Optional<Supplier<String>> secret, Clock clock, Duration timeout) {
    var url = URI.create("http://127.0.0.1:" + port + "/hooks?a=b");
    return new HttpTarget("http", url, secret, timeout, new IdAlone(), clock);
  }

  private static HttpTarget target(int port, Duration timeout) {
    return target(port, Optional.empty(), Clock.fixed(NOON, ZoneOffset.UTC), timeout);
  }

  private Outcome send(Duration timeout) {
    try (var target = target(server.getAddress().getPort(), timeout)) {
      return target.dispatch(command);
    }
  }

  private Outcome send() {
    return send(PATIENCE);
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
    assertEquals(
        new String(new IdAlone().encodeCloudEvent(pipeline.id(), pipeline.event()), UTF_8),
        request.body());
    assertEquals("application/cloudevents+json", request.headers().getFirst("Content-Type"));
    assertEquals("/hooks?a=b", request.path());
    assertNull(request.headers().getFirst("webhook-signature"));
  }

  @Test
  void theLibraryOfStandardWebhooksFindsTheSignatureTrue() throws Exception {
    String secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    // The library reads its own clock.
    try (var target =
        target(
            server.getAddress().getPort(),
            Optional.of(() -> secret),
            Clock.systemUTC(),
            PATIENCE)) {
      assertEquals(new Delivered(), target.dispatch(command));
    }
    Seen request = seen.getFirst();
    assertEquals(pipeline.id().toString(), request.headers().getFirst("webhook-id"));
    new Webhook(secret).verify(request.body(), request.headers());
  }

  @Test
  void theSignatureIsThatOfTheSpecification() {
    var headers =
        StandardWebhooks.headers(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            Instant.ofEpochSecond(1614265330),
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
  @CsvSource({
    "302, EVENT",
    "408, EVENT",
    "425, EVENT",
    "429, EVENT",
    "500, EITHER",
    "501, EITHER",
    "502, SERVER",
    "503, SERVER",
    "504, SERVER"
  })
  void aTargetThatMayTakeItLaterIsTriedAgain(int status, Suspect suspect) {
    mood = status(status);
    assertEquals(new TryAgain("HTTP " + status, Duration.ZERO, suspect), send());
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
    assertEquals(wait, assertInstanceOf(TryAgain.class, send()).notBefore());
  }

  @Test
  void aRedirectIsNotFollowed() {
    mood = status(302, "Location", "/elsewhere");
    assertEquals(new TryAgain("HTTP 302"), send());
    assertEquals(1, seen.size());
  }

  private void untilOver() {
    try {
      over.await();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private static void assertSuspect(Suspect suspect, Outcome outcome) {
    assertEquals(suspect, assertInstanceOf(TryAgain.class, outcome).suspect(), outcome::toString);
  }

  @Test
  void aTargetThatDoesNotAnswerInTimeIsASuspect() {
    mood = _ -> untilOver();
    assertSuspect(Suspect.EITHER, send(Duration.ofMillis(200)));
  }

  @Test
  void aTargetThatIsNotThereIsToBlame() {
    server.stop(0);
    assertSuspect(Suspect.TARGET, send());
  }

  /**
   * Takes one connection, reads the beginning of the request, and does to it what the mood says.
   */
  private Outcome sendToRude(RudeMood rude, Duration timeout) throws IOException {
    try (var listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        var target = target(listener.getLocalPort(), timeout)) {
      Thread.ofVirtual()
          .start(
              () -> {
                try (var socket = listener.accept()) {
                  socket.getInputStream().readNBytes(100);
                  rude.treat(socket);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      return target.dispatch(command);
    }
  }

  private interface RudeMood {
    void treat(Socket socket) throws IOException;
  }

  @Test
  void headersThatNeverEndAreNoAnswer() throws IOException {
    RudeMood stalls =
        socket -> {
          socket.getOutputStream().write("HTTP/1.1 200 OK\r\nServer: slo".getBytes(UTF_8));
          untilOver();
        };
    assertSuspect(Suspect.EITHER, sendToRude(stalls, Duration.ofMillis(200)));
  }

  @Test
  void aConnectionThatIsResetMakesTheTargetASuspect() throws IOException {
    // To close with a linger of zero is to reset.
    assertSuspect(Suspect.EITHER, sendToRude(socket -> socket.setSoLinger(true, 0), PATIENCE));
  }

  @Test
  void anAnswerThatIsNoHttpMakesTheTargetASuspect() throws IOException {
    assertSuspect(
        Suspect.EITHER,
        sendToRude(
            socket -> socket.getOutputStream().write("220 smtp ready\r\n\r\n".getBytes(UTF_8)),
            PATIENCE));
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 410})
  void theStatusDecidesThoughTheBodyNeverEnds(int status) {
    mood =
        exchange -> {
          exchange.sendResponseHeaders(status, 0);
          exchange.getResponseBody().write('x');
          exchange.getResponseBody().flush();
          untilOver();
        };
    long before = System.nanoTime();
    assertEquals(status == 200 ? new Delivered() : new GiveUp("HTTP 410"), send(SHORT));
    assertTrue(System.nanoTime() - before < SHORT.toNanos());
  }

  @Test
  void theStatusDecidesThoughTheBodyBreaksOff() throws IOException {
    RudeMood breaksOff =
        socket -> {
          socket
              .getOutputStream()
              .write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf".getBytes(UTF_8));
          socket.shutdownOutput();
          // Closed with something unread, the socket would be reset, and the answer lost with it.
          socket.getInputStream().transferTo(OutputStream.nullOutputStream());
        };
    assertEquals(new Delivered(), sendToRude(breaksOff, PATIENCE));
  }

  @Test
  void aHugeAnswerCostsItsConnectionAlone() throws InterruptedException {
    var dropped = new CountDownLatch(1);
    mood =
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          byte[] part = new byte[64 * 1024];
          try (var body = exchange.getResponseBody()) {
            while (over.getCount() > 0) {
              body.write(part);
            }
          } catch (IOException _) {
            dropped.countDown();
          }
        };
    assertEquals(new Delivered(), send());
    assertTrue(dropped.await(PATIENCE.toSeconds(), TimeUnit.SECONDS));
  }

  @Test
  void oneConnectionServesEventAfterEvent() {
    mood =
        exchange -> {
          byte[] thanks = "thank you".repeat(1_000).getBytes(UTF_8);
          exchange.sendResponseHeaders(seen.size() % 2 == 0 ? 200 : 500, thanks.length);
          exchange.getResponseBody().write(thanks);
        };
    try (var target = target(server.getAddress().getPort(), PATIENCE)) {
      for (int i = 0; i < 20; i++) {
        target.dispatch(command);
      }
    }
    assertEquals(20, seen.size());
    assertEquals(1, seen.stream().map(Seen::from).distinct().count());
  }

  @Test
  void anInterruptEndsTheWait() throws Exception {
    var reached = new CountDownLatch(1);
    mood =
        _ -> {
          reached.countDown();
          untilOver();
        };
    var attempt = new FutureTask<>(this::send);
    Thread thread = Thread.ofVirtual().start(attempt);
    reached.await();
    thread.interrupt();
    assertEquals(new TryAgain("the worker was stopped"), attempt.get(20, TimeUnit.SECONDS));
  }

  @Test
  void theTargetIsToldWhereTheCommandStandsInATrace() {
    try (var target = target(server.getAddress().getPort(), PATIENCE)) {
      target.dispatch(traced("a=1,b=2"));
      target.dispatch(traced(""));
      target.dispatch(command);
    }

    assertEquals(
        List.of("00-" + "a".repeat(32) + "-" + "b".repeat(16) + "-01"),
        seen.getFirst().headers().get("traceparent"));
    assertEquals(List.of("a=1,b=2"), seen.getFirst().headers().get("tracestate"));
    assertTrue(seen.get(1).headers().containsKey("traceparent"));
    assertNull(seen.get(1).headers().get("tracestate"));
    assertNull(seen.get(2).headers().get("traceparent"));
  }

  private Command traced(String state) {
    var trace = new TraceContext("a".repeat(32), "b".repeat(16), TraceContext.SAMPLED, state);
    return new Command(pipeline.id(), 1, pipeline.event(), false, Optional.of(trace));
  }

  private Command observed(List<Reply> replies) {
    return new Command(pipeline.id(), 1, pipeline.event(), false, Optional.empty(), replies::add);
  }

  @Test
  void whoeverObservesIsToldTheStatusOrWhyThereIsNone() throws IOException {
    var replies = new CopyOnWriteArrayList<Reply>();
    try (var target = target(server.getAddress().getPort(), PATIENCE)) {
      target.dispatch(observed(replies));
      mood = status(503);
      target.dispatch(observed(replies));
    }
    int nobody;
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobody = socket.getLocalPort();
    }
    try (var target = target(nobody, PATIENCE)) {
      target.dispatch(observed(replies));
    }
    assertEquals(
        List.of(
            new Reply.HttpAnswer(204),
            new Reply.HttpAnswer(503),
            new Reply.Broken("java.net.ConnectException")),
        replies);
  }
}
