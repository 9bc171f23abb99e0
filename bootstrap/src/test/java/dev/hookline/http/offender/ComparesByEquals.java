package dev.hookline.http.offender;

import dev.hookline.domain.delivery.Delivery;
import dev.hookline.domain.error.WebhookError.InvalidSignatureError;
import dev.hookline.domain.error.WebhookError.InvalidSignatureError.Cause;
import dev.hookline.domain.handler.SecretFingerprint;
import dev.hookline.domain.handler.SignatureVerifier;
import dev.hookline.domain.handler.Verification;

/** Tells by its time how many characters of a guessed signature were right. */
public final class ComparesByEquals implements SignatureVerifier {
  private final String expected;

  public ComparesByEquals(String expected) {
    this.expected = expected;
  }

  @Override
  public Verification verify(Delivery delivery) {
    return delivery.headers().only("X-Signature").orElse("").equals(expected)
        ? new Verification.Authentic(1, SecretFingerprint.of(expected))
        : new Verification.Forged(new InvalidSignatureError(Cause.NOT_PROVEN));
  }
}
