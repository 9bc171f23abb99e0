package dev.hookline.bootstrap.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.hookline.application.secret.SecretUse;
import dev.hookline.bootstrap.run.Processes;
import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.handler.SecretFingerprint;
import dev.hookline.persistence.Database;
import dev.hookline.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretsCommandIntegrationTest {
  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
  private static final SecretFingerprint NEW = SecretFingerprint.of("the-new-secret");
  private static final SecretFingerprint OLD = SecretFingerprint.of("the-old-secret");

  @TempDir private Path folder = Path.of("");
  private final TestDatabase database = TestDatabase.create();
  private Shell shell = new Shell(Path.of(""), new FakeCommands());

  @BeforeEach
  void migrate() {
    shell = new Shell(folder, new Processes(Clock.systemUTC()));
    shell.environment.put("HOOKLINE_DB_URL", database.url());
    Optional.ofNullable(database.user())
        .ifPresent(user -> shell.environment.put("HOOKLINE_DB_USER", user));
    Optional.ofNullable(database.password())
        .ifPresent(password -> shell.environment.put("HOOKLINE_DB_PASSWORD", password));
    shell.environment.put("HOOKLINE_GITHUB_SECRETS", "the-new-secret,the-old-secret");
    assertEquals(0, shell.run("migrate"), () -> shell.err().toString());
  }

  @AfterEach
  void close() {
    database.close();
  }

  private void seen(SecretFingerprint fingerprint, int position, Instant first, Instant last) {
    try (var open = Database.open(database.settings(), new Random(1))) {
      open.secretUses()
          .add(
              List.of(new SecretUse(new Service("github"), fingerprint, position, first, last, 7)));
    }
  }

  @Test
  void anOldSecretIsToldToBeNoLongerUsed() {
    seen(OLD, 2, NOON.minusSeconds(9000), NOON);
    seen(NEW, 1, NOON.minusSeconds(60), NOON.plusSeconds(26 * 3600));

    assertEquals(0, shell.run("secrets", "status"), () -> shell.err().toString());

    List<String> lines = shell.out().lines().map(line -> line.replaceAll(" +", " ")).toList();
    assertEquals("SERVICE SECRET FINGERPRINT LAST MATCHED DELIVERIES", lines.get(0));
    assertEquals("github 1 %s 2026-03-02T14:00:00Z 7".formatted(NEW), lines.get(1));
    assertEquals("github 2 %s 2026-03-01T12:00:00Z 7".formatted(OLD), lines.get(2));
    assertEquals(
        "github: secret 2 (%s) has not been used since 2026-03-01T12:00:00Z, while secret 1 (%s) is in use since 2026-03-01T11:59:00Z: it can be removed."
            .formatted(OLD, NEW),
        lines.getLast());
    assertFalse(shell.out().contains("secret-"), shell.out());
    assertFalse(shell.out().contains("the-new"), shell.out());
  }

  @Test
  void anOldSecretThatIsUsedStaysAndANewOneWaits() {
    assertEquals(0, shell.run("secrets", "status"));
    assertTrue(shell.out().contains("secret 1 (%s) has signed nothing yet.".formatted(NEW)));

    seen(OLD, 1, NOON, NOON);
    assertEquals(0, shell.run("secrets", "status"));
    assertTrue(
        shell
            .out()
            .contains(
                "secret 2 (%s) is in use since 2026-03-01T12:00:00Z. It signed what came last."
                    .formatted(OLD)),
        shell.out());

    seen(NEW, 1, NOON.plusSeconds(1), NOON.plusSeconds(1));
    assertEquals(0, shell.run("secrets", "status"));
    assertTrue(
        shell
            .out()
            .contains("secret 2 (%s) was used until 2026-03-01T12:00:00Z: keep it".formatted(OLD)),
        shell.out());
  }

  @Test
  void jsonIsForMachines() throws IOException {
    seen(OLD, 2, NOON, NOON.plusSeconds(5));
    assertEquals(0, shell.run("secrets", "status", "--json"));
    JsonNode secrets = JsonMapper.builder().build().readTree(shell.out()).at("/services/0/secrets");
    assertEquals("never_used", secrets.at("/0/state").textValue());
    assertTrue(secrets.at("/0/last_matched_at").isNull());
    assertEquals("in_use", secrets.at("/1/state").textValue());
    assertEquals(OLD.value(), secrets.at("/1/fingerprint").textValue());
    assertEquals(2, secrets.at("/1/position").intValue());
    assertEquals("2026-03-01T12:00:05Z", secrets.at("/1/last_matched_at").textValue());
    assertEquals(7, secrets.at("/1/deliveries").intValue());
  }

  @Test
  void withoutAServiceThereIsNothingToTell() {
    shell.environment.remove("HOOKLINE_GITHUB_SECRETS");
    assertEquals(2, shell.run("secrets", "status"));
    assertEquals(
        List.of(
            "hookline: no service has a secret here: set HOOKLINE_GITHUB_SECRETS, or that of"
                + " another service"),
        shell.err());
    assertEquals(2, shell.run("secrets"));
  }
}
