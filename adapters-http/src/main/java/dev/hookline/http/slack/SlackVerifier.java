package dev.hookline.http.slack;

import dev.hookline.domain.delivery.Delivery;
import dev.hookline.domain.delivery.Headers;
import dev.hookline.domain.error.WebhookError.InvalidSignatureError;
import dev.hookline.domain.error.WebhookError.InvalidSignatureError.Cause;
import dev.hookline.domain.handler.SignatureVerifier;
import dev.hookline.domain.handler.Verification;
import dev.hookline.http.provider.SigningScheme;
import dev.hookline.http.provider.SigningScheme.SignedTime;
import dev.hookline.http.provider.SigningSecrets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Slack signs version, time and body together (Slack docs, "Verifying requests from Slack"). The
 * time may lie off in either direction by the tolerance, which itself is still in time.
 */
final class SlackVerifier implements SignatureVerifier {
  static final String TIMESTAMP = "X-Slack-Request-Timestamp";
  static final SigningScheme SIGNING =
      new SigningScheme("X-Slack-Signature", "v0=", new SignedTime.Header(TIMESTAMP, "v0:", ":"));

  /** More digits, zeros in front among them, might not fit a long, and no clock writes them. */
  private static final int MAX_SECONDS_DIGITS = 15;

  private final SigningSecrets secrets;
  private final Duration tolerance;

  SlackVerifier(Supplier<List<String>> secrets, Duration tolerance) {
    this.secrets = new SigningSecrets(secrets);
    this.tolerance = tolerance;
  }

  @Override
  public Verification verify(Delivery delivery) {
    Optional<String> timestamp = timestampIn(delivery.headers());
    if (timestamp.isEmpty()) {
      return forged(Cause.NOT_PROVEN);
    }
    return signer(delivery, timestamp.get())
        .map(signer -> inTime(signer, timestamp.get(), delivery.receivedAt()))
        .orElseGet(() -> forged(Cause.NOT_PROVEN));
  }

  private Optional<Verification.Authentic> signer(Delivery delivery, String timestamp) {
    return SIGNING
        .signatureIn(delivery.headers())
        .flatMap(
            claimed -> secrets.signer(claimed, SIGNING.before(timestamp), delivery.body().bytes()));
  }

  /** The signed time, in digits. */
  static Optional<String> timestampIn(Headers headers) {
    return headers.only(TIMESTAMP).filter(SlackTime::isDigits);
  }

  private Verification inTime(Verification.Authentic signer, String timestamp, Instant receivedAt) {
    return timestamp.length() <= MAX_SECONDS_DIGITS
        ? signer.within(
            tolerance,
            Instant.ofEpochSecond(Long.parseLong(timestamp)),
            receivedAt.truncatedTo(ChronoUnit.SECONDS))
        : forged(Cause.STALE);
  }

  private static Verification forged(Cause cause) {
    return new Verification.Forged(new InvalidSignatureError(cause));
  }
}
