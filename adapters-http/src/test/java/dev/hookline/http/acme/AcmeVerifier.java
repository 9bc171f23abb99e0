package dev.hookline.http.acme;

import dev.hookline.domain.delivery.Delivery;
import dev.hookline.domain.delivery.Headers;
import dev.hookline.domain.error.WebhookError.InvalidSignatureError;
import dev.hookline.domain.error.WebhookError.InvalidSignatureError.Cause;
import dev.hookline.domain.handler.SignatureVerifier;
import dev.hookline.domain.handler.Verification;
import dev.hookline.http.provider.SigningScheme;
import dev.hookline.http.provider.SigningScheme.SignedTime;
import dev.hookline.http.provider.SigningSecrets;
import dev.hookline.http.provider.Timestamps;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Acme Builds signs the time of sending, a dot, and the raw body. */
final class AcmeVerifier implements SignatureVerifier {
  private static final String TIME = "Acme-Time";
  static final SigningScheme SIGNING =
      new SigningScheme("Acme-Signature", "", new SignedTime.Header(TIME, "", "."));

  private final SigningSecrets secrets;
  private final Duration tolerance;

  AcmeVerifier(Supplier<List<String>> secrets, Duration tolerance) {
    this.secrets = new SigningSecrets(secrets);
    this.tolerance = tolerance;
  }

  @Override
  public Verification verify(Delivery delivery) {
    Optional<byte[]> signature = SIGNING.signatureIn(delivery.headers());
    Optional<String> time = timeIn(delivery.headers());
    if (signature.isEmpty() || time.isEmpty()) {
      return forged(Cause.NOT_PROVEN);
    }
    Optional<Verification.Authentic> signer =
        secrets.signer(signature.get(), SIGNING.before(time.get()), delivery.body().bytes());
    if (signer.isEmpty()) {
      return forged(Cause.NOT_PROVEN);
    }
    return Timestamps.ofEpochSeconds(Long.parseLong(time.get()))
        .map(sent -> signer.get().within(tolerance, sent, delivery.receivedAt()))
        .orElseGet(() -> forged(Cause.STALE));
  }

  private static Verification forged(Cause cause) {
    return new Verification.Forged(new InvalidSignatureError(cause));
  }

  /** The time of sending as it was signed, in seconds since 1970. */
  static Optional<String> timeIn(Headers headers) {
    return headers.only(TIME).filter(time -> time.matches("[0-9]{1,12}"));
  }
}
