package dev.hookline.http.acme;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hookline.domain.delivery.Delivery;
import dev.hookline.domain.delivery.Headers;
import dev.hookline.domain.error.WebhookError.InvalidSignatureError;
import dev.hookline.domain.error.WebhookError.InvalidSignatureError.Cause;
import dev.hookline.domain.handler.SignatureVerifier;
import dev.hookline.domain.handler.Verification;
import dev.hookline.http.provider.HmacSha256;
import dev.hookline.http.provider.Timestamps;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;

/** Acme Builds signs the time of sending, a dot, and the raw body. */
final class AcmeVerifier implements SignatureVerifier {
  private final Supplier<List<String>> secrets;
  private final Duration tolerance;

  AcmeVerifier(Supplier<List<String>> secrets, Duration tolerance) {
    this.secrets = secrets;
    this.tolerance = tolerance;
  }

  @Override
  public Verification verify(Delivery delivery) {
    Optional<String> signature = signatureIn(delivery.headers());
    Optional<String> time = timeIn(delivery.headers());
    if (signature.isEmpty() || time.isEmpty()) {
      return forged(Cause.NOT_PROVEN);
    }
    byte[] prefix = (time.get() + ".").getBytes(UTF_8);
    OptionalInt secret =
        HmacSha256.signedBy(secrets.get(), signature.get(), prefix, delivery.body().bytes());
    if (secret.isEmpty()) {
      return forged(Cause.NOT_PROVEN);
    }
    return isInTime(time.get(), delivery.receivedAt())
        ? new Verification.Authentic(secret.getAsInt())
        : forged(Cause.STALE);
  }

  private static Verification forged(Cause cause) {
    return new Verification.Forged(new InvalidSignatureError(cause));
  }

  /** What may be the delivery's signature, in hexadecimal digits. */
  static Optional<String> signatureIn(Headers headers) {
    return headers.only("Acme-Signature").filter(HmacSha256::isSignature);
  }

  /** The time of sending as it was signed, in seconds since 1970. */
  static Optional<String> timeIn(Headers headers) {
    return headers.only("Acme-Time").filter(time -> time.matches("[0-9]{1,12}"));
  }

  private boolean isInTime(String time, Instant receivedAt) {
    return Timestamps.ofEpochSeconds(Long.parseLong(time))
        .filter(sent -> Duration.between(sent, receivedAt).abs().compareTo(tolerance) <= 0)
        .isPresent();
  }
}
