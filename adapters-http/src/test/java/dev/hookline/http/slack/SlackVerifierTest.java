package dev.hookline.http.slack;

import static dev.hookline.http.testing.Deliveries.hmac;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.slack.api.app_backend.SlackSignature;
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
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SlackVerifierTest {
  private static final String SECRET = "8f742231b10e8888abcd99yyyzzz85a5";
  private static final String TIMESTAMP = "1531420618";
  private static final Instant SENT = Instant.ofEpochSecond(1531420618);
  private static final String BODY =
      "payload=%7B%22type%22%3A%22block_actions%22%2C%22trigger_id%22%3A%221.2.ab%22%7D";
  private static final String HEX = hmac(SECRET, "v0:" + TIMESTAMP + ":" + BODY);
  private static final Verification NOT_PROVEN =
      new Forged(new InvalidSignatureError(Cause.NOT_PROVEN));
  private static final Verification STALE =
      new Forged(new InvalidSignatureError(Cause.STALE), Optional.of(SENT));
  private static final Verification AUTHENTIC =
      new Authentic(1, SecretFingerprint.of(SECRET), Optional.of(SENT));

  /** The example of Slack's page "Verifying requests from Slack". */
  private static final String DOCUMENTED =
      "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow"
          + "&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner"
          + "&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands"
          + "%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
          + "&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";

  /** What is authentic has to be worth reading as well. */
  private static Verification verify(List<String> secrets, Deliveries delivery) {
    var dialect = new SlackDialect();
    Delivery sent = delivery.build();
    Verification verification =
        dialect.verifier(() -> secrets, Optional.of(Duration.ofMinutes(5))).verify(sent);
    assertTrue(verification instanceof Forged || dialect.isWorthReading(sent.headers()));
    return verification;
  }

  private static Deliveries signed(String timestamp, String body, String signature) {
    return Deliveries.from("slack")
        .form(body)
        .header("X-Slack-Request-Timestamp", timestamp)
        .header("X-Slack-Signature", signature)
        .at(SENT);
  }

  private static Deliveries correctly(String timestamp) {
    return signed(timestamp, BODY, "v0=" + hmac(SECRET, "v0:" + timestamp + ":" + BODY));
  }

  static Stream<Arguments> vectors() {
    return Stream.of(
        Arguments.of(
            DOCUMENTED, "a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"),
        Arguments.of(
            "{\"token\":\"Jhj5dZrVaK7ZwHHjRyZWjbDl\",\"challenge\":\"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P\",\"type\":\"url_verification\"}",
            "f9bd80929259f3f6d5fe3a3186c453c89cd1ad4862815a15837584f31c993652"),
        Arguments.of(BODY, "38ad75df213e8f38237f505cb08b1b03af77a913dcd2363b2a6497a2948e0123"),
        Arguments.of("", "55f41ec73231010289b54e669149ea021fccab11b5524355523533ce930cb739"));
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void knownVectorsHold(String body, String hex) {
    assertEquals(AUTHENTIC, verify(List.of(SECRET), signed(TIMESTAMP, body, "v0=" + hex)));
  }

  @Test
  void theDocumentedBodyIsWhole() {
    assertEquals(362, DOCUMENTED.length());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{}", "{\"text\":\"Schön 🎉 <@U1> &amp;\"}", "a=%C3%A4&b=+"})
  void whatSlacksOwnLibrarySignsHolds(String body) {
    var generator = new SlackSignature.Generator(SECRET);
    String signature = generator.generate(TIMESTAMP, body);
    assertEquals(AUTHENTIC, verify(List.of(SECRET), signed(TIMESTAMP, body, signature)));
    assertTrue(
        new SlackSignature.Verifier(generator)
            .isValid(
                TIMESTAMP,
                body,
                "v0=" + hmac(SECRET, "v0:" + TIMESTAMP + ":" + body),
                SENT.toEpochMilli()));
  }

  static Stream<String> malformedSignatures() {
    return Stream.of(
        "",
        " ",
        "v0",
        "v0=",
        HEX,
        "=" + HEX,
        "v0:" + HEX,
        "V0=" + HEX,
        "v1=" + HEX,
        "v00=" + HEX,
        "v=" + HEX,
        "v0 =" + HEX,
        "v0= " + HEX,
        " v0=" + HEX,
        "v0=" + HEX + " ",
        "v0=" + HEX + "\n",
        "v0=" + HEX + "0",
        "v0=" + HEX.substring(1),
        "v0=" + HEX.substring(2),
        "v0=" + HEX.substring(0, 32),
        "v0=" + HEX + HEX,
        "v0=v0=" + HEX,
        "v0=0x" + HEX.substring(2),
        "v0=g" + HEX.substring(1),
        "v0=-" + HEX.substring(1),
        "v0=+" + HEX.substring(1),
        "v0=" + HEX.substring(0, 63) + "\u0660",
        "v0=\uFF10" + HEX.substring(1),
        "v0=" + "0".repeat(64),
        "v0=" + "f".repeat(64),
        "v0=" + HEX + ",v0=" + HEX,
        "v0=\"" + HEX + "\"",
        "sha256=" + HEX,
        "v0=" + hmac(SECRET, BODY),
        "v0=" + hmac(SECRET, "v0:" + BODY),
        "v0=" + hmac(SECRET, TIMESTAMP + ":" + BODY),
        "v0=" + hmac(SECRET, "v1:" + TIMESTAMP + ":" + BODY),
        "v0=" + hmac("other", "v0:" + TIMESTAMP + ":" + BODY),
        "v0=" + hmac(SECRET, "v0:1531420619:" + BODY),
        "v0=" + "x".repeat(100_000));
  }

  @ParameterizedTest
  @MethodSource("malformedSignatures")
  void anyOtherSignatureIsOneAndTheSameRefusal(String signature) {
    assertEquals(NOT_PROVEN, verify(List.of(SECRET), signed(TIMESTAMP, BODY, signature)));
  }

  @Test
  void missingOrDoubledHeadersAreRefused() {
    for (String header : List.of("X-Slack-Signature", "X-Slack-Request-Timestamp")) {
      assertEquals(NOT_PROVEN, verify(List.of(SECRET), correctly(TIMESTAMP).without(header)));
      String again = header.endsWith("Signature") ? "v0=" + HEX : TIMESTAMP;
      assertEquals(
          NOT_PROVEN,
          verify(
              List.of(SECRET),
              correctly(TIMESTAMP).header(header.toLowerCase(Locale.ROOT), again)));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "abc",
        "-1531420618",
        "+1531420618",
        " 1531420618",
        "1531420618 ",
        "1531420618.0",
        "1.531420618e9",
        "0x5b47a00a",
        "1531420618,1531420618",
        "１５３１４２０６１８",
        "١٥٣١٤٢٠٦١٨",
        "1531420618L",
        "2018-07-12T18:36:58Z"
      })
  void aTimeThatIsNotPlainDigitsIsRefusedEvenIfSigned(String timestamp) {
    assertEquals(NOT_PROVEN, verify(List.of(SECRET), correctly(timestamp)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "99999999999999999999",
        "9223372036854775807",
        "9223372036854775808",
        "1531420618000",
        "999999999999999"
      })
  void aTimeFarOffIsStaleIfSigned(String timestamp) {
    var forged = assertInstanceOf(Forged.class, verify(List.of(SECRET), correctly(timestamp)));
    assertEquals(Cause.STALE, forged.error().cause());
    assertEquals(NOT_PROVEN, verify(List.of("other"), correctly(timestamp)));
  }

  @Test
  void leadingZerosAreSignedAsSentAndReadAsANumber() {
    assertEquals(AUTHENTIC, verify(List.of(SECRET), correctly("0001531420618")));
  }

  @ParameterizedTest
  @CsvSource({"-301, false", "-299, true", "0, true", "299, true", "301, false", "86400, false"})
  void theToleranceHoldsInBothDirections(long seconds, boolean inTime) {
    assertEquals(
        inTime ? AUTHENTIC : STALE,
        verify(List.of(SECRET), correctly(TIMESTAMP).at(SENT.plusSeconds(seconds))));
  }

  @Test
  void itIsComparedInWholeSeconds() {
    assertEquals(
        AUTHENTIC,
        verify(List.of(SECRET), correctly(TIMESTAMP).at(SENT.plusSeconds(300).plusMillis(999))));
  }

  @Test
  void aStaleForgeryIsNotCalledStale() {
    assertEquals(
        NOT_PROVEN, verify(List.of("other"), correctly(TIMESTAMP).at(SENT.plusSeconds(301))));
  }

  @Test
  void theToleranceCanBeConfigured() {
    var verifier =
        new SlackDialect().verifier(() -> List.of(SECRET), Optional.of(Duration.ofSeconds(10)));
    assertEquals(STALE, verifier.verify(correctly(TIMESTAMP).at(SENT.plusSeconds(11)).build()));
    var byDefault = new SlackDialect().verifier(() -> List.of(SECRET), Optional.empty());
    assertEquals(
        AUTHENTIC, byDefault.verify(correctly(TIMESTAMP).at(SENT.plusSeconds(11)).build()));
  }

  @Test
  void everySecretIsTriedAndItsPositionTold() {
    assertEquals(
        new Authentic(2, SecretFingerprint.of(SECRET), Optional.of(SENT)),
        verify(List.of("new", SECRET), correctly(TIMESTAMP)));
    assertEquals(AUTHENTIC, verify(List.of(SECRET, "old"), correctly(TIMESTAMP)));
    assertEquals(NOT_PROVEN, verify(List.of("new", "old", ""), correctly(TIMESTAMP)));
  }

  @Test
  void aChangedBodyIsRefused() {
    assertEquals(
        NOT_PROVEN,
        verify(
            List.of(SECRET),
            correctly(TIMESTAMP).body((BODY + " ").getBytes(StandardCharsets.UTF_8))));
  }

  @Test
  void ofAStaleTimeItIsToldIfItCanBeOne() {
    assertEquals(Optional.of(Instant.EPOCH), verify(List.of(SECRET), correctly("0")).signedAt());
    assertEquals(
        Optional.of(Instant.ofEpochSecond(999_999_999_999_999L)),
        verify(List.of(SECRET), correctly("9".repeat(15))).signedAt());
    assertEquals(Optional.empty(), verify(List.of(SECRET), correctly("9".repeat(16))).signedAt());
  }
}
