package dev.hookline.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.application.pipeline.PipelineStore.Acceptance.Accepted;
import dev.hookline.application.pipeline.StoreUnavailableException;
import dev.hookline.testing.PlainEventFormat;
import dev.hookline.testing.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's URL for TLS, on a server that takes nothing else. */
final class EncryptedConnectionIntegrationTest {
  private static final String PASSWORD = "of the key store";

  @TempDir private static Path folder;
  private static PostgresServer server;

  @BeforeAll
  static void start() throws Exception {
    Identity identity = Identity.of("localhost");
    server = PostgresServer.start(folder.resolve("server"));
    server.stop();
    identity.writeTo(server.data());
    server.configure("ssl = on");
    server.letIn("hostssl all all 127.0.0.1/32 trust", "hostssl all all ::1/128 trust");
    server.start();
    identity.writeCertificate(folder.resolve("root.crt"));
    Identity.of("localhost").writeCertificate(folder.resolve("another.crt"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  /** A key, and a certificate that its owner has signed himself. */
  private record Identity(Key key, Certificate certificate) {

    static Identity of(String host) throws Exception {
      Path store = Files.createTempDirectory(folder, "store").resolve("store.p12");
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
      assertTrue(keytool.waitFor(30, TimeUnit.SECONDS));
      return read(store, host);
    }

    private static Identity read(Path store, String host)
        throws GeneralSecurityException, IOException {
      var keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
      return new Identity(keys.getKey(host, PASSWORD.toCharArray()), keys.getCertificate(host));
    }

    void writeTo(Path data) throws GeneralSecurityException, IOException {
      writeCertificate(data.resolve("server.crt"));
      Path file = data.resolve("server.key");
      write(file, "PRIVATE KEY", key.getEncoded());
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    void writeCertificate(Path file) throws GeneralSecurityException, IOException {
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
  }

  private static Database open(String host, String parameters) {
    return Database.open(
        DatabaseSettings.of(
            "jdbc:postgresql://%s:%d/postgres%s".formatted(host, server.port(), parameters),
            PostgresServer.USER,
            null),
        new Random(1));
  }

  private static String verifying(String certificate) {
    return "?sslmode=verify-full&sslrootcert=" + folder.resolve(certificate);
  }

  @Test
  void everyConnectionToTheServerOfThatNameAndCertificateIsEncrypted() {
    try (Database database = open("localhost", verifying("root.crt"))) {
      database.migrate();
      try (var _ = database.outboxSignal().listen(() -> {})) {
        assertEquals(
            new Accepted(),
            database
                .pipelines(new PlainEventFormat())
                .accept(Senders.aCandidate(), Duration.ofSeconds(5)));
        Call.until(() -> "hookline,hookline listen,hookline notify".equals(connections("s.ssl")));
        assertEquals("null", connections("NOT s.ssl"));
      }
    }
  }

  private static String connections(String condition) {
    return server.query(
        """
        SELECT string_agg(DISTINCT a.application_name, ',' ORDER BY a.application_name)
        FROM pg_stat_activity a JOIN pg_stat_ssl s USING (pid)
        WHERE a.application_name LIKE 'hookline%%' AND %s
        """
            .formatted(condition));
  }

  @Test
  void serverOfAnotherNameIsNotSpokenTo() {
    try (Database database = open("127.0.0.1", verifying("root.crt"))) {
      assertFalse(database.answers());
      assertThrows(StoreUnavailableException.class, database::migrate);
    }
  }

  @Test
  void serverWithAnotherCertificateIsNotSpokenTo() {
    try (Database database = open("localhost", verifying("another.crt"))) {
      assertFalse(database.answers());
    }
  }

  @Test
  void whoWouldSpeakInTheClearIsRefused() {
    try (Database database = open("localhost", "?sslmode=disable")) {
      assertFalse(database.answers());
      assertThrows(StoreUnavailableException.class, database::schema);
    }
  }
}
