package dev.hookline.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A key, and a certificate that its owner has signed himself. */
public record SelfSigned(Key key, Certificate certificate) {
  private static final String PASSWORD = "of the key store";

  /** For a server of this name. */
  public static SelfSigned of(String host)
      throws IOException, InterruptedException, GeneralSecurityException {
    Path folder = Files.createTempDirectory("self-signed");
    Path store = folder.resolve("store.p12");
    try {
      Process keytool =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                  "-genkeypair",
                  "-alias",
                  host,
                  "-dname",
                  "CN=" + host,
                  "-ext",
                  "san=dns:" + host,
                  "-keyalg",
                  "RSA",
                  "-keystore",
                  store.toString(),
                  "-storepass",
                  PASSWORD)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (!keytool.waitFor(30, TimeUnit.SECONDS)) {
        keytool.destroyForcibly();
        throw new IOException("keytool does not end");
      }
      var keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
      return new SelfSigned(keys.getKey(host, PASSWORD.toCharArray()), keys.getCertificate(host));
    } finally {
      Files.deleteIfExists(store);
      Files.delete(folder);
    }
  }

  /** Writes both as PEM; the key so that its owner alone may read it. */
  public void writeTo(Path certificateFile, Path keyFile)
      throws GeneralSecurityException, IOException {
    writeCertificate(certificateFile);
    write(keyFile, "PRIVATE KEY", key.getEncoded());
    Files.setPosixFilePermissions(keyFile, PosixFilePermissions.fromString("rw-------"));
  }

  public void writeCertificate(Path file) throws GeneralSecurityException, IOException {
    write(file, "CERTIFICATE", certificate.getEncoded());
  }

  private static void write(Path file, String kind, byte[] content) throws IOException {
    Files.write(
        file,
        List.of(
            "-----BEGIN %s-----".formatted(kind),
            Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content),
            "-----END %s-----".formatted(kind)));
  }

  /** For clients that trust this certificate and no other. */
  public SSLContext trusted() throws GeneralSecurityException, IOException {
    var trust = KeyStore.getInstance(KeyStore.getDefaultType());
    trust.load(null, null);
    trust.setCertificateEntry("server", certificate);
    var managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(trust);
    var context = SSLContext.getInstance("TLS");
    context.init(null, managers.getTrustManagers(), null);
    return context;
  }

  /** A connection to the server on this machine that has this certificate. */
  public Socket connect(int port) throws GeneralSecurityException, IOException {
    return trusted().getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port);
  }
}
