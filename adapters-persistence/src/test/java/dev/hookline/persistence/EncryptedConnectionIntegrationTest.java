package dev.hookline.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.hookline.application.dispatch.OutboxSignal;
import dev.hookline.application.pipeline.PipelineStore.Acceptance.Accepted;
import dev.hookline.application.pipeline.StoreUnavailableException;
import dev.hookline.testing.PlainEventFormat;
import dev.hookline.testing.PostgresServer;
import dev.hookline.testing.SelfSigned;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The URL for TLS that operators are told, on a server that takes nothing else. */
final class EncryptedConnectionIntegrationTest {
  @TempDir private static Path folder;
  private static PostgresServer server;

  @BeforeAll
  static void start() throws Exception {
    SelfSigned identity = SelfSigned.of("localhost");
    server = PostgresServer.start(folder.resolve("server"));
    server.stop();
    identity.writeTo(server.data().resolve("server.crt"), server.data().resolve("server.key"));
    server.configure("ssl = on");
    server.letIn("hostssl all all 127.0.0.1/32 trust", "hostssl all all ::1/128 trust");
    server.start();
    identity.writeCertificate(folder.resolve("root.crt"));
    SelfSigned.of("localhost").writeCertificate(folder.resolve("another.crt"));
  }

  @AfterAll
  static void stop() {
    server.close();
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
  void everyConnectionToTheServerOfThatNameAndCertificateIsEncrypted() throws Exception {
    try (Database database = open("localhost", verifying("root.crt"))) {
      database.migrate();
      var heard = new LinkedBlockingQueue<Set<Integer>>();
      try (var _ = database.outboxSignal().listen(heard::add)) {
        assertEquals(OutboxSignal.ALL_LANES, heard.poll(10, TimeUnit.SECONDS));
        assertEquals(
            new Accepted(),
            database
                .pipelines(new PlainEventFormat())
                .accept(Senders.aCandidate(), Duration.ofSeconds(5)));
        assertEquals(1, heard.poll(10, TimeUnit.SECONDS).size());
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
