package dev.hookline.domain.handler;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * Names a secret where it must not be shown: the first eight hexadecimal digits of SHA-256 over a
 * fixed label and the secret, both in UTF-16. Nothing can be computed from it; whoever guesses a
 * secret can tell that the guess may be right, so a secret has to be long and random, as it has to
 * be anyway.
 *
 * @param value eight hexadecimal digits in lower case
 */
public record SecretFingerprint(String value) {
  private static final Pattern VALUE = Pattern.compile("[0-9a-f]{8}");
  private static final String LABEL = "hookline secret fingerprint\0";
  private static final int BYTES = 4;

  public SecretFingerprint {
    if (!VALUE.matcher(value).matches()) {
      throw new IllegalArgumentException("not a fingerprint: " + value.length() + " characters");
    }
  }

  public static SecretFingerprint of(String secret) {
    MessageDigest digest = sha256();
    (LABEL + secret)
        .chars()
        .forEach(
            c -> {
              digest.update((byte) (c >>> Byte.SIZE));
              digest.update((byte) c);
            });
    return new SecretFingerprint(HexFormat.of().formatHex(digest.digest(), 0, BYTES));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  @Override
  public String toString() {
    return value;
  }
}
