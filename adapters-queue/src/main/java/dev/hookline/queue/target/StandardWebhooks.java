package dev.hookline.queue.target;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs what Hookline sends, by the Standard Webhooks specification: HMAC-SHA256 over {@code
 * id.timestamp.body}, in base64, with the prefix {@code v1,}.
 */
final class StandardWebhooks {
  private static final String ALGORITHM = "HmacSHA256";
  private static final String PREFIX = "whsec_";

  private StandardWebhooks() {}

  /**
   * @param secret the key in base64, with or without its prefix {@code whsec_}
   */
  static Map<String, String> headers(String secret, String id, Instant at, byte[] body) {
    String timestamp = Long.toString(at.getEpochSecond());
    try {
      var mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(key(secret), ALGORITHM));
      mac.update((id + "." + timestamp + ".").getBytes(UTF_8));
      String signature = Base64.getEncoder().encodeToString(mac.doFinal(body));
      return Map.of(
          "webhook-id", id, "webhook-timestamp", timestamp, "webhook-signature", "v1," + signature);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + ALGORITHM, e);
    }
  }

  private static byte[] key(String secret) {
    String text = secret.startsWith(PREFIX) ? secret.substring(PREFIX.length()) : secret;
    return Base64.getDecoder().decode(text);
  }
}
