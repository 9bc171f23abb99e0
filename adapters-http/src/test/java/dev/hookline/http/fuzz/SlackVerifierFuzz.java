package dev.hookline.http.fuzz;

import static dev.hookline.http.fuzz.SignatureOracle.SECRETS;
import static dev.hookline.testing.Samples.NOON;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.domain.delivery.Delivery;
import dev.hookline.domain.error.WebhookError.InvalidSignatureError;
import dev.hookline.domain.error.WebhookError.InvalidSignatureError.Cause;
import dev.hookline.domain.handler.SignatureVerifier;
import dev.hookline.domain.handler.Verification;
import dev.hookline.http.slack.SlackDialect;
import dev.hookline.http.testing.Deliveries;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Authentic is exactly what one of the secrets signed together with a time near to now. */
public final class SlackVerifierFuzz {
  private static final String SIGNATURE = "X-Slack-Signature";
  private static final String TIME = "X-Slack-Request-Timestamp";
  private static final int TOLERANCE = 300;
  private static final int DIGITS = 15;
  private static final SlackDialect DIALECT = new SlackDialect();
  private static final SignatureVerifier VERIFIER =
      DIALECT.verifier(() -> SECRETS, Optional.of(Duration.ofSeconds(TOLERANCE)));

  private SlackVerifierFuzz() {}

  public static void fuzzerTestOneInput(byte[] bytes) {
    var input = new Input(bytes);
    int how = input.choice();
    int where = input.choice();
    // Three seconds a step, so that both ends of the tolerance are within reach.
    int offset = 3 * (input.choice() - 128);
    String text = input.text();
    byte[] body = input.rest();
    String time = Input.has(how, 4) ? text : Long.toString(NOON.getEpochSecond() + offset);
    var delivery = Deliveries.from("slack").at(NOON).header(TIME, time);
    if (Input.has(how, 0)) {
      byte[] signed = signed(time, body);
      delivery.header(SIGNATURE, "v0=" + SignatureOracle.sign(where % SECRETS.size(), signed));
    }
    if (!Input.has(how, 0) || Input.has(how, 2)) {
      delivery.header(SIGNATURE, text);
    }
    if (Input.has(how, 5)) {
      delivery.header(TIME, text);
    }
    delivery.body(Input.has(how, 3) ? Input.tampered(body, where) : body);
    check(delivery.build());
  }

  private static byte[] signed(String time, byte[] body) {
    return ("v0:" + time + ":" + new String(body, ISO_8859_1)).getBytes(ISO_8859_1);
  }

  private static void check(Delivery delivery) {
    Verification expected = expected(delivery);
    assertEquals(expected, VERIFIER.verify(delivery));
    assertTrue(
        !(expected instanceof Verification.Authentic)
            || DIALECT.isWorthReading(delivery.headers()));
  }

  private static Verification expected(Delivery delivery) {
    List<String> times = delivery.headers().all(TIME);
    if (times.size() != 1 || !times.getFirst().matches("[0-9]+")) {
      return new Verification.Forged(new InvalidSignatureError(Cause.NOT_PROVEN));
    }
    int signer =
        SignatureOracle.signer(
            delivery.headers().all(SIGNATURE),
            "v0=",
            signed(times.getFirst(), delivery.body().bytes()));
    if (signer == 0) {
      return new Verification.Forged(new InvalidSignatureError(Cause.NOT_PROVEN));
    }
    // Zeros in front count too: no clock writes so many digits.
    BigInteger off =
        new BigInteger(times.getFirst()).subtract(BigInteger.valueOf(NOON.getEpochSecond()));
    if (times.getFirst().length() > DIGITS) {
      return new Verification.Forged(new InvalidSignatureError(Cause.STALE));
    }
    var signedAt = Optional.of(Instant.ofEpochSecond(Long.parseLong(times.getFirst())));
    return off.abs().compareTo(BigInteger.valueOf(TOLERANCE)) <= 0
        ? SignatureOracle.authentic(signer, signedAt)
        : new Verification.Forged(new InvalidSignatureError(Cause.STALE), signedAt);
  }
}
