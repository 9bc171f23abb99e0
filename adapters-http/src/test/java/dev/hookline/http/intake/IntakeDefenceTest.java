package dev.hookline.http.intake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.http.server.Answer;
import dev.hookline.http.server.HttpServer;
import dev.hookline.http.testing.RawClient;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What senders do that providers never would, and the order in which steps are taken. In what is
 * sent raw, {@code |} stands for the end of a line.
 */
class IntakeDefenceTest {
  private static final String POST = "POST /webhooks/tiny HTTP/1.1|Host: h|";
  private static final String HEAD = POST + "Content-Type: application/json|X-Sign: good|";
  private static final String UNSIGNED = POST + "Content-Type: application/json|";
  private static final String CHUNKED = HEAD + "Transfer-Encoding: chunked||";

  /** For a whole request, half of it for its head; an honest one may come on a slow machine. */
  private static final Duration SHORT = Duration.ofMillis(800);

  private static final String NEXT = "GET /next HTTP/1.1|Host: h||";

  @Test
  void overRateRequestIsAnsweredBeforeItsBodyIsRead() throws Exception {
    try (var bench = new Bench();
        var raw = bench.raw()) {
      bench.limitEverybody(Duration.ofSeconds(7));
      String answer = raw.send(HEAD + "Content-Length: 10||").answer();
      assertTrue(answer.startsWith("HTTP/1.1 429 "), answer);
      assertTrue(answer.contains("Retry-After: 7"), answer);
    }
  }

  @Test
  void rateLimitComesBeforeContentType() throws Exception {
    try (var bench = new Bench()) {
      bench.limitEverybody(Duration.ofSeconds(1));
      assertEquals(
          429,
          bench.send(bench.to("/webhooks/tiny").POST(BodyPublishers.ofString("x"))).statusCode());
    }
  }

  @Test
  void contentTypeComesBeforeLengthAndSignature() throws Exception {
    try (var bench = new Bench();
        var raw = bench.raw()) {
      String answer =
          raw.send(
                  "POST /webhooks/tiny HTTP/1.1|"
                      + "Host: h|"
                      + "Content-Type: text/plain|"
                      + "Content-Length: 99999999||")
              .answer();
      assertTrue(answer.startsWith("HTTP/1.1 415 "), answer);
    }
  }

  @Test
  void unreadBodyOfARefusalIsSkippedAndTheConnectionGoesOn() throws Exception {
    try (var bench = new Bench();
        var raw = bench.raw()) {
      bench.limitEverybody(Duration.ofSeconds(1));
      String answer = raw.send(HEAD + "Content-Length: 5||hello" + NEXT).answer();
      assertTrue(answer.startsWith("HTTP/1.1 429 "), answer);
      String next = raw.answer();
      assertTrue(next.startsWith("HTTP/1.1 404 "), next);
    }
  }

  @Test
  void declaredLengthOverTheLimitIs413BeforeAnyByte() throws Exception {
    try (var bench = new Bench();
        var raw = bench.raw()) {
      String answer = raw.send(HEAD + "Content-Length: 200001||").answer();
      assertTrue(answer.startsWith("HTTP/1.1 413 "), answer);
      assertTrue(answer.contains("Connection: close"), answer);
      assertEquals("tiny TOO_LARGE", bench.nextCounted());
    }
  }

  @Test
  void senderOfTooLongABodyStillReadsItsAnswer() throws Exception {
    try (var bench = new Bench()) {
      var answer = bench.deliver("tiny", "x".repeat(5_000_000));
      assertEquals(413, answer.statusCode());
    }
  }

  @Test
  void bodyAtTheLimitIsRead() throws Exception {
    try (var bench = new Bench()) {
      String start = "push d1 octo/widgets ";
      String body = start + "x".repeat(Bench.MAX_BODY - start.length());
      assertEquals(202, bench.deliver("tiny", body).statusCode());
      assertEquals(
          Bench.MAX_BODY,
          bench.store.pipelines.values().iterator().next().delivery().body().length());
    }
  }

  @Test
  void chunkedBodyOverTheLimitIs413() throws Exception {
    try (var bench = new Bench();
        var raw = bench.raw()) {
      String answer = raw.send(CHUNKED + "1ffff|" + "x".repeat(0x1ffff) + "|1ffff|").answer();
      assertTrue(answer.startsWith("HTTP/1.1 413 "), answer);
      assertEquals("tiny TOO_LARGE", bench.nextCounted());
    }
  }

  @Test
  void chunkedBodyIsReadAndTheConnectionGoesOn() throws Exception {
    try (var bench = new Bench();
        var raw = bench.raw()) {
      String answer =
          raw.send(CHUNKED + "5|push |3 \t;why=not|d1 |C\t |octo/widgets|0||" + NEXT).answer();
      assertTrue(answer.startsWith("HTTP/1.1 202 "), answer);
      assertEquals(
          "push d1 octo/widgets",
          new String(
              bench.store.pipelines.values().iterator().next().delivery().body().bytes(),
              StandardCharsets.UTF_8));
      String next = raw.answer();
      assertTrue(next.startsWith("HTTP/1.1 404 "), next);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"0;done||", "0|Checksum: abc|Other: x||", "000||"})
  void legalEndsThatNobodySendsAreTakenAndCloseTheConnection(String end) throws Exception {
    try (var bench = new Bench();
        var raw = bench.raw()) {
      String all = raw.send(CHUNKED + "4|ping|" + end + NEXT).rest();
      assertTrue(all.startsWith("HTTP/1.1 200 "), all);
      assertEquals(all.indexOf("HTTP/1.1"), all.lastIndexOf("HTTP/1.1"), all);
    }
  }

  @Test
  void unreadChunksOfARefusalAreNoNextRequest() throws Exception {
    try (var bench = new Bench();
        var raw = bench.raw()) {
      bench.limitEverybody(Duration.ofSeconds(1));
      String all = raw.send(CHUNKED + "4|ping|0||" + NEXT).halfClose().rest();
      assertTrue(all.startsWith("HTTP/1.1 429 "), all);
      assertEquals(all.indexOf("HTTP/1.1"), all.lastIndexOf("HTTP/1.1"), all);
    }
  }

  @Test
  void manyChunksMakeOneBody() throws Exception {
    try (var bench = new Bench()) {
      byte[] body =
          ("push d1 octo/widgets " + "x".repeat(150_000)).getBytes(StandardCharsets.UTF_8);
      var answer =
          bench.send(
              bench
                  .to("/webhooks/tiny")
                  .header("Content-Type", "application/json")
                  .header("X-Sign", "good")
                  .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body))));
      assertEquals(202, answer.statusCode());
      assertEquals(
          body.length, bench.store.pipelines.values().iterator().next().delivery().body().length());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"zz|x|0||", "-1|x|0||", "|x|0||", "1|xAB0||", "1\nx\n0\n\n", "fffffffff|x|0||"})
  void malformedChunksAre400AndCloseTheConnection(String chunks) throws Exception {
    try (var bench = new Bench();
        var raw = bench.raw()) {
      String all = raw.send(CHUNKED + chunks + NEXT).halfClose().rest();
      assertTrue(all.startsWith("HTTP/1.1 400 "), all);
      assertTrue(all.contains("\"error\":\"InvalidPayloadError\""), all);
      assertEquals(all.indexOf("HTTP/1.1"), all.lastIndexOf("HTTP/1.1"), all);
      assertTrue(bench.store.pipelines.isEmpty());
    }
  }

  @Test
  void chunkOfAHugeAnnouncedSizeIs413() throws Exception {
    try (var bench = new Bench();
        var raw = bench.raw()) {
      String answer = raw.send(CHUNKED + "7fffffff|x").answer();
      assertTrue(answer.startsWith("HTTP/1.1 413 "), answer);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Content-Length: 10||half", "Transfer-Encoding: chunked||a|half"})
  void truncatedBodyIs400AndStoresNothing(String framingAndHalf) throws Exception {
    try (var bench = new Bench();
        var raw = bench.raw()) {
      String all = raw.send(HEAD + framingAndHalf).halfClose().rest();
      assertTrue(all.startsWith("HTTP/1.1 400 "), all);
      assertEquals("tiny INVALID_PAYLOAD", bench.nextCounted());
      assertTrue(bench.store.refused.isEmpty());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Content-Length: 10||half", "Transfer-Encoding: chunked||a|half"})
  void slowBodyMeetsTheDeadline(String framingAndHalf) throws Exception {
    try (var bench = new Bench(SHORT, 1_000_000, List.of());
        var raw = bench.raw()) {
      String all = raw.send(HEAD + framingAndHalf).rest();
      assertTrue(all.startsWith("HTTP/1.1 408 "), all);
      assertTrue(all.contains("\"error\":\"RequestTimeoutError\""), all);
      assertTrue(all.contains("X-Request-Id: "), all);
      assertEquals("tiny TIMEOUT", bench.nextCounted());
    }
  }

  @Test
  void slowHeadersMeetTheDeadline() throws Exception {
    try (var bench = new Bench(SHORT, 1_000_000, List.of());
        var raw = bench.raw()) {
      String all = raw.send("POST /webhooks/tiny HTTP/1.1|Host: h|X-Slow").rest();
      assertTrue(all.startsWith("HTTP/1.1 408 "), all);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"P", "POST /webhooks/ti", POST + "X-Slow: "})
  void requestThatComesByteByByteMeetsTheDeadline(String beginning) throws Exception {
    try (var bench = new Bench(SHORT, 1_000_000, List.of());
        var raw = bench.raw()) {
      raw.send(beginning);
      var dripping = Thread.startVirtualThread(() -> drip(raw));
      String all = raw.rest();
      assertTrue(all.startsWith("HTTP/1.1 408 "), all);
      dripping.join();
    }
  }

  private static void drip(RawClient raw) {
    try {
      while (true) {
        raw.send("x");
        Thread.sleep(20);
      }
    } catch (IOException | InterruptedException _) {
      // The server has closed, which is what is waited for.
      return;
    }
  }

  @Test
  void headersHaveHalfOfTheTime() throws Exception {
    try (var bench = new Bench(Duration.ofSeconds(3), 1_000_000, List.of());
        var slowHeaders = bench.raw();
        var slowBody = bench.raw()) {
      slowBody.send(HEAD + "Content-Length: 4||pi");
      slowHeaders.send(HEAD);
      assertTrue(slowHeaders.rest().startsWith("HTTP/1.1 408 "));
      assertTrue(slowBody.send("ng").answer().startsWith("HTTP/1.1 200 "));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"P", "POST /webhooks/tiny", POST, HEAD + "Content-Length: 9||pi"})
  void everyRequestOfAConnectionHasItsDeadline(String second) throws Exception {
    String first = HEAD + "Content-Length: 4||ping";
    try (var bench = new Bench(SHORT, 1_000_000, List.of());
        var apart = bench.raw();
        var together = bench.raw()) {
      assertTrue(apart.send(first).answer().startsWith("HTTP/1.1 200 "));
      assertTrue(apart.send(second).rest().startsWith("HTTP/1.1 408 "));
      assertTrue(together.send(first + second).answer().startsWith("HTTP/1.1 200 "));
      assertTrue(together.rest().startsWith("HTTP/1.1 408 "));
    }
  }

  @Test
  void timeIsCountedFromTheFirstByteAndNotFromTheConnection() throws Exception {
    try (var bench = new Bench(SHORT, 1_000_000, List.of());
        var silent = bench.raw();
        var refused = bench.raw();
        var slow = bench.raw()) {
      bench.limitEverybody(Duration.ofSeconds(1));
      refused.send(HEAD + "Content-Length: 5||hello").answer();
      // The deadline of this connection is later than those of the others would have been.
      assertTrue(slow.send(HEAD + "Content-Length: 4||").rest().startsWith("HTTP/1.1 429 "));
      assertTrue(refused.send(NEXT).answer().startsWith("HTTP/1.1 404 "));
      assertTrue(silent.send(NEXT).answer().startsWith("HTTP/1.1 404 "));
    }
  }

  @Test
  void bodyThatNeverComesAfterARefusalMeetsTheDeadlineToo() throws Exception {
    try (var bench = new Bench(SHORT, 1_000_000, List.of());
        var raw = bench.raw()) {
      bench.limitEverybody(Duration.ofSeconds(1));
      String all = raw.send(HEAD + "Content-Length: 5||").rest();
      assertTrue(all.startsWith("HTTP/1.1 429 "), all);
    }
  }

  @Test
  void deadlineEndsWithTheRequestAndLeavesTheConnectionAlone() throws Exception {
    try (var bench = new Bench(SHORT, 1_000_000, List.of());
        var raw = bench.raw();
        var slow = bench.raw()) {
      raw.send(HEAD + "Content-Length: 4||ping").answer();
      // The other connection's deadline is later than the first one's would have been.
      assertTrue(slow.send(HEAD + "Content-Length: 4||").rest().startsWith("HTTP/1.1 408 "));
      String next = raw.send(HEAD + "Content-Length: 4||ping").answer();
      assertTrue(next.startsWith("HTTP/1.1 200 "), next);
    }
  }

  @Test
  void commitMayTakeLongerThanTheRequestWasAllowedTo() throws Exception {
    try (var bench = new Bench(SHORT, 1_000_000, List.of());
        var slow = bench.raw()) {
      bench.store.mayCommit = new CountDownLatch(1);
      var answer = async(bench, "push d1 octo/widgets");
      assertTrue(slow.send(HEAD + "Content-Length: 4||").rest().startsWith("HTTP/1.1 408 "));
      bench.store.mayCommit.countDown();
      assertEquals(202, answer.get(10, TimeUnit.SECONDS));
    }
  }

  @Test
  void bodiesBeyondTheBudgetAre503AndTheBudgetComesBack() throws Exception {
    try (var bench = new Bench(Duration.ofSeconds(10), 100, List.of())) {
      var answer = bench.deliver("tiny", "push d1 octo/widgets" + "x".repeat(100));
      assertEquals(503, answer.statusCode());
      assertEquals("1", answer.headers().firstValue("Retry-After").orElse(""));
      assertEquals("tiny OVERLOADED", bench.nextCounted());
      for (int i = 0; i < 20; i++) {
        assertEquals(202, bench.deliver("tiny", "push e" + i + " octo/widgets").statusCode());
      }
    }
  }

  @Test
  void budgetIsHeldUntilTheAnswer() throws Exception {
    try (var bench = new Bench(Duration.ofSeconds(10), 30, List.of())) {
      bench.store.mayCommit = new CountDownLatch(1);
      var first = async(bench, "push d1 octo/widgets");
      assertTrue(bench.store.committing.await(10, TimeUnit.SECONDS));
      assertEquals(503, bench.deliver("tiny", "push d2 octo/widgets").statusCode());
      bench.store.mayCommit.countDown();
      assertEquals(202, first.get(10, TimeUnit.SECONDS));
    }
  }

  @Test
  void continueIsOnlySentOnceTheBodyIsWanted() throws Exception {
    try (var bench = new Bench();
        var wanted = bench.raw();
        var unwanted = bench.raw()) {
      String go = wanted.send(HEAD + "Expect: 100-continue|Content-Length: 4||").head();
      assertTrue(go.startsWith("HTTP/1.1 100 "), go);
      assertTrue(wanted.send("ping").answer().startsWith("HTTP/1.1 200 "));

      String no =
          unwanted
              .send(
                  "POST /webhooks/tiny HTTP/1.1|"
                      + "Host: h|"
                      + "Expect: 100-continue|"
                      + "Content-Length: 4||")
              .answer();
      assertTrue(no.startsWith("HTTP/1.1 415 "), no);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "404; POST /nothing HTTP/1.1|Host: h|Content-Length: 4|",
        "404; POST /webhooks/none HTTP/1.1|Host: h|Transfer-Encoding: chunked|",
        "405; PUT /webhooks/tiny HTTP/1.1|Host: h|Content-Length: 4|",
        "415; POST /webhooks/tiny HTTP/1.1|Host: h|Transfer-Encoding: chunked|",
        "413; POST /webhooks/tiny HTTP/1.1|Host: h|Content-Type: application/json|"
            + "Content-Length: 200001|",
        "401; POST /webhooks/tiny HTTP/1.1|Host: h|Content-Type: application/json|"
            + "Content-Length: 200000|",
        "401; POST /webhooks/tiny HTTP/1.1|Host: h|Content-Type: application/json|"
            + "X-Sign: good|X-Sign: good|Transfer-Encoding: chunked|"
      })
  void refusalThatNeedsNoBodyComesInPlaceOfContinue(int status, String request) throws Exception {
    try (var bench = new Bench();
        var raw = bench.raw()) {
      String all = raw.send(request + "Expect: 100-continue||").rest();
      assertTrue(all.startsWith("HTTP/1.1 %d ".formatted(status)), all);
      assertTrue(all.contains("Connection: close"), all);
    }
  }

  @Test
  void rateLimitComesInPlaceOfContinueAndBeforeTheSignature() throws Exception {
    try (var bench = new Bench();
        var raw = bench.raw()) {
      bench.limitEverybody(Duration.ofSeconds(1));
      String all =
          raw.send(
                  POST
                      + "Content-Type: application/json|"
                      + "Content-Length: 4|Expect: 100-continue||")
              .rest();
      assertTrue(all.startsWith("HTTP/1.1 429 "), all);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Content-Length: 4||ping", "Transfer-Encoding: chunked||4|ping|0||"})
  void unsignedBodyIsReadRefusedAndCountedAsAForgery(String body) throws Exception {
    try (var bench = new Bench();
        var raw = bench.raw()) {
      String answer = raw.send(UNSIGNED + body).answer();
      assertTrue(answer.startsWith("HTTP/1.1 401 "), answer);
      assertTrue(answer.contains("\"error\":\"InvalidSignatureError\""), answer);
      assertEquals("tiny INVALID_SIGNATURE", bench.nextCounted());
      assertTrue(bench.unproven.list().getFirst().hasBody());
      String next = raw.send(HEAD + "Content-Length: 4||ping").answer();
      assertTrue(next.startsWith("HTTP/1.1 200 "), next);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Content-Length: 10||half", "Transfer-Encoding: chunked||a|half"})
  void unsignedBodyThatDoesNotComeWholeMeetsTheDeadline(String framingAndHalf) throws Exception {
    try (var bench = new Bench(SHORT, 1_000_000, List.of());
        var raw = bench.raw()) {
      String all = raw.send(UNSIGNED + framingAndHalf).rest();
      assertTrue(all.startsWith("HTTP/1.1 408 "), all);
      assertEquals("tiny TIMEOUT", bench.nextCounted());
    }
  }

  @Test
  void unsignedChunksOverTheLimitAre413() throws Exception {
    try (var bench = new Bench();
        var raw = bench.raw()) {
      String chunk = "1ffff|" + "x".repeat(0x1ffff) + "|";
      String answer =
          raw.send(UNSIGNED + "Transfer-Encoding: chunked||" + chunk + "1ffff|").answer();
      assertTrue(answer.startsWith("HTTP/1.1 413 "), answer);
      assertEquals("tiny TOO_LARGE", bench.nextCounted());
    }
  }

  /**
   * Each announces much and sends one byte. Half of the budget has room for eight such beginnings,
   * and one more is favoured; the others wait in vain.
   */
  @Test
  void slowBodiesOfOneAddressKeepNobodyElseOut() throws Exception {
    int slow = 40;
    try (var bench = Bench.tight(64 * 1024)) {
      var clients = new ArrayList<RawClient>();
      for (int i = 0; i < slow; i++) {
        clients.add(bench.raw().send(UNSIGNED + "Content-Length: 150000||x"));
      }
      for (int i = 9; i < slow; i++) {
        assertEquals("tiny OVERLOADED", bench.nextCounted());
      }
      for (int i = 0; i < 20; i++) {
        try (var honest = new RawClient(bench.server.port(), "127.0.0.2")) {
          String body = "push d%d octo/widgets ".formatted(i) + "x".repeat(10_000);
          String answer =
              honest.send(HEAD + "Content-Length: %d||".formatted(body.length()) + body).answer();
          assertTrue(answer.startsWith("HTTP/1.1 202 "), answer);
        }
      }
      for (RawClient client : clients) {
        client.close();
      }
    }
  }

  @Test
  void behindATrustedProxySlowBodiesCountForWhoSendsThem() throws Exception {
    try (var bench = Bench.tight(64 * 1024, List.of("127.0.0.1"))) {
      var clients = new ArrayList<RawClient>();
      for (int i = 0; i < 20; i++) {
        clients.add(
            bench
                .raw()
                .send(UNSIGNED + "X-Forwarded-For: 198.51.100.7|" + "Content-Length: 150000||x"));
      }
      for (int i = 9; i < 20; i++) {
        assertEquals("tiny OVERLOADED", bench.nextCounted());
      }
      assertEquals(
          202,
          bench
              .send(
                  bench
                      .signed("tiny", "push d1 octo/widgets " + "x".repeat(10_000))
                      .header("X-Forwarded-For", "198.51.100.8"))
              .statusCode());
      for (RawClient client : clients) {
        client.close();
      }
    }
  }

  @Test
  void continueIsSentForChunksToo() throws Exception {
    try (var bench = new Bench();
        var raw = bench.raw()) {
      String go = raw.send(HEAD + "Expect: 100-continue|Transfer-Encoding: chunked||").head();
      assertTrue(go.startsWith("HTTP/1.1 100 "), go);
      assertTrue(raw.send("4|ping|0||").answer().startsWith("HTTP/1.1 200 "));
      assertTrue(raw.send(NEXT).answer().startsWith("HTTP/1.1 404 "));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GARBAGE||",
        "POST /webhooks/tiny HTTP/1.1||",
        "POST /webhooks/tiny HTTP/1.1|Host: a|Host: b||",
        "POST /webhooks/tiny HTTP/1.1|"
            + "Host: h|"
            + "Content-Length: 1|"
            + "Transfer-Encoding: chunked||",
        "POST /webhooks/tiny HTTP/1.1|Host: h|Content-Length: x||",
        "POST /webhooks/tiny HTTP/1.1|Host: h|Content-Length: 1|Content-Length: 2||",
        "POST /webhooks/tiny HTTP/1.1|Host: h|Content-Length : 1||"
      })
  void requestThatIsNoneIsRefusedInTheOneForm(String request) throws Exception {
    try (var bench = new Bench();
        var raw = bench.raw()) {
      String all = raw.send(request).halfClose().rest();
      assertTrue(all.startsWith("HTTP/1.1 4"), all);
      assertTrue(all.contains("\"request_id\":\""), all);
      assertTrue(all.contains("X-Request-Id: "), all);
      assertEquals("request unreadable", bench.nextCounted());
      assertTrue(bench.counted.isEmpty());
    }
  }

  @Test
  void doubledSignatureIsSeenAsDoubled() throws Exception {
    try (var bench = new Bench();
        var raw = bench.raw()) {
      String answer = raw.send(HEAD + "x-sign: good|Content-Length: 4||ping").answer();
      assertTrue(answer.startsWith("HTTP/1.1 401 "), answer);
    }
  }

  @Test
  void senderThatAsksToCloseIsAnsweredAndClosed() throws Exception {
    try (var bench = new Bench();
        var raw = bench.raw()) {
      String all = raw.send(HEAD + "Connection: close|Content-Length: 4||ping").rest();
      assertTrue(all.startsWith("HTTP/1.1 200 "), all);
      assertTrue(all.contains("Connection: close"), all);
    }
  }

  @Test
  void pipelinedRequestsAreAnsweredInOrder() throws Exception {
    try (var bench = new Bench();
        var raw = bench.raw()) {
      raw.send((HEAD + "Content-Length: 4||ping").repeat(50) + NEXT);
      for (int i = 0; i < 50; i++) {
        assertTrue(raw.answer().startsWith("HTTP/1.1 200 "));
      }
      assertTrue(raw.answer().startsWith("HTTP/1.1 404 "));
    }
  }

  @Test
  void connectionsBeyondTheCapWaitAndThenAreServed() throws Exception {
    try (var bench = new Bench(SHORT, 1_000_000, List.of())) {
      var slow = new ArrayList<RawClient>();
      for (int i = 0; i < 100; i++) {
        slow.add(bench.raw().send(POST));
      }
      assertEquals(200, bench.deliver("tiny", "ping").statusCode());
      for (RawClient each : slow) {
        each.close();
      }
    }
  }

  @Test
  void oneAddressCannotTakeAllConnections() throws Exception {
    try (var bench = Bench.crowded(Duration.ofMinutes(1), List.of(), 50, Optional.of(12))) {
      var slow = new ArrayList<RawClient>();
      for (int i = 0; i < 50; i++) {
        slow.add(bench.raw().send(POST));
      }
      for (int i = 12; i < 50; i++) {
        assertEquals("connection refused", bench.nextCounted());
      }
      try (var honest = new RawClient(bench.server.port(), "127.0.0.2")) {
        String answer = honest.send(HEAD + "Content-Length: 4||ping").answer();
        assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
      }
      assertEquals("tiny HANDSHAKE", bench.nextCounted());
      for (RawClient each : slow) {
        each.close();
      }
    }
  }

  @Test
  void connectionThatEndsMakesRoomForAnother() throws Exception {
    try (var bench = Bench.crowded(Duration.ofSeconds(10), List.of(), 50, Optional.of(1))) {
      for (int i = 0; i < 20; i++) {
        try (var raw = bench.raw()) {
          // The end of the stream comes after the server has let go of the connection's place.
          String all = raw.send(HEAD + "Connection: close|Content-Length: 4||ping").rest();
          assertTrue(all.startsWith("HTTP/1.1 200 "), all);
        }
      }
    }
  }

  @Test
  void thisMachineMayHaveAllConnectionsUnlessItIsTold() throws Exception {
    try (var bench = Bench.crowded(Duration.ofMinutes(1), List.of(), 2, Optional.empty());
        var first = bench.raw();
        var second = bench.raw()) {
      assertTrue(first.send(HEAD + "Content-Length: 4||ping").answer().startsWith("HTTP/1.1 200 "));
      assertTrue(
          second.send(HEAD + "Content-Length: 4||ping").answer().startsWith("HTTP/1.1 200 "));
    }
  }

  @Test
  void trustedProxyMayHaveAllConnections() throws Exception {
    try (var bench =
            Bench.crowded(Duration.ofMinutes(1), List.of("127.0.0.1"), 50, Optional.of(1));
        var first = bench.raw();
        var second = bench.raw()) {
      assertTrue(first.send(HEAD + "Content-Length: 4||ping").answer().startsWith("HTTP/1.1 200 "));
      assertTrue(
          second.send(HEAD + "Content-Length: 4||ping").answer().startsWith("HTTP/1.1 200 "));
    }
  }

  @Test
  void closedServerAcceptsNothing() {
    try (var bench = new Bench()) {
      assertTrue(bench.server.accepts());
      bench.server.close();
      assertFalse(bench.server.accepts());
    }
  }

  @Test
  void portThatIsTakenIsSaidAtOnce() throws Exception {
    try (var bench = new Bench()) {
      int taken = bench.server.port();
      var settings =
          new HttpServer.Limits(
              "127.0.0.1", taken, 1, 1, Duration.ofSeconds(1), Duration.ofSeconds(1));
      assertThrows(
          UncheckedIOException.class,
          () ->
              new HttpServer(
                  settings,
                  HttpServer.Peers.ALL,
                  _ -> Answer.empty(200),
                  (_, _) -> {},
                  () -> "id"));
    }
  }

  @Test
  void answersNameNoProduct() throws Exception {
    try (var bench = new Bench();
        var raw = bench.raw()) {
      String answer = raw.send(NEXT).answer();
      assertFalse(answer.toLowerCase(Locale.ROOT).contains("helidon"), answer);
      assertFalse(answer.contains("Server:"), answer);
    }
  }

  @Test
  void senderIsFoundThroughTrustedProxies() throws Exception {
    try (var bench = new Bench(Duration.ofSeconds(10), 1_000_000, List.of("127.0.0.0/8"))) {
      bench.send(
          bench
              .signed("tiny", "ping")
              .header("X-Forwarded-For", "6.6.6.6, 198.51.100.7, 127.0.0.9"));
      assertEquals("198.51.100.7", bench.limitedAddresses.take());
    }
  }

  @Test
  void strangersWordAboutForwardingIsNotBelieved() throws Exception {
    try (var bench = new Bench()) {
      bench.send(bench.signed("tiny", "ping").header("X-Forwarded-For", "198.51.100.7"));
      assertEquals("127.0.0.1", bench.limitedAddresses.take());
    }
  }

  @Test
  void closingFinishesWhatIsInFlight() throws Exception {
    try (var bench = new Bench()) {
      bench.store.mayCommit = new CountDownLatch(1);
      var answer = async(bench, "push d1 octo/widgets");
      assertTrue(bench.store.committing.await(10, TimeUnit.SECONDS));
      var closing = CompletableFuture.runAsync(bench.server::close);
      bench.store.mayCommit.countDown();
      assertEquals(202, answer.get(10, TimeUnit.SECONDS));
      closing.get(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void closingServesWhoHasJustConnectedAndThenWantsNoMoreOfThem() throws Exception {
    try (var bench = new Bench();
        var before = bench.raw()) {
      before.send(NEXT).answer();
      bench.store.mayCommit = new CountDownLatch(1);
      var inFlight = async(bench, "push d1 octo/widgets");
      assertTrue(bench.store.committing.await(10, TimeUnit.SECONDS));
      try (var connected = bench.raw();
          var silent = bench.raw()) {
        awaitServed(bench);
        var closing = CompletableFuture.runAsync(bench.server::close);
        // That it is closing is seen by the end of what was idle.
        assertEquals("", before.rest());
        String answer = connected.send(HEAD + "Content-Length: 4||ping").rest();
        assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
        assertTrue(answer.contains("Connection: close"), answer);
        assertEquals("", silent.rest());
        bench.store.mayCommit.countDown();
        assertEquals(202, inFlight.get(10, TimeUnit.SECONDS));
        closing.get(10, TimeUnit.SECONDS);
      }
    }
  }

  /** Connections are taken in order, so those opened before this one are served as well. */
  private static void awaitServed(Bench bench) throws IOException {
    try (var last = bench.raw()) {
      last.send(NEXT).answer();
    }
  }

  private static CompletableFuture<Integer> async(Bench bench, String body) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return bench.deliver("tiny", body).statusCode();
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        });
  }
}
