package dev.hookline.http.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.util.Base64;

/** A key pair of its own, in the forms that an operator may have it in. */
public record RsaKeys(KeyPair pair) {

  public static RsaKeys generate() {
    try {
      var generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      return new RsaKeys(generator.generateKeyPair());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  public PublicKey publicKey() {
    return pair.getPublic();
  }

  public String pkcs8Pem() {
    return pem("PRIVATE KEY", pair.getPrivate().getEncoded());
  }

  /**
   * As {@code openssl rsa -traditional} writes it. The JDK writes PKCS#8 alone: for a key of 2048
   * bits that is the PKCS#1 structure behind 26 bytes of wrapping.
   */
  public String pkcs1Pem() {
    var pkcs8 = ByteBuffer.wrap(pair.getPrivate().getEncoded()).position(22);
    if (pkcs8.getShort() != 0x0482 || pkcs8.getShort() != pkcs8.remaining()) {
      throw new IllegalStateException("not the wrapping of 26 bytes");
    }
    byte[] pkcs1 = new byte[pkcs8.remaining()];
    pkcs8.get(pkcs1);
    return pem("RSA PRIVATE KEY", pkcs1);
  }

  private static String pem(String label, byte[] der) {
    return "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n"
        .formatted(label, Base64.getMimeEncoder(64, "\n".getBytes(US_ASCII)).encodeToString(der));
  }
}
