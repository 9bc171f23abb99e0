package dev.hookline.http.github;

import static dev.hookline.http.testing.Deliveries.hmac;
import static org.junit.jupiter.api.Assertions.assertEquals;
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
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class GitHubVerifierTest {
  private static final String SECRET = "hookline-test-secret";
  private static final String BODY = "{\"zen\":\"Größe zählt nicht ✓\"}";
  private static final String HEX = hmac(SECRET, BODY);
  private static final Verification NOT_PROVEN =
      new Forged(new InvalidSignatureError(Cause.NOT_PROVEN));

  /** What is authentic has to be worth reading as well. */
  private static Verification verify(List<String> secrets, Deliveries delivery) {
    var dialect = new GitHubDialect();
    Delivery sent = delivery.build();
    Verification verification = dialect.verifier(() -> secrets, Optional.empty()).verify(sent);
    assertTrue(verification instanceof Forged || dialect.isWorthReading(sent.headers()));
    return verification;
  }

  private static Deliveries delivery() {
    return Deliveries.from("github").json(BODY);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // The first stands in GitHub's documentation.
        "It's a Secret to Everybody|Hello,"
            + " World!|757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
        "hookline-test-secret|{\"zen\":\"Größe zählt nicht"
            + " ✓\"}|9e4de8207058406fb713cfeecbb7ef266486a9cd81b52465dd6a40f9d6096dd9",
        "hookline-test-secret|payload=%7B%22zen%22%3A%22Keep+it+logically+awesome.%22%7D|f9d534a8297b26fcf84bfc4e37a1807edca529d67105d6f0cf18cdb663fc83a5"
      })
  void knownVectorsHold(String secret, String body, String hex) {
    var delivery =
        Deliveries.from("github").json(body).header("X-Hub-Signature-256", "sha256=" + hex);
    assertEquals(new Authentic(1, SecretFingerprint.of(secret)), verify(List.of(secret), delivery));
  }

  static Stream<String> malformedSignatures() {
    return Stream.of(
        "",
        " ",
        "sha256",
        "sha256=",
        HEX,
        "=" + HEX,
        "sha256:" + HEX,
        "sha256 =" + HEX,
        "sha256= " + HEX,
        "SHA256=" + HEX,
        "Sha256=" + HEX,
        "sha1=" + HEX,
        "sha512=" + HEX,
        "sha-256=" + HEX,
        "v0=" + HEX,
        " sha256=" + HEX,
        "sha256=" + HEX + " ",
        "sha256=" + HEX + "\n",
        "sha256=" + HEX + "0",
        "sha256=" + HEX + "00",
        "sha256=" + HEX.substring(1),
        "sha256=" + HEX.substring(2),
        "sha256=" + HEX.substring(0, 40),
        "sha256=" + HEX + HEX,
        "sha256=sha256=" + HEX,
        "sha256=0x" + HEX,
        "sha256=0x" + HEX.substring(2),
        "sha256=g" + HEX.substring(1),
        "sha256=-" + HEX.substring(1),
        "sha256=+" + HEX.substring(1),
        "sha256=" + HEX.substring(0, 63) + "\u0660",
        "sha256=\uFF10" + HEX.substring(1),
        "sha256=" + "0".repeat(64),
        "sha256=" + "f".repeat(64),
        "sha256=" + flip(HEX, 0),
        "sha256=" + flip(HEX, 31),
        "sha256=" + flip(HEX, 63),
        "sha256=" + HEX + ",sha256=" + HEX,
        "sha256=\"" + HEX + "\"",
        "sha256=" + hmac("other", BODY),
        "sha256=" + hmac(SECRET, BODY + "\n"),
        "sha256=" + hmac(SECRET, ""),
        "sha256=" + "x".repeat(100_000));
  }

  private static String flip(String hex, int at) {
    char other = hex.charAt(at) == '0' ? '1' : '0';
    return hex.substring(0, at) + other + hex.substring(at + 1);
  }

  @ParameterizedTest
  @MethodSource("malformedSignatures")
  void anyOtherSignatureIsOneAndTheSameRefusal(String signature) {
    assertEquals(
        NOT_PROVEN, verify(List.of(SECRET), delivery().header("X-Hub-Signature-256", signature)));
  }

  @Test
  void aMissingOrDoubledSignatureIsRefused() {
    assertEquals(NOT_PROVEN, verify(List.of(SECRET), delivery()));
    assertEquals(
        NOT_PROVEN,
        verify(
            List.of(SECRET),
            delivery()
                .header("X-Hub-Signature-256", "sha256=" + HEX)
                .header("x-hub-signature-256", "sha256=" + HEX)));
  }

  @Test
  void theOlderSignatureProvesNothing() {
    assertEquals(
        NOT_PROVEN,
        verify(
            List.of(SECRET),
            delivery().header("X-Hub-Signature", "sha1=50fdbf587c1bfaacd15d6f49609ca8f44bfdaea9")));
  }

  @Test
  void aChangedBodyIsRefused() {
    byte[] body = BODY.getBytes(StandardCharsets.UTF_8);
    body[body.length - 3] ^= 1;
    assertEquals(
        NOT_PROVEN,
        verify(
            List.of(SECRET), delivery().body(body).header("X-Hub-Signature-256", "sha256=" + HEX)));
  }

  @Test
  void everySecretIsTriedAndItsPositionTold() {
    var delivery = delivery().header("X-Hub-Signature-256", "sha256=" + HEX);
    assertEquals(
        new Authentic(1, SecretFingerprint.of(SECRET)), verify(List.of(SECRET, "old"), delivery));
    assertEquals(
        new Authentic(3, SecretFingerprint.of(SECRET)),
        verify(List.of("new", "newer", SECRET), delivery));
    assertEquals(
        new Authentic(2, SecretFingerprint.of(SECRET)),
        verify(List.of("new", SECRET, SECRET), delivery));
    assertEquals(NOT_PROVEN, verify(List.of("new", "old"), delivery));
  }

  @Test
  void aBlankSecretIsNoKey() {
    var delivery = delivery().header("X-Hub-Signature-256", "sha256=" + hmac(" ", BODY));
    assertEquals(NOT_PROVEN, verify(List.of("", " "), delivery));
  }

  @Test
  void anEmptyBodyCanBeSigned() {
    var delivery =
        Deliveries.from("github").header("X-Hub-Signature-256", "sha256=" + hmac(SECRET, ""));
    assertEquals(new Authentic(1, SecretFingerprint.of(SECRET)), verify(List.of(SECRET), delivery));
  }
}
