package dev.hookline.domain.handler;

import static dev.hookline.testing.Samples.NOON;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.hookline.domain.error.WebhookError.InvalidSignatureError;
import dev.hookline.domain.error.WebhookError.InvalidSignatureError.Cause;
import dev.hookline.domain.handler.Verification.Authentic;
import dev.hookline.domain.handler.Verification.Forged;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VerificationTest {
  private static final SecretFingerprint SECRET = SecretFingerprint.of("secret");
  private static final Authentic SIGNER = new Authentic(2, SECRET);
  private static final Duration MINUTE = Duration.ofMinutes(1);

  @ParameterizedTest
  @ValueSource(strings = {"PT-1M", "PT-59.999S", "PT0S", "PT59.999S", "PT1M"})
  void aTimeWithinTheToleranceIsInTime(Duration ago) {
    Instant signedAt = NOON.minus(ago);
    assertEquals(
        new Authentic(2, SECRET, Optional.of(signedAt)), SIGNER.within(MINUTE, signedAt, NOON));
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT-9000H", "PT-1M-0.001S", "PT1M0.001S", "PT9000H"})
  void anyOtherIsStaleAndTold(Duration ago) {
    Instant signedAt = NOON.minus(ago);
    assertEquals(
        new Forged(new InvalidSignatureError(Cause.STALE), Optional.of(signedAt)),
        SIGNER.within(MINUTE, signedAt, NOON));
  }

  @Test
  void withoutASignedTimeThereIsNone() {
    assertEquals(Optional.empty(), SIGNER.signedAt());
    assertEquals(
        Optional.empty(), new Forged(new InvalidSignatureError(Cause.NOT_PROVEN)).signedAt());
  }
}
