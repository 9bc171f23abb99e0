package dev.hookline.http.github;

import dev.hookline.domain.delivery.Delivery;
import dev.hookline.domain.delivery.Headers;
import dev.hookline.domain.error.WebhookError.InvalidSignatureError;
import dev.hookline.domain.error.WebhookError.InvalidSignatureError.Cause;
import dev.hookline.domain.handler.SignatureVerifier;
import dev.hookline.domain.handler.Verification;
import dev.hookline.http.provider.HmacSha256;
import dev.hookline.http.provider.SigningSecrets;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * GitHub signs the raw body alone and sends no time (GitHub Docs, "Validating webhook deliveries").
 * The older {@code X-Hub-Signature} proves nothing here: its SHA-1 is not looked at.
 */
final class GitHubVerifier implements SignatureVerifier {
  static final String SIGNATURE = "X-Hub-Signature-256";
  static final String PREFIX = "sha256=";

  private final SigningSecrets secrets;

  GitHubVerifier(Supplier<List<String>> secrets) {
    this.secrets = new SigningSecrets(secrets);
  }

  @Override
  public Verification verify(Delivery delivery) {
    return signatureIn(delivery.headers())
        .flatMap(hex -> secrets.signer(hex, delivery.body().bytes()))
        .<Verification>map(authentic -> authentic)
        .orElseGet(() -> new Verification.Forged(new InvalidSignatureError(Cause.NOT_PROVEN)));
  }

  /** What may be the delivery's signature, in hexadecimal digits. */
  static Optional<String> signatureIn(Headers headers) {
    return headers
        .only(SIGNATURE)
        .filter(value -> value.startsWith(PREFIX))
        .map(value -> value.substring(PREFIX.length()))
        .filter(HmacSha256::isSignature);
  }
}
