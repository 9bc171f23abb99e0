package dev.hookline.bootstrap.load;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Signs deliveries of one provider. What is the same in one delivery after another (the beginning
 * of the body, and with Slack the time before it) is hashed once and not each time, since the
 * generator takes its CPU from what it measures. Not safe for use by several threads.
 */
final class Signer {
  private final String before;
  private final Mac fresh;
  private @Nullable Mac begun;
  private @Nullable Template template;
  private long seconds;

  Signer(Provider provider, String secret) {
    this.before = provider.signedBefore();
    try {
      fresh = Mac.getInstance("HmacSHA256");
      fresh.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HmacSHA256", e);
    }
  }

  /**
   * @param request filled from this template, but for the signature
   * @param time in seconds, which Slack signs
   */
  byte[] sign(Template of, byte[] request, long time) {
    int constant = of.firstSpotOfBody();
    try {
      if (begun == null || template != of || (!before.isEmpty() && seconds != time)) {
        Mac mac = (Mac) fresh.clone();
        mac.update(
            before.replace("${seconds}", Long.toString(time)).getBytes(StandardCharsets.US_ASCII));
        mac.update(request, of.bodyOffset(), constant - of.bodyOffset());
        begun = mac;
        template = of;
        seconds = time;
      }
      Mac mac = (Mac) begun.clone();
      mac.update(request, constant, of.length() - constant);
      return mac.doFinal();
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("the JDK's own HmacSHA256 can be cloned", e);
    }
  }
}
