package dev.hookline.bootstrap.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.hookline.bootstrap.load.FakeIntake;
import dev.hookline.bootstrap.load.FakeIntake.Fault;
import dev.hookline.testing.Requirement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LoadCommandTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  @TempDir private Path folder = Path.of("");
  private Shell shell = new Shell(Path.of(""), new FakeCommands());

  @BeforeEach
  void open() {
    shell = new Shell(folder, new FakeCommands());
  }

  /** A short run; what is given takes the place of what is here. */
  private int load(FakeIntake intake, String... given) {
    var line = new ArrayList<>(List.of("load"));
    line.addAll(List.of(given));
    Map.of(
            "--url", intake.url(),
            "--admin", intake.url(),
            "--secret", FakeIntake.SECRET,
            "--rate", "500",
            "--duration", "300ms",
            "--warmup", "0s",
            "--connections", "4",
            "--size", "2000")
        .forEach(
            (option, value) -> {
              if (!line.contains(option)) {
                line.addAll(List.of(option, value));
              }
            });
    return shell.run(line.toArray(String[]::new));
  }

  @Test
  void theJsonHasTheContractsKeysFirst() throws IOException {
    try (var intake = new FakeIntake()) {
      assertEquals(0, load(intake, "--json"), () -> shell.err().toString());
      JsonNode json = JSON.readTree(shell.out());
      assertEquals(
          List.of(
              "accepted",
              "seconds",
              "rate",
              "statuses",
              "latency_ms",
              "lost",
              "doubled",
              "misordered"),
          json.properties().stream().map(Map.Entry::getKey).limit(8).toList());
      assertEquals(
          List.of("p50", "p90", "p99", "p99_9", "max"),
          json.path("latency_ms").properties().stream().map(Map.Entry::getKey).toList());
      assertEquals(json.path("accepted").asLong(), json.at("/statuses/202").asLong());
      assertEquals(0, json.path("lost").asInt(-1));
      assertEquals(0, json.path("doubled").asInt(-1));
      assertEquals(0, json.path("misordered").asInt(-1));
      assertEquals(0, json.path("forged").asInt(-1));
    }
  }

  @Test
  void aTableIsForPeopleAndFilesAreWritten() throws IOException {
    try (var intake = new FakeIntake()) {
      assertEquals(
          0,
          load(intake, "--histogram", "all.txt", "--plot", "all.svg"),
          () -> shell.err().toString());
      assertTrue(shell.out().contains("p99.9 ms"), shell.out());
      assertTrue(shell.out().lines().anyMatch(l -> l.matches("lost +0")), shell.out());
      assertTrue(Files.readString(folder.resolve("all.txt")).contains("TotalCount"));
      assertTrue(Files.readString(folder.resolve("all.svg")).startsWith("<svg"));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "LOSES, 0, 0",
    "DOUBLES, 0, 0",
    "STARTS_AGAIN, 20%, 0",
    "MISORDERS, 0, 0",
    "BELIEVES_ALL, 0, 0.2"
  })
  void everyFaultEndsWithOne(Fault fault, String duplicates, String tampered) throws IOException {
    try (var intake = new FakeIntake(fault)) {
      assertEquals(
          1,
          load(
              intake,
              "--json",
              "--connections",
              "1",
              "--repositories",
              "1",
              "--duplicates",
              duplicates,
              "--tampered",
              tampered),
          shell::out);
    }
  }

  @Test
  void whatIsTurnedAwayIsNoFault() throws IOException {
    try (var intake = new FakeIntake(Fault.REFUSES)) {
      assertEquals(0, load(intake, "--json"), () -> shell.err().toString());
      assertTrue(JSON.readTree(shell.out()).at("/statuses/503").asLong() > 0, shell.out());
    }
  }

  @Test
  void whereNothingIsAcceptedNothingIsProven() throws IOException {
    try (var intake = new FakeIntake()) {
      assertEquals(1, load(intake, "--secret", "another secret"));
      assertEquals("hookline: nothing was accepted", shell.err().getFirst());
    }
  }

  @Test
  void withoutAnAdminEndpointNothingIsProven() throws IOException {
    try (var intake = new FakeIntake()) {
      intake.want("secret token");
      assertEquals(1, load(intake, "--json"));
      JsonNode json = JSON.readTree(shell.out());
      assertTrue(json.path("accepted").asLong() > 0);
      for (String name : List.of("lost", "doubled", "misordered")) {
        assertTrue(json.has(name) && json.get(name).isNull(), shell.out());
      }
      assertTrue(shell.err().getFirst().contains("--token"), () -> shell.err().toString());
      assertEquals(0, load(intake, "--token", "secret token"), () -> shell.err().toString());
      shell.environment.put("HOOKLINE_ADMIN_TOKEN", "secret token");
      assertEquals(0, load(intake), () -> shell.err().toString());
    }
  }

  @Test
  void theCheckCanBeLeftOut() throws IOException {
    try (var intake = new FakeIntake()) {
      intake.want("secret token");
      assertEquals(0, load(intake, "--no-check", "--json"), () -> shell.err().toString());
      assertTrue(JSON.readTree(shell.out()).get("lost").isNull());
      assertEquals(List.of(), shell.err());
    }
  }

  @Test
  void realBodiesAreSent() throws IOException {
    Files.writeString(
        folder.resolve("push.json"),
        "{\"ref\":\"refs/heads/main\",\"repository\":{\"name\":\"w\",\"full_name\":\"o/w\"}}");
    try (var intake = new FakeIntake()) {
      assertEquals(
          0,
          load(intake, "--body", "push.json", "--event", "push", "--duplicates", "5%"),
          () -> shell.err().toString());
    }
  }

  @Test
  void whatFindsNoConnectionFreeIsGivenUp() throws IOException {
    try (var intake = new FakeIntake()) {
      assertEquals(
          0,
          load(
              intake,
              "--json",
              "--rate",
              "200000",
              "--connections",
              "1",
              "--give-up",
              "5ms",
              "--from",
              "127.0.0.1",
              "--samples",
              "seconds.csv"),
          () -> shell.err().toString());
      JsonNode json = JSON.readTree(shell.out());
      long accepted = json.path("accepted").asLong();
      assertTrue(json.path("given_up").asLong() > 0, shell.out());
      assertEquals(
          60_000, accepted + json.path("given_up").asLong() + json.path("unsent").asLong());
      assertEquals(accepted, json.path("in_time").asLong());
      assertTrue(Files.readString(folder.resolve("seconds.csv")).startsWith("second,"));
    }
  }

  @Test
  void figuresAreNotLostWithTheFile() throws IOException {
    // Can be opened, and not written.
    Path full = Path.of("/dev/full");
    Requirement.met(Files.exists(full), "no /dev/full here");
    try (var intake = new FakeIntake()) {
      assertEquals(1, load(intake, "--json", "--samples", full.toString()));
      assertTrue(JSON.readTree(shell.out()).path("accepted").asLong() > 0, shell.out());
      // A slow machine has a warning before it.
      assertTrue(
          shell.err().getLast().startsWith("hookline: cannot write what was measured: "),
          () -> shell.err().toString());
    }
  }

  @Test
  void aFileThatCannotBeWrittenIsFoundBeforeTheRun() throws IOException {
    try (var intake = new FakeIntake()) {
      assertEquals(2, load(intake, "--samples", "x".repeat(300)));
      assertTrue(
          shell.err().getFirst().startsWith("hookline: --samples: cannot write "),
          () -> shell.err().toString());
    }
  }

  @Test
  void noConnectionEndsWithOneAndALine() throws IOException {
    var gone = new FakeIntake();
    gone.close();
    assertEquals(1, load(gone));
    assertEquals(1, shell.err().size(), () -> shell.err().toString());
    assertTrue(shell.err().getFirst().contains("cannot connect"), () -> shell.err().toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--service gitlab",
        "--rate fast",
        "--rate 0",
        "--duration soon",
        "--duration 0s",
        "--warmup -PT1S",
        "--settle 9d",
        "--connections 0",
        "--connections 100000",
        "--from localhost",
        "--give-up soon",
        "--samples missing/x",
        "--repositories 0",
        "--size 10",
        "--body missing.json",
        "--event not-one!",
        "--duplicates 150%",
        "--duplicates 0.00001",
        "--tampered many",
        "--stale 5%",
        "--duplicates 50% --tampered 50%",
        "--admin nowhere",
        "--url ftp://h",
        "--histogram missing/x",
        "--plot .",
        "--nope"
      })
  void wrongUseEndsWithTwoAndOneLine(String line) {
    var arguments = new ArrayList<>(List.of("load", "--secret", "x"));
    arguments.addAll(List.of(line.split(" ", -1)));
    assertEquals(2, shell.run(arguments.toArray(String[]::new)), line);
    assertEquals(1, shell.err().size(), () -> shell.err().toString());
    assertEquals("", shell.out());
  }

  @Test
  void spansAreWrittenInEitherWay() {
    assertEquals(Duration.ofSeconds(30), SpanOption.parse("--x", "30s"));
    assertEquals(Duration.ofSeconds(30), SpanOption.parse("--x", "PT30S"));
    assertEquals(Duration.ofMinutes(2), SpanOption.parse("--x", "2m"));
    assertEquals(Duration.ofMillis(250), SpanOption.parse("--x", "250ms"));
    assertEquals(Duration.ofHours(1), SpanOption.parse("--x", "1h"));
    assertEquals(Duration.ofDays(1), SpanOption.parse("--x", "1d"));
  }

  @Test
  void helpNamesEveryOption() {
    assertEquals(0, shell.run("load", "--help"));
    for (String option : List.of("--rate", "--warmup", "--duplicates", "--settle", "--no-check")) {
      assertTrue(shell.out().contains(option), option);
    }
    assertFalse(shell.out().contains("%%"), shell.out());
  }

  @Test
  void progressIsForTerminalsAndPeople() throws IOException {
    try (var intake = new FakeIntake()) {
      load(intake, "--duration", "2s");
      assertFalse(shell.rawErr().contains("\r"), shell.rawErr());
      shell.atTerminal();
      load(intake, "--json", "--duration", "2s");
      assertFalse(shell.rawErr().contains("\r"), shell.rawErr());
      load(intake, "--duration", "2s");
      assertTrue(shell.rawErr().contains("\r\u001b[K[#"), shell.rawErr());
      assertTrue(shell.rawErr().contains("accepted, p50"), shell.rawErr());
    }
  }
}
