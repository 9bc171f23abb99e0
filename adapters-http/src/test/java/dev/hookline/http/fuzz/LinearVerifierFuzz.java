package dev.hookline.http.fuzz;

import static dev.hookline.http.fuzz.SignatureOracle.SECRETS;
import static dev.hookline.testing.Samples.NOON;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hookline.domain.delivery.Delivery;
import dev.hookline.domain.error.WebhookError.InvalidSignatureError;
import dev.hookline.domain.error.WebhookError.InvalidSignatureError.Cause;
import dev.hookline.domain.handler.SignatureVerifier;
import dev.hookline.domain.handler.Verification;
import dev.hookline.http.linear.LinearDialect;
import dev.hookline.http.testing.Deliveries;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Authentic is exactly what one of the secrets signed and what has a time near to now in it, or is
 * no object to have one.
 */
public final class LinearVerifierFuzz {
  private static final String HEADER = "Linear-Signature";
  private static final Duration TOLERANCE = Duration.ofHours(8);
  private static final LinearDialect DIALECT = new LinearDialect();
  private static final SignatureVerifier VERIFIER =
      DIALECT.verifier(() -> SECRETS, Optional.of(TOLERANCE));

  private LinearVerifierFuzz() {}

  public static void fuzzerTestOneInput(byte[] bytes) {
    if (!JsonOracle.judges(bytes)) {
      return;
    }
    var input = new Input(bytes);
    int how = input.choice();
    int where = input.choice();
    int offset = input.choice() - 128;
    String text = input.text();
    byte[] body = Input.has(how, 4) ? withTime(offset, text) : input.rest();
    var delivery = Deliveries.from("linear").at(NOON);
    if (Input.has(how, 0)) {
      delivery.header(HEADER, SignatureOracle.sign(where % SECRETS.size(), body));
    }
    if (!Input.has(how, 0) || Input.has(how, 2)) {
      delivery.header(HEADER, text);
    }
    delivery.body(Input.has(how, 3) ? Input.tampered(body, where) : body);
    check(delivery.build());
  }

  /** A body whose time is off by steps of five minutes, in which anything may follow the digits. */
  private static byte[] withTime(int offset, String text) {
    long millis = NOON.plus(Duration.ofMinutes(5L * offset)).toEpochMilli();
    return "{\"webhookTimestamp\":%d%s}".formatted(millis, text).getBytes(ISO_8859_1);
  }

  private static void check(Delivery delivery) {
    int signer =
        SignatureOracle.signer(delivery.headers().all(HEADER), "", delivery.body().bytes());
    Verification expected =
        signer == 0
            ? new Verification.Forged(new InvalidSignatureError(Cause.NOT_PROVEN))
            : JsonOracle.object(delivery.body().bytes())
                .map(object -> judged(signer, object))
                .orElseGet(() -> SignatureOracle.authentic(signer, Optional.empty()));
    assertEquals(expected, VERIFIER.verify(delivery));
    assertTrue(signer == 0 || DIALECT.isWorthReading(delivery.headers()));
  }

  private static Verification judged(int signer, JsonNode object) {
    Optional<Long> millis = JsonOracle.whole(object.path("webhookTimestamp"));
    Optional<Instant> signedAt = millis.map(Instant::ofEpochMilli);
    return millis.filter(LinearVerifierFuzz::isNearNoon).isPresent()
        ? SignatureOracle.authentic(signer, signedAt)
        : new Verification.Forged(new InvalidSignatureError(Cause.STALE), signedAt);
  }

  private static boolean isNearNoon(long millis) {
    BigInteger off = BigInteger.valueOf(millis).subtract(BigInteger.valueOf(NOON.toEpochMilli()));
    return off.abs().compareTo(BigInteger.valueOf(TOLERANCE.toMillis())) <= 0;
  }
}
