package dev.hookline.http.intake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.http.testing.RawClient;
import java.io.IOException;
import java.net.SocketException;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Requests whose end is a matter of opinion, and what else only a socket can send. In what is sent,
 * {@code |} stands for the end of a line. Each of the malformed ones is followed by a good one,
 * which must not be answered: it may be part of the body.
 */
class IntakeFramingTest {
  private static final String POST = "POST /webhooks/tiny HTTP/1.1|Host: h|";
  private static final String SIGNED = "Content-Type: application/json|X-Sign: good|";
  private static final String HEAD = POST + SIGNED;
  private static final String CHUNKED = HEAD + "Transfer-Encoding: chunked||";
  private static final String NEXT = HEAD + "Content-Length: 20||push d2 octo/smuggled";

  static Stream<String> malformed() {
    return Stream.of(
            "Content-Length: 4|Transfer-Encoding: chunked||0||",
            "Transfer-Encoding: chunked|Content-Length: 4||0||",
            "Transfer-Encoding: chunked|Transfer-Encoding: identity||0||",
            "Transfer-Encoding: identity|Transfer-Encoding: chunked||0||",
            "Transfer-Encoding: chunked, identity||0||",
            "Transfer-Encoding: xchunked||0||",
            "Transfer-Encoding: gzip, chunked||0||",
            "Transfer-Encoding : chunked||0||",
            "Transfer-Encoding:\u000bchunked||0||",
            "Content-Length: 4|Content-Length: 5||ping",
            "Content-Length: 4, 5||ping",
            "Content-Length: +4||ping",
            "Content-Length: -4||ping",
            "Content-Length: 0x4||ping",
            "Content-Length: 4 4||ping",
            "Content-Length: 99999999999999999999||ping",
            "Content-Length:||ping",
            "Content-Length : 4||ping",
            "X-Fold: a| b|Content-Length: 4||ping",
            "X-Nul: a\0b|Content-Length: 4||ping",
            "X-Return: a\rb|Content-Length: 4||ping",
            "X-N\0ul: a|Content-Length: 4||ping",
            "no colon|Content-Length: 4||ping",
            "Host: other|Content-Length: 4||ping")
        .map(HEAD::concat);
  }

  static Stream<String> malformedChunks() {
    return Stream.of(
            "zz|x|0||",
            "-1|x|0||",
            "+4|ping|0||",
            "0x4|ping|0||",
            " 4|ping|0||",
            "|x|0||",
            "4|pingXX0||",
            "4|ping\n0||",
            "4\nping\n0\n\n",
            "4\u000b|ping|0||",
            "4\f|ping|0||",
            "4\u001c|ping|0||",
            "4\u001f;a=b|ping|0||",
            "4 \u001d|ping|0||",
            "fffffffffffffffff|ping|0||",
            "4|ping|0|Trailer: " + "x".repeat(5_000) + "||",
            "4|ping|" + ("0|" + "A: b|".repeat(40)) + "|",
            "4;" + "e".repeat(300) + "|ping|0||")
        .map(CHUNKED::concat);
  }

  static Stream<String> otherProtocols() {
    return Stream.of(
        "PRI * HTTP/2.0||SM||",
        "GARBAGE||",
        "POST  /webhooks/tiny HTTP/1.1|Host: h||",
        "POST /webhooks/tiny HTTP/1.0|Content-Type: application/json|X-Sign: good|Content-Length:"
            + " 4||ping",
        "POST /webhooks/tiny HTTP/1.2|Host: h||",
        "POST /webhooks/tiny|Host: h||",
        "POST /webhooks/tiny HTTP/1.1|" + SIGNED + "Content-Length: 4||ping",
        HEAD.replace("|", "\n") + "Content-Length: 4\n\nping",
        "\u0016\u0003\u0001\u0002\0\u0001",
        "POST /webhooks/tiny HTTP/1.1|Host: h|X-Big: " + "x".repeat(20_000) + "||",
        "POST /" + "x".repeat(8_000) + " HTTP/1.1|Host: h||");
  }

  @ParameterizedTest
  @MethodSource({"malformed", "malformedChunks", "otherProtocols"})
  void whatHasNoSureEndIsRefusedAndNothingAfterItIsRead(String request) throws Exception {
    try (var bench = new Bench();
        var raw = bench.raw()) {
      String all = sendLast(raw, request + NEXT);
      assertTrue(all.isEmpty() || all.matches("(?s)HTTP/1\\.1 (4\\d\\d|501|505) .*"), all);
      assertFalse(all.substring(Math.min(1, all.length())).matches("(?s).*HTTP/1\\.1 \\d.*"), all);
      assertTrue(bench.store.pipelines.isEmpty());
    }
  }

  /** Closing with bytes unread resets the connection, which is no worse than closing it. */
  private static String sendLast(RawClient raw, String text) throws IOException {
    try {
      return raw.send(text).halfClose().rest();
    } catch (SocketException _) {
      return "";
    }
  }

  @Test
  void anUpgradeToHttp2IsNotTaken() throws Exception {
    try (var bench = new Bench();
        var raw = bench.raw()) {
      String answer =
          raw.send(
                  HEAD
                      + "Connection: Upgrade, HTTP2-Settings|Upgrade: h2c|"
                      + "HTTP2-Settings: AAMAAABkAAQAAP__|Content-Length: 4||ping")
              .answer();
      assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
      assertFalse(answer.contains("Upgrade"), answer);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "PATCH", "GET", "JUNK"})
  void otherMethodsAreRefusedOnEveryPathAndTheConnectionGoesOn(String method) throws Exception {
    try (var bench = new Bench();
        var raw = bench.raw()) {
      for (String path : List.of("/webhooks/tiny", "/webhooks/none", "/webhooks/", "/", "/x/y")) {
        raw.send("%s %s HTTP/1.1|Host: h||".formatted(method, path));
        String answer = method.equals("HEAD") ? raw.head() : raw.answer();
        boolean known = path.equals("/webhooks/tiny");
        assertTrue(answer.startsWith(known ? "HTTP/1.1 405 " : "HTTP/1.1 404 "), answer);
        assertEquals(known, answer.contains("Allow: POST"), answer);
      }
      assertTrue(raw.send(HEAD + "Content-Length: 4||ping").answer().startsWith("HTTP/1.1 200 "));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/webhooks/tiny/",
        "//webhooks/tiny",
        "/webhooks//tiny",
        "/./webhooks/tiny",
        "/webhooks/./tiny",
        "/webhooks/x/../tiny",
        "/webhooks/tiny/.",
        "/webhooks/tiny/..",
        "/webhooks/../webhooks/tiny",
        "/webhooks/%74iny",
        "/webhooks/t%69ny",
        "/%77ebhooks/tiny",
        "/webhooks%2ftiny",
        "/webhooks%2Ftiny",
        "/webhooks/%2e/tiny",
        "/webhooks/%2e%2e/tiny",
        "/webhooks/tiny%00",
        "/webhooks/tiny%0d%0a",
        "/webhooks/tiny%ff",
        "/webhooks/tiny%20",
        "/webhooks/tiny;a=b",
        "/webhooks;a=b/tiny",
        "/webhooks/;tiny",
        "/webhooks/TINY",
        "/WEBHOOKS/tiny",
        "/Webhooks/tiny",
        "/webhooks/tiny.",
        "/webhooks/tiny.json",
        "/webhooks/tiny,kind",
        "/webhooks/tiny&x",
        "/webhooks/tiny+",
        "/webhooks/*",
        "/webhooks/{service}",
        "/webhooks/",
        "/webhooks",
        "/webhooks/\u00ef",
        "/webhooks/tiny%",
        "/webhooks/tiny%2",
        "/webhooks/tiny%zz",
        "/webhooks\\tiny",
        "/webhooks/..%5ctiny",
        "/webhooks/tiny/x",
        "/webhooks/tiny//",
        "/webhooks/tiny%2f",
        "/webhooks/tiny%3b",
        "/",
        "//",
        "/..",
        "/../../etc/passwd",
        "/webhooks/${tiny}",
        "/webhooks/'tiny'",
        "/webhooks/\"tiny\"",
        "/webhooks/tiny%u0000",
        "/webhooks/\u00fe\u00ff",
        "webhooks/tiny",
        "*",
        "http://h/webhooks/x",
        "/webhooks/tiny%23x",
        "/webhooks/tiny%3fx",
        "/webhooks/tiny%09"
      })
  void anyOtherSpellingOfAPathIsAnotherPathAndIsNotCounted(String path) throws Exception {
    try (var bench = new Bench();
        var raw = bench.raw()) {
      String all =
          raw.send(
                  "POST "
                      + path
                      + " HTTP/1.1|Host: h|"
                      + SIGNED
                      + "Connection: close|Content-Length: 0||")
              .rest();
      assertTrue(
          all.isEmpty() || all.startsWith("HTTP/1.1 404 ") || all.startsWith("HTTP/1.1 400 "), all);
      assertNoDelivery(bench);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {101, 1_000})
  void aRequestOfMoreThanAHundredHeadersIsRefusedUnseen(int headers) throws Exception {
    try (var bench = new Bench();
        var raw = bench.raw()) {
      String answer = raw.send(HEAD + "A: b|".repeat(headers - 3) + "|").answer();
      assertTrue(answer.startsWith("HTTP/1.1 400 "), answer);
      assertNoDelivery(bench);
    }
  }

  private static void assertNoDelivery(Bench bench) {
    assertEquals(
        List.of(),
        bench.counted.stream().filter(how -> !how.equals("request unreadable")).toList());
  }

  @ParameterizedTest
  @ValueSource(strings = {"A: b\u0001|", "A: b\u0000|", "A\u0007: b|", "no colon|", "A b: c|"})
  void whatIsNoHeaderIsRefusedUnseenAndCounted(String header) throws Exception {
    try (var bench = new Bench();
        var raw = bench.raw()) {
      String answer = raw.send(HEAD + header + "Content-Length: 0||").rest();
      assertTrue(answer.startsWith("HTTP/1.1 400 "), answer);
      assertEquals("request unreadable", bench.nextCounted());
      assertEquals(List.of(), List.copyOf(bench.counted));
    }
  }

  @Test
  void aRequestOfAHundredHeadersIsTaken() throws Exception {
    try (var bench = new Bench();
        var raw = bench.raw()) {
      String answer = raw.send(HEAD + "Content-Length: 4|" + "A: b|".repeat(96) + "|ping").answer();
      assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
    }
  }

  @Test
  void thousandsOfPipelinedRequestsKeepNobodyElseWaiting() throws Exception {
    int many = 10_000;
    try (var bench = new Bench();
        var raw = bench.raw()) {
      var sending = Thread.startVirtualThread(() -> sendAll(raw, "GET / HTTP/1.1|Host: h||", many));
      for (int i = 0; i < many; i++) {
        if (i == many / 2) {
          assertEquals(200, bench.deliver("tiny", "ping").statusCode());
        }
        assertTrue(raw.answer().startsWith("HTTP/1.1 404 "));
      }
      sending.join();
    }
  }

  private static void sendAll(RawClient raw, String request, int times) {
    try {
      for (int i = 0; i < times; i++) {
        raw.send(request);
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void answersNameNeitherProductNorVersion() throws Exception {
    for (String request :
        List.of(
            "GET / HTTP/1.1|Host: h||",
            HEAD + "Content-Length: x||",
            HEAD + "Content-Length: 4||ping",
            POST + "Content-Length: 4||ping")) {
      try (var bench = new Bench();
          var raw = bench.raw()) {
        String answer = raw.send(request).answer().toLowerCase(Locale.ROOT);
        assertTrue(answer.startsWith("http/1.1 "), answer);
        for (String word : List.of("server:", "helidon", "hookline", "java", "x-powered-by")) {
          assertFalse(answer.contains(word), answer);
        }
      }
    }
  }
}
