package dev.hookline.http.github.rest;

import dev.hookline.http.json.JsonText;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.function.Supplier;

/**
 * Proves to be a GitHub App: a JSON Web Token signed with RS256 (GitHub Docs, "Generating a JSON
 * Web Token (JWT) for a GitHub App"; RFC 7519). Each one lasts for some minutes and is used once.
 */
public final class AppToken implements Supplier<String> {
  /** Against a clock at GitHub's that is behind ours, as GitHub recommends. */
  private static final Duration BACKDATED = Duration.ofSeconds(60);

  /** GitHub takes ten minutes at the most. */
  private static final Duration LASTS = Duration.ofMinutes(5);

  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

  private final String appId;
  private final Supplier<String> privateKey;
  private final Clock clock;

  /**
   * @param appId the App's id or its client id
   * @param privateKey in PEM; read for each token, so that it may change
   */
  public AppToken(String appId, Supplier<String> privateKey, Clock clock) {
    this.appId = appId;
    this.privateKey = privateKey;
    this.clock = clock;
  }

  /**
   * Makes sure that the key can sign.
   *
   * @throws IllegalArgumentException if it is not an RSA key in PEM; without the text
   */
  public static void requireKey(String pem) {
    RsaKey.read(pem);
  }

  /**
   * @throws IllegalArgumentException if the key, which may have changed, cannot be read
   */
  @Override
  public String get() {
    Instant now = clock.instant();
    String header =
        base64(
            JsonText.of(
                json -> {
                  json.writeStartObject();
                  json.writeStringField("alg", "RS256");
                  json.writeStringField("typ", "JWT");
                  json.writeEndObject();
                }));
    String claims =
        base64(
            JsonText.of(
                json -> {
                  json.writeStartObject();
                  json.writeNumberField("iat", now.minus(BACKDATED).getEpochSecond());
                  json.writeNumberField("exp", now.plus(LASTS).getEpochSecond());
                  json.writeStringField("iss", appId);
                  json.writeEndObject();
                }));
    String signed = header + "." + claims;
    return signed + "." + base64(signature(signed));
  }

  private byte[] signature(String text) {
    try {
      var rsa = Signature.getInstance("SHA256withRSA");
      rsa.initSign(RsaKey.read(privateKey.get()));
      rsa.update(text.getBytes(StandardCharsets.US_ASCII));
      return rsa.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK signs with RSA", e);
    }
  }

  private static String base64(byte[] bytes) {
    return BASE64.encodeToString(bytes);
  }
}
