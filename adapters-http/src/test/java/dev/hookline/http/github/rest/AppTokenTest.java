package dev.hookline.http.github.rest;

import static dev.hookline.testing.Samples.NOON;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.http.testing.RsaKeys;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AppTokenTest {
  private static final RsaKeys KEYS = RsaKeys.generate();
  private static final Clock CLOCK = Clock.fixed(NOON, ZoneOffset.UTC);

  @Test
  void saysWhoAndWhenAndIsSigned() throws GeneralSecurityException {
    String token = new AppToken("12345", KEYS::pkcs8Pem, CLOCK).get();

    List<String> parts = List.of(token.split("\\.", -1));
    assertEquals("{\"alg\":\"RS256\",\"typ\":\"JWT\"}", decoded(parts.get(0)));
    assertEquals(
        "{\"iat\":%d,\"exp\":%d,\"iss\":\"12345\"}"
            .formatted(NOON.getEpochSecond() - 60, NOON.getEpochSecond() + 300),
        decoded(parts.get(1)));
    assertTrue(isSigned(token, KEYS.publicKey()));
    assertFalse(isSigned(token, RsaKeys.generate().publicKey()));
    assertFalse(token.contains("="), token);
  }

  @Test
  void keyMayBeInTheFormThatGitHubHandsOut() throws GeneralSecurityException {
    assertTrue(KEYS.pkcs1Pem().startsWith("-----BEGIN RSA PRIVATE KEY-----\n"));

    assertTrue(isSigned(new AppToken("1", KEYS::pkcs1Pem, CLOCK).get(), KEYS.publicKey()));
  }

  @Test
  void keyMayHaveItsLineBreaksWrittenOutOrAsWindowsHasThem() {
    AppToken.requireKey(KEYS.pkcs1Pem().replace("\n", "\\n"));
    AppToken.requireKey(KEYS.pkcs8Pem().replace("\n", "\r\n"));
    AppToken.requireKey(KEYS.pkcs8Pem().strip());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "let-me-in",
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n",
        "-----BEGIN PRIVATE KEY-----\n=A=\n-----END PRIVATE KEY-----\n",
        "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n"
      })
  void whatIsNoKeyIsRefusedWithoutShowingIt(String text) {
    var refusal = assertThrows(IllegalArgumentException.class, () -> AppToken.requireKey(text));
    assertEquals("not an RSA private key in PEM without a password", refusal.getMessage());
  }

  private static String decoded(String part) {
    return new String(Base64.getUrlDecoder().decode(part), UTF_8);
  }

  private static boolean isSigned(String token, PublicKey key) throws GeneralSecurityException {
    int dot = token.lastIndexOf('.');
    var rsa = Signature.getInstance("SHA256withRSA");
    rsa.initVerify(key);
    rsa.update(token.substring(0, dot).getBytes(US_ASCII));
    return rsa.verify(Base64.getUrlDecoder().decode(token.substring(dot + 1)));
  }
}
