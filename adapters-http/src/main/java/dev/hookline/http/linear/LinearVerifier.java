package dev.hookline.http.linear;

import dev.hookline.domain.delivery.Delivery;
import dev.hookline.domain.error.WebhookError.InvalidSignatureError;
import dev.hookline.domain.error.WebhookError.InvalidSignatureError.Cause;
import dev.hookline.domain.handler.SignatureVerifier;
import dev.hookline.domain.handler.Verification;
import dev.hookline.http.json.Payload;
import dev.hookline.http.provider.SigningScheme;
import dev.hookline.http.provider.SigningScheme.SignedTime;
import dev.hookline.http.provider.SigningSecrets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Linear signs the raw body, and the time of sending stands inside it (Linear developers,
 * "Webhooks"). The header {@code Linear-Timestamp} is not signed and never looked at.
 */
final class LinearVerifier implements SignatureVerifier {
  /** Of the body, in milliseconds. */
  private static final String TIMESTAMP = "webhookTimestamp";

  static final SigningScheme SIGNING =
      new SigningScheme("Linear-Signature", "", new SignedTime.Member(TIMESTAMP));

  private final SigningSecrets secrets;
  private final Duration tolerance;

  LinearVerifier(Supplier<List<String>> secrets, Duration tolerance) {
    this.secrets = new SigningSecrets(secrets);
    this.tolerance = tolerance;
  }

  @Override
  public Verification verify(Delivery delivery) {
    Optional<Verification.Authentic> signer =
        SIGNING
            .signatureIn(delivery.headers())
            .flatMap(claimed -> secrets.signer(claimed, delivery.body().bytes()));
    if (signer.isEmpty()) {
      return new Verification.Forged(new InvalidSignatureError(Cause.NOT_PROVEN));
    }
    // Proven, but nothing to read a time from: the handler says what is wrong with it.
    return Payload.read(delivery.body().bytes())
        .map(payload -> inTime(signer.get(), payload.whole(TIMESTAMP), delivery.receivedAt()))
        .orElse(signer.get());
  }

  private Verification inTime(
      Verification.Authentic signer, Optional<Long> millis, Instant receivedAt) {
    return millis
        .map(Instant::ofEpochMilli)
        .map(signedAt -> signer.within(tolerance, signedAt, receivedAt))
        .orElseGet(() -> new Verification.Forged(new InvalidSignatureError(Cause.STALE)));
  }
}
