package dev.hookline.bootstrap.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.hookline.bootstrap.run.Processes;
import dev.hookline.testing.TestDatabase;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PauseCommandIntegrationTest {
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
    assertEquals(0, shell.run("migrate"), () -> shell.err().toString());
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void whatIsPausedIsToldUntilItIsResumed() {
    assertEquals(0, shell.run("pause", "--list"));
    assertEquals("nothing is paused\n", shell.out());

    assertEquals(0, shell.run("pause", "--service", "slack"));
    assertEquals(0, shell.run("pause", "--service", "slack"));
    assertEquals(0, shell.run("pause", "--target", "log"));
    assertEquals(0, shell.run("pause"));
    assertEquals(List.of("SERVICE TARGET SINCE", "slack *", "* log", "* *"), table());

    assertEquals(0, shell.run("resume", "--service", "slack"));
    assertEquals(List.of("SERVICE TARGET SINCE", "* log", "* *"), table());
    assertEquals(0, shell.run("resume"));
    assertEquals("nothing is paused\n", shell.out());
    assertEquals(0, shell.run("resume"));
    assertEquals(List.of(), shell.err());
  }

  /** The lines with one blank between cells, and without the time. */
  private List<String> table() {
    return shell
        .out()
        .lines()
        .map(line -> line.replaceAll(" +", " ").replaceFirst(" [0-9]{4}-.*", ""))
        .toList();
  }

  @Test
  void onlyThePauseThatIsNamedIsLifted() {
    shell.run("pause", "--service", "slack", "--target", "log");

    assertEquals(3, shell.run("resume", "--service", "slack"));
    assertEquals("", shell.out());
    assertEquals(
        List.of(
            "hookline: there is no pause of exactly service slack and target * (see hookline pause"
                + " --list)"),
        shell.err());
    assertEquals(0, shell.run("resume", "--target", "log", "--service", "slack"));
  }

  @Test
  void jsonIsForMachines() throws JsonProcessingException {
    Instant before = Instant.now().minusSeconds(60);
    assertEquals(0, shell.run("pause", "--service", "github", "--json"));
    assertEquals(0, shell.run("pause", "--target", "log", "--json"));

    JsonNode paused = JsonMapper.builder().build().readTree(shell.out()).get("paused");

    assertEquals(2, paused.size());
    assertEquals("github", paused.get(0).get("service").textValue());
    assertTrue(paused.get(0).get("target").isNull());
    assertTrue(paused.get(1).get("service").isNull());
    assertEquals("log", paused.get(1).get("target").textValue());
    assertTrue(Instant.parse(paused.get(0).get("since").textValue()).isAfter(before));
    assertEquals(0, shell.run("resume", "--json"));
    assertEquals("{\"paused\":[]}", shell.out().strip());
  }

  @Test
  void targetThatIsNotConfiguredHereIsPausedWithAWarning() {
    assertEquals(0, shell.run("pause", "--target", "ci"));
    assertEquals(
        List.of("hookline: warning: no target is named \"ci\" here, only log"), shell.err());
    assertEquals(List.of("SERVICE TARGET SINCE", "* ci"), table());
  }
}
