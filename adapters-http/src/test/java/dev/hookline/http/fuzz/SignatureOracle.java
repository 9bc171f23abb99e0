package dev.hookline.http.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hookline.domain.handler.SecretFingerprint;
import dev.hookline.domain.handler.Verification;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Who signed what, found out with the JDK's own classes alone and by comparing texts. */
final class SignatureOracle {
  static final List<String> SECRETS = List.of("first secret, long enough", "zweites Geheimnis ü");
  private static final List<Mac> MACS = SECRETS.stream().map(SignatureOracle::mac).toList();

  private SignatureOracle() {}

  private static Mac mac(String secret) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(UTF_8), "HmacSHA256"));
      return mac;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  static synchronized String sign(int secret, byte[] message) {
    return HexFormat.of().formatHex(MACS.get(secret).doFinal(message));
  }

  /**
   * @param signer position from 1 of the secret that made the signature
   * @param signedAt empty if no time was signed
   */
  static Verification.Authentic authentic(int signer, Optional<Instant> signedAt) {
    return new Verification.Authentic(
        signer, SecretFingerprint.of(SECRETS.get(signer - 1)), signedAt);
  }

  /** The position from 1 of the secret that made the header's signature; 0 if none did. */
  static int signer(List<String> values, String prefix, byte[] message) {
    if (values.size() != 1 || !values.getFirst().matches(prefix + "[0-9a-fA-F]{64}")) {
      return 0;
    }
    String hex = values.getFirst().substring(prefix.length()).toLowerCase(Locale.ROOT);
    for (int i = 0; i < SECRETS.size(); i++) {
      if (sign(i, message).equals(hex)) {
        return i + 1;
      }
    }
    return 0;
  }
}
