package dev.hookline.http.dialects;

import static dev.hookline.http.testing.Deliveries.hmac;
import static dev.hookline.testing.Samples.NOON;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.hookline.domain.handler.SecretFingerprint;
import dev.hookline.domain.handler.SignatureVerifier;
import dev.hookline.domain.handler.Verification;
import dev.hookline.domain.handler.Verification.Authentic;
import dev.hookline.domain.handler.Verification.Forged;
import dev.hookline.http.provider.Dialect;
import dev.hookline.http.testing.Deliveries;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A signature holds for the service that it was made for, and only whole. All services share one
 * secret here, which the configuration refuses: it is the worst case.
 */
class SignatureScopeTest {
  private static final String SECRET = "one secret for all of them";
  private static final String BODY =
      "{\"type\":\"Issue\",\"webhookTimestamp\":%d}".formatted(NOON.toEpochMilli());

  private enum Signing {
    GITHUB("X-Hub-Signature-256", "sha256=", ""),
    SLACK("X-Slack-Signature", "v0=", "v0:" + NOON.getEpochSecond() + ":"),
    LINEAR("Linear-Signature", "", "");

    private final String header;
    private final String prefix;
    private final String salt;

    Signing(String header, String prefix, String salt) {
      this.header = header;
      this.prefix = prefix;
      this.salt = salt;
    }

    String service() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }

    String hex() {
      return hmac(SECRET, salt + BODY);
    }

    Deliveries delivery(String to, String hex) {
      return Deliveries.from(to)
          .json(BODY)
          .at(NOON)
          .header("X-Slack-Request-Timestamp", Long.toString(NOON.getEpochSecond()))
          .header(header, prefix + hex);
    }
  }

  private static SignatureVerifier verifier(String service) {
    Dialect dialect =
        Dialects.all().stream()
            .filter(each -> each.profile().service().name().equals(service))
            .findFirst()
            .orElseThrow();
    return dialect.verifier(() -> List.of(SECRET), Optional.of(Duration.ofMinutes(5)));
  }

  private static Stream<Arguments> pairs() {
    return Stream.of(Signing.values())
        .flatMap(from -> Stream.of(Signing.values()).map(to -> Arguments.of(from, to)));
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void whatOneServiceSignedIsAuthenticForNoOther(Signing from, Signing to) {
    Verification verification =
        verifier(to.service()).verify(from.delivery(to.service(), from.hex()).build());
    if (from == to) {
      var signer = assertInstanceOf(Authentic.class, verification);
      assertEquals(SecretFingerprint.of(SECRET), signer.fingerprint());
    } else {
      assertInstanceOf(Forged.class, verification);
    }
  }

  private static Stream<Arguments> prefixes() {
    return Stream.of(Signing.values())
        .flatMap(
            signing ->
                IntStream.range(0, signing.hex().length())
                    .mapToObj(length -> Arguments.of(signing, length)));
  }

  @ParameterizedTest
  @MethodSource("prefixes")
  void theBeginningOfASignatureIsNone(Signing signing, int length) {
    String service = signing.service();
    String beginning = signing.hex().substring(0, length);
    assertInstanceOf(
        Forged.class, verifier(service).verify(signing.delivery(service, beginning).build()));
  }
}
