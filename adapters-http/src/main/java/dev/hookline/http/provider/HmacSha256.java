package dev.hookline.http.provider;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.util.HexFormat;
import java.util.Optional;
import java.util.OptionalInt;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** HMAC-SHA256 (RFC 2104). */
public final class HmacSha256 {
  private static final String ALGORITHM = "HmacSHA256";
  private static final int HEX_LENGTH = 64;

  /** Named outright it need not be searched for at each signature. */
  private static final Provider PROVIDER = mac().getProvider();

  private HmacSha256() {}

  private static Mac mac() {
    try {
      return Mac.getInstance(ALGORITHM);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has " + ALGORITHM, e);
    }
  }

  /** The signature's 32 bytes; empty if it can be none, which has exactly 64 hexadecimal digits. */
  public static Optional<byte[]> signature(String hex) {
    return hex.length() == HEX_LENGTH && hex.chars().allMatch(HexFormat::isHexDigit)
        ? Optional.of(HexFormat.of().parseHex(hex))
        : Optional.empty();
  }

  /**
   * Whether this key made the signature; compared in constant time.
   *
   * @param claimed the signature's 32 bytes
   * @param key not empty
   * @param message the signed bytes, in parts that follow one another
   */
  public static boolean holds(byte[] claimed, byte[] key, byte[]... message) {
    return MessageDigest.isEqual(begin(key, message).doFinal(), claimed);
  }

  /**
   * How many of the body's bytes, from its first on and fewer than all, this key has signed; empty
   * if there is no such number. It costs a computation for each byte.
   *
   * @param claimed the signature's 32 bytes
   * @param key not empty
   * @param head what is signed before the body
   */
  public static OptionalInt lengthSigned(byte[] claimed, byte[] key, byte[] head, byte[] body) {
    Mac soFar = begin(key, head);
    try {
      for (int length = 0; length < body.length; length++) {
        if (MessageDigest.isEqual(((Mac) soFar.clone()).doFinal(), claimed)) {
          return OptionalInt.of(length);
        }
        soFar.update(body[length]);
      }
      return OptionalInt.empty();
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("the JDK's " + ALGORITHM + " can be cloned", e);
    }
  }

  private static Mac begin(byte[] key, byte[]... message) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM, PROVIDER);
      mac.init(new SecretKeySpec(key, ALGORITHM));
      for (byte[] part : message) {
        mac.update(part);
      }
      return mac;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + ALGORITHM, e);
    }
  }
}
