package dev.hookline.http.dialects;

import static dev.hookline.testing.Samples.NOON;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.hookline.domain.handler.Verification.Authentic;
import dev.hookline.domain.handler.Verification.Forged;
import dev.hookline.http.github.GitHubDialect;
import dev.hookline.http.provider.Dialect;
import dev.hookline.http.provider.FormFields;
import dev.hookline.http.testing.Deliveries;
import dev.hookline.http.testing.Reading;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Deliveries damaged at random, none of which may make anything throw. The seed is in each failure;
 * {@code -Dhookline.fuzz.seed} and {@code -Dhookline.fuzz.runs} give another and more of them.
 */
class HostileBytesTest {
  private static final long SEED = Long.getLong("hookline.fuzz.seed", 5L);
  private static final int RUNS = Integer.getInteger("hookline.fuzz.runs", 5_000);
  private static final String SECRET = "a secret that nobody guesses";

  private static final List<String> GITHUB =
      List.of(
          """
          {"action":"created","issue":{"number":3,"title":"a"},"comment":{"id":9007199254740993,"body":"x\\u0000"},
          "repository":{"id":1,"name":"widgets","full_name":"octo/widgets","owner":{"login":"octo"}}}\
          """,
          "payload=%7B%22ref%22%3A%22refs%2Fheads%2Fmain%22%2C%22repository%22%3A%7B%22name%22%3A%22w%22%7D%7D");

  private static final List<String> SLACK =
      List.of(
          """
          {"type":"event_callback","event_id":"Ev1","team_id":"T1","event_time":1531420618,
          "event":{"type":"message","channel":"C1","user":"U1","text":"hi","ts":"1531420618.000100"}}\
          """,
          "token=t&team_id=T1&channel_id=C1&user_id=U1&command=%2Fdo&text=a+b&trigger_id=1.2.ab",
          "payload=%7B%22type%22%3A%22block_actions%22%2C%22trigger_id%22%3A%221.2.ab%22%2C%22actions%22%3A%5B%7B%7D%5D%7D");

  private static final List<String> LINEAR =
      List.of(
          """
          {"type":"Comment","action":"create","webhookTimestamp":1767225600000,"createdAt":"2026-01-01T00:00:00Z",
          "organizationId":"o","data":{"id":"c","body":"b","issue":{"id":"i","team":{"key":"ENG"}}}}\
          """);

  /** Those of all three together. */
  private static final List<Map.Entry<String, String>> HEADERS =
      List.of(
          Map.entry("X-GitHub-Event", "issue_comment"),
          Map.entry("X-GitHub-Delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958"),
          Map.entry("X-Hub-Signature-256", "sha256=" + "0".repeat(64)),
          Map.entry("X-Slack-Request-Timestamp", Long.toString(NOON.getEpochSecond())),
          Map.entry("X-Slack-Signature", "v0=" + "0".repeat(64)),
          Map.entry("Linear-Delivery", "234d1a4e-b617-4388-90fe-adc3633d6b72"),
          Map.entry("Linear-Event", "Comment"),
          Map.entry("Linear-Signature", "0".repeat(64)));

  private static final List<String> WORDS =
      List.of(
          "\u0000",
          "\\u0000",
          "\\ud800",
          "1e400000000",
          "9".repeat(1100),
          "-0",
          "[".repeat(120),
          "{\"a\":".repeat(120),
          "null",
          "%",
          "%00",
          "%ff",
          "&",
          "=",
          "\r\n",
          "253402300800",
          "99999999999999999999");

  static Stream<Dialect> dialects() {
    return Dialects.all().stream();
  }

  @ParameterizedTest
  @MethodSource("dialects")
  void whateverIsAuthenticIsReadOrRefusedAndNeverThrows(Dialect dialect) {
    var random = new Random(SEED);
    var reading = Reading.all(dialect, Reading.mapping(Map.of(), "octo/inbox"));
    for (int run = 0; run < RUNS; run++) {
      Deliveries delivery = delivery(dialect, random).body(damaged(body(dialect, random), random));
      assertSurvives(run, () -> reading.readAndEncode(delivery.build()));
    }
  }

  @ParameterizedTest
  @MethodSource("dialects")
  void whateverIsNotSignedIsForgedAndNeverThrows(Dialect dialect) {
    var random = new Random(SEED);
    var verifier = dialect.verifier(() -> List.of(SECRET), Optional.of(Duration.ofMinutes(5)));
    for (int run = 0; run < RUNS; run++) {
      Deliveries delivery = delivery(dialect, random).body(damaged(body(dialect, random), random));
      assertSurvives(run, () -> assertInstanceOf(Forged.class, verifier.verify(delivery.build())));
    }
  }

  @Test
  void aSignatureHoldsForAnyBytesAndForNoOthers() {
    var random = new Random(SEED);
    var dialect = new GitHubDialect();
    var verifier = dialect.verifier(() -> List.of(SECRET), Optional.empty());
    for (int run = 0; run < RUNS; run++) {
      byte[] text = body(dialect, random);
      byte[] ascii =
          new String(damaged(text, random), ISO_8859_1).replaceAll("[^ -~]", "?").getBytes(UTF_8);
      var signed =
          Deliveries.from("github")
              .header(
                  "X-Hub-Signature-256",
                  "sha256=" + Deliveries.hmac(SECRET, new String(ascii, UTF_8)));
      assertSurvives(
          run, () -> assertEquals(new Authentic(1), verifier.verify(signed.body(ascii).build())));
      byte[] other = damaged(ascii, random);
      if (!Arrays.equals(ascii, other)) {
        assertSurvives(
            run, () -> assertInstanceOf(Forged.class, verifier.verify(signed.body(other).build())));
      }
    }
  }

  @Test
  void anyBytesAreAFormOrNone() {
    var random = new Random(SEED);
    byte[] form = SLACK.get(1).getBytes(UTF_8);
    for (int run = 0; run < RUNS; run++) {
      byte[] bytes = damaged(form, random);
      assertSurvives(run, () -> FormFields.decode(bytes));
    }
  }

  private static byte[] body(Dialect dialect, Random random) {
    List<String> bodies =
        switch (dialect.profile().service().name()) {
          case "github" -> GITHUB;
          case "slack" -> SLACK;
          default -> LINEAR;
        };
    return bodies.get(random.nextInt(bodies.size())).getBytes(UTF_8);
  }

  private static Deliveries delivery(Dialect dialect, Random random) {
    var delivery = Deliveries.from(dialect.profile().service().name()).at(NOON);
    if (random.nextBoolean()) {
      delivery.form("");
    }
    for (Map.Entry<String, String> header : HEADERS) {
      int fate = random.nextInt(8);
      if (fate > 0) {
        delivery.header(
            header.getKey(),
            fate > 2
                ? header.getValue()
                : new String(damaged(header.getValue().getBytes(UTF_8), random), ISO_8859_1));
      }
      if (fate == 1) {
        delivery.header(header.getKey(), header.getValue());
      }
    }
    return delivery;
  }

  /** One to four accidents: a byte changed, a word put in, a piece lost or said twice. */
  private static byte[] damaged(byte[] text, Random random) {
    byte[] bytes = text;
    for (int times = random.nextInt(4); times >= 0; times--) {
      int at = random.nextInt(bytes.length + 1);
      int end = Math.min(bytes.length, at + random.nextInt(20));
      byte[] piece = Arrays.copyOfRange(bytes, at, end);
      bytes =
          switch (random.nextInt(4)) {
            case 0 ->
                joined(bytes, at, new byte[] {(byte) random.nextInt(256)}, Math.max(at, end - 1));
            case 1 ->
                joined(bytes, at, WORDS.get(random.nextInt(WORDS.size())).getBytes(UTF_8), at);
            case 2 -> joined(bytes, at, new byte[0], end);
            default -> joined(bytes, at, piece, at);
          };
    }
    return bytes;
  }

  /** What stands before one place, something new, and what stands from another place on. */
  private static byte[] joined(byte[] bytes, int until, byte[] between, int from) {
    byte[] joined = Arrays.copyOf(bytes, until + between.length + bytes.length - from);
    System.arraycopy(between, 0, joined, until, between.length);
    System.arraycopy(bytes, from, joined, until + between.length, bytes.length - from);
    return joined;
  }

  private static void assertSurvives(int run, Runnable check) {
    try {
      check.run();
    } catch (RuntimeException | AssertionError | StackOverflowError e) {
      throw new AssertionError("seed %d, run %d".formatted(SEED, run), e);
    }
  }
}
