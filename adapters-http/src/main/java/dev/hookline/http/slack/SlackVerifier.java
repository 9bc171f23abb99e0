package dev.hookline.http.slack;

import dev.hookline.domain.delivery.Delivery;
import dev.hookline.domain.delivery.Headers;
import dev.hookline.domain.error.WebhookError.InvalidSignatureError;
import dev.hookline.domain.error.WebhookError.InvalidSignatureError.Cause;
import dev.hookline.domain.handler.SignatureVerifier;
import dev.hookline.domain.handler.Verification;
import dev.hookline.http.provider.HmacSha256;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;

/**
 * Slack signs version, time and body together (Slack docs, "Verifying requests from Slack"). The
 * time may lie off in either direction by the tolerance, which itself is still in time.
 */
final class SlackVerifier implements SignatureVerifier {
  static final String SIGNATURE = "X-Slack-Signature";
  static final String TIMESTAMP = "X-Slack-Request-Timestamp";
  static final String PREFIX = "v0=";

  /** More digits would not fit a long, and are no time for millions of years. */
  private static final int MAX_SECONDS_DIGITS = 15;

  private final Supplier<List<String>> secrets;
  private final Duration tolerance;

  SlackVerifier(Supplier<List<String>> secrets, Duration tolerance) {
    this.secrets = secrets;
    this.tolerance = tolerance;
  }

  @Override
  public Verification verify(Delivery delivery) {
    Optional<String> timestamp = timestampIn(delivery.headers());
    if (timestamp.isEmpty()) {
      return forged(Cause.NOT_PROVEN);
    }
    OptionalInt secret = signedBy(delivery, timestamp.get());
    if (secret.isEmpty()) {
      return forged(Cause.NOT_PROVEN);
    }
    return isInTime(timestamp.get(), delivery.receivedAt().getEpochSecond())
        ? new Verification.Authentic(secret.getAsInt())
        : forged(Cause.STALE);
  }

  private OptionalInt signedBy(Delivery delivery, String timestamp) {
    return signatureIn(delivery.headers())
        .map(
            hex ->
                HmacSha256.signedBy(
                    secrets.get(),
                    hex,
                    ("v0:" + timestamp + ":").getBytes(StandardCharsets.US_ASCII),
                    delivery.body().bytes()))
        .orElse(OptionalInt.empty());
  }

  /** What may be the delivery's signature, in hexadecimal digits. */
  static Optional<String> signatureIn(Headers headers) {
    return headers
        .only(SIGNATURE)
        .filter(value -> value.startsWith(PREFIX))
        .map(value -> value.substring(PREFIX.length()))
        .filter(HmacSha256::isSignature);
  }

  /** The signed time, in digits. */
  static Optional<String> timestampIn(Headers headers) {
    return headers.only(TIMESTAMP).filter(SlackTime::isDigits);
  }

  private boolean isInTime(String timestamp, long now) {
    return timestamp.length() <= MAX_SECONDS_DIGITS
        && Duration.ofSeconds(now - Long.parseLong(timestamp)).abs().compareTo(tolerance) <= 0;
  }

  private static Verification forged(Cause cause) {
    return new Verification.Forged(new InvalidSignatureError(cause));
  }
}
