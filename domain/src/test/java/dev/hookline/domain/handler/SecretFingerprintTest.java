package dev.hookline.domain.handler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretFingerprintTest {

  @ParameterizedTest
  @ValueSource(strings = {"", "secret", "größter Schlüssel ✓", "🎉"})
  void isTheBeginningOfADigest(String secret) throws NoSuchAlgorithmException {
    byte[] digest =
        MessageDigest.getInstance("SHA-256")
            .digest(("hookline secret fingerprint\0" + secret).getBytes(StandardCharsets.UTF_16BE));
    assertEquals(
        HexFormat.of().formatHex(digest).substring(0, 8), SecretFingerprint.of(secret).value());
  }

  @Test
  void tellsSecretsApart() {
    assertNotEquals(SecretFingerprint.of("a"), SecretFingerprint.of("a "));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1234567", "123456789", "1234567G", "ABCDEF12"})
  void nothingElseIsOne(String value) {
    assertThrows(IllegalArgumentException.class, () -> new SecretFingerprint(value));
  }
}
