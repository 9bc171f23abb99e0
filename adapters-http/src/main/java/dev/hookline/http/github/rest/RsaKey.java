package dev.hookline.http.github.rest;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** Private RSA keys in PEM (RFC 7468): PKCS#8, and the PKCS#1 that GitHub hands out. */
final class RsaKey {
  private static final Pattern PEM =
      Pattern.compile(
          "\\s*-----BEGIN ((?:RSA )?PRIVATE KEY)-----([A-Za-z0-9+/=\\s]+)-----END \\1-----\\s*");

  /** PKCS#8's version, and {@code rsaEncryption} with no parameters (RFC 5208, RFC 8017). */
  private static final byte[] VERSION_AND_ALGORITHM =
      HexFormat.of().parseHex("020100" + "300d06092a864886f70d0101010500");

  private static final int SEQUENCE = 0x30;
  private static final int OCTET_STRING = 0x04;

  private RsaKey() {}

  /**
   * @param pem a literal {@code \n} counts as a line break: some ways to set a variable know no
   *     other
   * @throws IllegalArgumentException if it is not an RSA key that needs no password; without the
   *     text
   */
  static PrivateKey read(String pem) {
    var matcher = PEM.matcher(pem.replace("\\n", "\n"));
    if (!matcher.matches()) {
      throw unreadable();
    }
    try {
      byte[] der =
          Base64.getMimeDecoder().decode(matcher.group(2).getBytes(StandardCharsets.US_ASCII));
      byte[] pkcs8 = matcher.group(1).startsWith("RSA") ? fromPkcs1(der) : der;
      return KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
    } catch (GeneralSecurityException | IllegalArgumentException _) {
      throw unreadable();
    }
  }

  private static IllegalArgumentException unreadable() {
    return new IllegalArgumentException("not an RSA private key in PEM without a password");
  }

  private static byte[] fromPkcs1(byte[] der) {
    return element(SEQUENCE, VERSION_AND_ALGORITHM, element(OCTET_STRING, der));
  }

  /** One element in DER: its tag, its length, its content (ITU-T X.690, 8.1). */
  private static byte[] element(int tag, byte[]... content) {
    var bytes = new ByteArrayOutputStream();
    int length = 0;
    for (byte[] part : content) {
      length += part.length;
    }
    bytes.write(tag);
    if (length < 0x80) {
      bytes.write(length);
    } else {
      int octets = (Integer.SIZE - Integer.numberOfLeadingZeros(length) + 7) / 8;
      bytes.write(0x80 | octets);
      for (int i = octets - 1; i >= 0; i--) {
        bytes.write(length >>> (8 * i));
      }
    }
    for (byte[] part : content) {
      bytes.writeBytes(part);
    }
    return bytes.toByteArray();
  }
}
