package dev.hookline.http.linear;

import static dev.hookline.http.testing.Deliveries.hmac;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.domain.delivery.Delivery;
import dev.hookline.domain.error.WebhookError.InvalidSignatureError;
import dev.hookline.domain.error.WebhookError.InvalidSignatureError.Cause;
import dev.hookline.domain.handler.SecretFingerprint;
import dev.hookline.domain.handler.Verification;
import dev.hookline.domain.handler.Verification.Authentic;
import dev.hookline.domain.handler.Verification.Forged;
import dev.hookline.http.testing.Deliveries;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class LinearVerifierTest {
  private static final String SECRET = "SECRET";
  private static final long MILLIS = 1676056940508L;
  private static final Instant SENT = Instant.ofEpochMilli(MILLIS);
  private static final String BODY =
      "{\"action\":\"create\",\"type\":\"Issue\",\"webhookTimestamp\":1676056940508}";
  private static final String HEX = hmac(SECRET, BODY);
  private static final Verification NOT_PROVEN =
      new Forged(new InvalidSignatureError(Cause.NOT_PROVEN));
  private static final Verification TIMELESS = new Forged(new InvalidSignatureError(Cause.STALE));
  private static final Verification STALE =
      new Forged(new InvalidSignatureError(Cause.STALE), Optional.of(SENT));
  private static final Authentic UNTIMED = new Authentic(1, SecretFingerprint.of(SECRET));
  private static final Verification AUTHENTIC =
      new Authentic(1, SecretFingerprint.of(SECRET), Optional.of(SENT));

  /** What is authentic has to be worth reading as well. */
  private static Verification verify(List<String> secrets, Deliveries delivery) {
    var dialect = new LinearDialect();
    Delivery sent = delivery.build();
    Verification verification =
        dialect.verifier(() -> secrets, Optional.of(Duration.ofMinutes(1))).verify(sent);
    assertTrue(verification instanceof Forged || dialect.isWorthReading(sent.headers()));
    return verification;
  }

  private static Deliveries signed(String body) {
    return Deliveries.from("linear")
        .json(body)
        .header("Linear-Signature", hmac(SECRET, body))
        .at(SENT);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"action\":\"create\",\"type\":\"Issue\",\"webhookTimestamp\":1676056940508}|f27381d1ed590b6d3de3a3037d81de4bf74477b4ef182cc3e70d0f92f12ae243",
        "{\"action\":\"update\",\"type\":\"Comment\",\"data\":{\"body\":\"Schön"
            + " 🎉\"},\"webhookTimestamp\":1676056940508}|8f1dfc30a306af379e4c023ab8d528f4103f3140667eb898368548a304d31eae"
      })
  void knownVectorsHold(String body, String hex) {
    assertEquals(
        AUTHENTIC,
        verify(
            List.of(SECRET),
            Deliveries.from("linear").json(body).header("Linear-Signature", hex).at(SENT)));
  }

  static Stream<String> malformedSignatures() {
    return Stream.of(
        "",
        " ",
        "sha256=" + HEX,
        "v0=" + HEX,
        "=" + HEX,
        " " + HEX,
        HEX + " ",
        HEX + "\n",
        "\t" + HEX,
        HEX + "0",
        HEX + "00",
        HEX.substring(1),
        HEX.substring(2),
        HEX.substring(0, 40),
        HEX.substring(0, 32),
        HEX + HEX,
        "0x" + HEX,
        "0x" + HEX.substring(2),
        "g" + HEX.substring(1),
        "-" + HEX.substring(1),
        "+" + HEX.substring(1),
        HEX.substring(0, 63) + "\u0660",
        "\uFF10" + HEX.substring(1),
        HEX.substring(0, 63) + " ",
        "0".repeat(64),
        "f".repeat(64),
        HEX + "," + HEX,
        HEX + ", ",
        "\"" + HEX + "\"",
        "'" + HEX + "'",
        "t=1,v1=" + HEX,
        "hmac " + HEX,
        HEX.substring(1) + HEX.charAt(0),
        new StringBuilder(HEX).reverse().toString(),
        hmac("other", BODY),
        hmac("secret", BODY),
        hmac(SECRET, BODY + "\n"),
        hmac(SECRET, ""),
        hmac(SECRET, MILLIS + "." + BODY),
        "null",
        "x".repeat(100_000));
  }

  @ParameterizedTest
  @MethodSource("malformedSignatures")
  void anyOtherSignatureIsOneAndTheSameRefusal(String signature) {
    assertEquals(
        NOT_PROVEN,
        verify(
            List.of(SECRET),
            Deliveries.from("linear").json(BODY).header("Linear-Signature", signature).at(SENT)));
  }

  @Test
  void aMissingOrDoubledSignatureIsRefused() {
    assertEquals(NOT_PROVEN, verify(List.of(SECRET), signed(BODY).without("Linear-Signature")));
    assertEquals(
        NOT_PROVEN,
        verify(
            List.of(SECRET),
            signed(BODY).header("Linear-Signature".toUpperCase(Locale.ROOT), HEX)));
  }

  @Test
  void aChangedBodyIsRefused() {
    byte[] later = BODY.replace("0508", "0509").getBytes(StandardCharsets.UTF_8);
    assertEquals(NOT_PROVEN, verify(List.of(SECRET), signed(BODY).body(later)));
  }

  @ParameterizedTest
  @CsvSource({"-60001, false", "-60000, true", "0, true", "60000, true", "60001, false"})
  void theToleranceHoldsInBothDirections(long millis, boolean inTime) {
    assertEquals(
        inTime ? AUTHENTIC : STALE,
        verify(List.of(SECRET), signed(BODY).at(SENT.plusMillis(millis))));
  }

  @ParameterizedTest
  @CsvSource({"28800, true", "28801, false", "-28801, false"})
  void byDefaultItCoversEightHours(long seconds, boolean inTime) {
    var verifier = new LinearDialect().verifier(() -> List.of(SECRET), Optional.empty());
    assertEquals(
        inTime ? AUTHENTIC : STALE,
        verifier.verify(signed(BODY).at(SENT.plusSeconds(seconds)).build()));
  }

  /**
   * Linear tries again after a minute, an hour and six, and may send the first attempt's time each
   * time: whether one counts from the first attempt or from the last, each of them is in time.
   */
  @ParameterizedTest
  @CsvSource({
    "PT1M, true",
    "PT1H, true",
    "PT1H1M, true",
    "PT6H, true",
    "PT7H1M, true",
    "PT9H, false"
  })
  void byDefaultEveryRetryIsInTimeWithTheTimeOfTheFirstAttempt(Duration after, boolean inTime) {
    var verifier = new LinearDialect().verifier(() -> List.of(SECRET), Optional.empty());
    assertEquals(
        inTime ? AUTHENTIC : STALE,
        verifier.verify(
            signed(BODY)
                .header("Linear-Timestamp", Long.toString(SENT.plus(after).toEpochMilli()))
                .at(SENT.plus(after))
                .build()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"webhookTimestamp\":null}",
        "{\"webhookTimestamp\":\"1676056940508\"}",
        "{\"webhookTimestamp\":\"2023-02-10T19:22:20.508Z\"}",
        "{\"webhookTimestamp\":[1676056940508]}",
        "{\"data\":{\"webhookTimestamp\":1676056940508}}",
        "{\"webhookTimestamp\":true}",
        "{\"webhookTimestamp\":1676056940}",
        "{\"webhookTimestamp\":0}",
        "{\"webhookTimestamp\":-1676056940508}",
        "{\"webhookTimestamp\":9223372036854775807}",
        "{\"webhookTimestamp\":-9223372036854775808}",
        "{\"webhookTimestamp\":99999999999999999999}",
        "{\"webhookTimestamp\":1e400000000}",
        "{\"WebhookTimestamp\":1676056940508}"
      })
  void aSignedBodyWithoutAFreshNumberIsStale(String body) {
    var forged = assertInstanceOf(Forged.class, verify(List.of(SECRET), signed(body)));
    assertEquals(Cause.STALE, forged.error().cause());
    assertEquals(NOT_PROVEN, verify(List.of("other"), signed(body)));
  }

  @Test
  void ofAStaleBodyTheTimeIsToldThatWasSigned() {
    assertEquals(TIMELESS, verify(List.of(SECRET), signed("{}")));
    assertEquals(
        Optional.of(Instant.EPOCH),
        verify(List.of(SECRET), signed("{\"webhookTimestamp\":0}")).signedAt());
  }

  @Test
  void theUnsignedTimeOfTheHeaderIsNotLookedAt() {
    var now = SENT.plusSeconds(3600);
    assertEquals(
        STALE,
        verify(
            List.of(SECRET),
            signed(BODY).at(now).header("Linear-Timestamp", Long.toString(now.toEpochMilli()))));
    assertEquals(AUTHENTIC, verify(List.of(SECRET), signed(BODY).header("Linear-Timestamp", "0")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "[]",
        "null",
        "{",
        "{\"webhookTimestamp\":0",
        "{\"webhookTimestamp\":0}x",
        "[{\"webhookTimestamp\":0}]"
      })
  void aSignedBodyThatIsNoObjectIsAuthenticSoThatTheHandlerCanSayWhy(String body) {
    assertEquals(UNTIMED, verify(List.of(SECRET), signed(body)));
  }

  @Test
  void everySecretIsTriedAndItsPositionTold() {
    assertEquals(
        new Authentic(2, SecretFingerprint.of(SECRET), Optional.of(SENT)),
        verify(List.of("new", SECRET, "old"), signed(BODY)));
    assertEquals(NOT_PROVEN, verify(List.of("new", ""), signed(BODY)));
  }
}
