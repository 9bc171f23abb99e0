package dev.hookline.http.fuzz;

import static dev.hookline.http.fuzz.SignatureOracle.SECRETS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.domain.delivery.Delivery;
import dev.hookline.domain.error.WebhookError.InvalidSignatureError;
import dev.hookline.domain.error.WebhookError.InvalidSignatureError.Cause;
import dev.hookline.domain.handler.SignatureVerifier;
import dev.hookline.domain.handler.Verification;
import dev.hookline.http.github.GitHubDialect;
import dev.hookline.http.testing.Deliveries;
import java.util.Locale;
import java.util.Optional;

/** Authentic is exactly what one of the secrets signed, whatever body and header are. */
public final class GitHubVerifierFuzz {
  private static final String HEADER = "X-Hub-Signature-256";
  private static final GitHubDialect DIALECT = new GitHubDialect();
  private static final SignatureVerifier VERIFIER =
      DIALECT.verifier(() -> SECRETS, Optional.empty());

  private GitHubVerifierFuzz() {}

  public static void fuzzerTestOneInput(byte[] bytes) {
    var input = new Input(bytes);
    int how = input.choice();
    int where = input.choice();
    String header = input.text();
    byte[] body = input.rest();
    var delivery = Deliveries.from("github");
    if (Input.has(how, 0)) {
      String hex = SignatureOracle.sign(where % SECRETS.size(), body);
      delivery.header(HEADER, "sha256=" + (Input.has(how, 1) ? hex.toUpperCase(Locale.ROOT) : hex));
    }
    if (!Input.has(how, 0) || Input.has(how, 2)) {
      delivery.header(HEADER, header);
    }
    delivery.body(Input.has(how, 3) ? Input.tampered(body, where) : body);
    check(delivery.build());
  }

  private static void check(Delivery delivery) {
    int signer =
        SignatureOracle.signer(delivery.headers().all(HEADER), "sha256=", delivery.body().bytes());
    assertEquals(
        signer == 0
            ? new Verification.Forged(new InvalidSignatureError(Cause.NOT_PROVEN))
            : SignatureOracle.authentic(signer, Optional.empty()),
        VERIFIER.verify(delivery));
    assertTrue(signer == 0 || DIALECT.isWorthReading(delivery.headers()));
  }
}
