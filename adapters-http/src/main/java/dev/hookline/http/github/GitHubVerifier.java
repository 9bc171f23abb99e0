package dev.hookline.http.github;

import dev.hookline.domain.delivery.Delivery;
import dev.hookline.domain.error.WebhookError.InvalidSignatureError;
import dev.hookline.domain.error.WebhookError.InvalidSignatureError.Cause;
import dev.hookline.domain.handler.SignatureVerifier;
import dev.hookline.domain.handler.Verification;
import dev.hookline.http.provider.SigningScheme;
import dev.hookline.http.provider.SigningScheme.SignedTime;
import dev.hookline.http.provider.SigningSecrets;
import java.util.List;
import java.util.function.Supplier;

/**
 * GitHub signs the raw body alone and sends no time (GitHub Docs, "Validating webhook deliveries").
 * The older {@code X-Hub-Signature} proves nothing here: its SHA-1 is not looked at.
 */
final class GitHubVerifier implements SignatureVerifier {
  static final SigningScheme SIGNING =
      new SigningScheme("X-Hub-Signature-256", "sha256=", new SignedTime.None());

  private final SigningSecrets secrets;

  GitHubVerifier(Supplier<List<String>> secrets) {
    this.secrets = new SigningSecrets(secrets);
  }

  @Override
  public Verification verify(Delivery delivery) {
    return SIGNING
        .signatureIn(delivery.headers())
        .flatMap(claimed -> secrets.signer(claimed, delivery.body().bytes()))
        .<Verification>map(authentic -> authentic)
        .orElseGet(() -> new Verification.Forged(new InvalidSignatureError(Cause.NOT_PROVEN)));
  }
}
