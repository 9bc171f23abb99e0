package dev.hookline.http.intake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.http.testing.RawClient;
import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever fails, a sender reads one of a few fixed texts, with the id under which the operator
 * finds it in the log, and nothing of the inside. In what is sent, {@code |} stands for the end of
 * a line.
 */
class FailureAnswersTest {
  private static final String UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";
  private static final Pattern BODY =
      Pattern.compile(
          "\\{\"error\":\"(\\w+)\",\"message\":\"([^\"]*)\",\"request_id\":\"(" + UUID + ")\"}");

  private static final Set<String> NO_REQUEST = Set.of("this is no request that HTTP/1.1 allows");

  /** What may be said with each status to what HTTP/1.1 does not allow. */
  private static final Map<String, Set<String>> FRAMING_TEXTS =
      Map.of(
          "414 InvalidPayloadError", NO_REQUEST,
          "431 InvalidPayloadError", NO_REQUEST,
          "501 InvalidPayloadError", NO_REQUEST,
          "505 InvalidPayloadError", NO_REQUEST);

  /** What may be said with each status to any other request. */
  private static final Map<String, Set<String>> TEXTS =
      Map.ofEntries(
          Map.entry(
              "400 InvalidPayloadError",
              Set.of(
                  "this is no request that HTTP/1.1 allows",
                  "the body is broken or incomplete",
                  "a request may have 100 header fields",
                  "not of this provider")),
          Map.entry("400 UnsupportedEventError", Set.of("event type fork is not supported here")),
          Map.entry(
              "401 InvalidSignatureError", Set.of("the signature does not hold for this body")),
          Map.entry("404 NotFoundError", Set.of("there is nothing at this path")),
          Map.entry("404 UnknownServiceError", Set.of("no service of this name is enabled here")),
          Map.entry("405 MethodNotAllowedError", Set.of("deliveries are sent with POST")),
          Map.entry("408 RequestTimeoutError", Set.of("the request was not complete in time")),
          Map.entry("413 PayloadTooLargeError", Set.of("a body may have 200000 bytes")),
          Map.entry(
              "415 UnsupportedMediaTypeError",
              Set.of(
                  "the content type must be one of [application/json,"
                      + " application/x-www-form-urlencoded], without content encoding")),
          Map.entry("422 RepositoryContextError", Set.of("no mapping fits")),
          Map.entry("429 RateLimitError", Set.of("too many requests from this address")),
          Map.entry("500 InternalError", Set.of("something went wrong here; it was logged")),
          Map.entry(
              "503 OverloadedError",
              Set.of(
                  "the delivery could not be stored in time; send it again",
                  "too much is being received at once")));

  private static final Set<String> HEADERS =
      Set.of(
          "allow",
          "connection",
          "content-length",
          "content-type",
          "date",
          "retry-after",
          "x-request-id");

  private static final String POST = "POST /webhooks/tiny HTTP/1.1|Host: h|";
  private static final String JSON = "Content-Type: application/json|";
  private static final String SIGNED = POST + JSON + "X-Sign: good|";

  private static String signed(String body) {
    return SIGNED + "Content-Length: " + body.length() + "||" + body;
  }

  private static Stream<String> malformed() {
    return Stream.of(
            IntakeFramingTest.malformed(),
            IntakeFramingTest.malformedChunks(),
            IntakeFramingTest.otherProtocols(),
            Stream.of(
                SIGNED + "Content-Length: 9||trunc",
                SIGNED + "Transfer-Encoding: chunked||9|trunc",
                SIGNED + "Content-Length: 9|",
                SIGNED + "A: b|".repeat(101) + "|",
                "POST /webhooks/tiny%zz?%zz HTTP/1.1|Host: h||",
                "POST /webhooks/tiny HTTP/1.1|Host: bad host:port||",
                "POST /webhooks/tiny HTTP/1.1|Host: h|Connection: Upgrade|Upgrade: h2c||",
                "CONNECT h:443 HTTP/1.1|Host: h||",
                "\0\0\0\0||"))
        .flatMap(stream -> stream);
  }

  @ParameterizedTest
  @MethodSource("malformed")
  void whatIsNoRequestIsAnsweredWithAFixedTextOrNotAtAll(String request) throws Exception {
    try (var bench = new Bench();
        var raw = bench.raw()) {
      String all = untilClosed(raw.send(request).halfClose());
      if (!all.isEmpty()) {
        assertTrue(assertFixed(all).matches("(4\\d\\d|501|505) .*"), all);
      }
    }
  }

  /** Closing with bytes unread resets the connection. */
  private static String untilClosed(RawClient raw) throws IOException {
    try {
      return raw.rest();
    } catch (SocketException _) {
      return "";
    }
  }

  private static Stream<Arguments> failures() {
    Consumer<Bench> nothing = _ -> {};
    return Stream.of(
        Arguments.of("404 NotFoundError", "GET / HTTP/1.1|Host: h||", nothing),
        Arguments.of("404 UnknownServiceError", "POST /webhooks/x HTTP/1.1|Host: h||", nothing),
        Arguments.of("405 MethodNotAllowedError", "PUT /webhooks/tiny HTTP/1.1|Host: h||", nothing),
        Arguments.of("415 UnsupportedMediaTypeError", POST + "Content-Length: 0||", nothing),
        Arguments.of(
            "415 UnsupportedMediaTypeError",
            POST + JSON + "Content-Encoding: gzip|Content-Length: 0||",
            nothing),
        Arguments.of("413 PayloadTooLargeError", SIGNED + "Content-Length: 200001||", nothing),
        Arguments.of(
            "413 PayloadTooLargeError", SIGNED + "Transfer-Encoding: chunked||7fffffff|x", nothing),
        Arguments.of("401 InvalidSignatureError", POST + JSON + "Content-Length: 0||", nothing),
        Arguments.of(
            "401 InvalidSignatureError",
            POST + JSON + "X-Sign: stale|Content-Length: 4||ping",
            nothing),
        Arguments.of(
            "429 RateLimitError",
            signed("ping"),
            (Consumer<Bench>) bench -> bench.limitEverybody(Duration.ofSeconds(1))),
        Arguments.of("400 InvalidPayloadError", signed("garbage"), nothing),
        Arguments.of("400 UnsupportedEventError", signed("fork d1 octo/widgets"), nothing),
        Arguments.of("422 RepositoryContextError", signed("push d1"), nothing),
        Arguments.of("500 InternalError", signed("defect"), nothing),
        Arguments.of(
            "503 OverloadedError",
            signed("push d1 octo/widgets"),
            (Consumer<Bench>) bench -> bench.store.away = true));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void everyFailureIsAnsweredWithAFixedText(
      String failure, String request, Consumer<Bench> condition) throws Exception {
    try (var bench = new Bench();
        var raw = bench.raw()) {
      condition.accept(bench);
      assertEquals(failure, assertFixed(raw.send(request).answer()));
    }
  }

  @Test
  void expiryAndExhaustionAreAnsweredWithAFixedText() throws Exception {
    try (var bench = new Bench(Duration.ofMillis(300), 30, List.of())) {
      for (String slow : List.of("P", POST, SIGNED + "Content-Length: 4||pi")) {
        try (var raw = bench.raw()) {
          assertEquals("408 RequestTimeoutError", assertFixed(raw.send(slow).rest()));
        }
      }
      bench.store.mayCommit = new CountDownLatch(1);
      try (var first = bench.raw();
          var second = bench.raw()) {
        first.send(signed("push d1 octo/widgets"));
        bench.store.committing.await();
        assertEquals(
            "503 OverloadedError",
            assertFixed(second.send(signed("push d2 octo/widgets")).answer()));
        bench.store.mayCommit.countDown();
        assertTrue(first.answer().startsWith("HTTP/1.1 202 "));
      }
    }
  }

  @Test
  void everyFailureIsProvoked() {
    var told = failures().map(failure -> (String) failure.get()[0]).collect(Collectors.toSet());
    told.add("408 RequestTimeoutError");
    assertEquals(new TreeSet<>(TEXTS.keySet()), new TreeSet<>(told));
  }

  /** Checks head and body of one answer, and that nothing follows; says what failed. */
  private static String assertFixed(String answer) {
    String[] parts = answer.split("\r\n\r\n", 2);
    List<String> head = List.of(parts[0].split("\r\n", -1));
    Matcher status = Pattern.compile("HTTP/1\\.1 (\\d{3}) [A-Za-z -]+").matcher(head.getFirst());
    assertTrue(status.matches(), answer);
    var fields =
        head.stream()
            .skip(1)
            .map(line -> line.split(": ", 2))
            .collect(
                Collectors.toMap(field -> field[0].toLowerCase(Locale.ROOT), field -> field[1]));
    assertTrue(HEADERS.containsAll(fields.keySet()), answer);
    Matcher body = BODY.matcher(parts[1]);
    assertTrue(body.matches(), answer);
    String failure = status.group(1) + " " + body.group(1);
    Set<String> texts = TEXTS.getOrDefault(failure, FRAMING_TEXTS.getOrDefault(failure, Set.of()));
    assertTrue(texts.contains(body.group(2)), answer);
    assertEquals(Optional.of(body.group(3)), Optional.ofNullable(fields.get("x-request-id")));
    return failure;
  }
}
