package dev.hookline.bootstrap.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.hookline.bootstrap.run.Processes;
import dev.hookline.bootstrap.up.UpFolder;
import dev.hookline.domain.delivery.Service;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorCommandTest {
  private static final String SECRET = "the-secret-of-github";
  private static final String BODY = "{\"zen\":\"Größe zählt nicht\"}";

  @TempDir private Path folder = Path.of("");
  private Shell shell = new Shell(Path.of(""), new FakeCommands());

  @BeforeEach
  void open() throws IOException {
    shell = new Shell(folder, new Processes(Clock.systemUTC()));
    shell.environment.put("HOOKLINE_GITHUB_SECRETS", "the-new-secret," + SECRET);
    shell.environment.put("HOOKLINE_SLACK_SECRETS", "the-secret-of-slack");
    Files.writeString(folder.resolve("body.json"), BODY);
  }

  private static String signature(String secret, String message) {
    try {
      var mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      return HexFormat.of().formatHex(mac.doFinal(message.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String header(String secret, String message) {
    return "X-Hub-Signature-256: sha256=" + signature(secret, message);
  }

  @Test
  void rightSignatureEndsWithZero() {
    int code =
        shell.run("doctor", "github", "--body", "body.json", "--header", header(SECRET, BODY));
    assertEquals(0, code, () -> shell.err().toString());
    assertTrue(shell.out().contains("secret 2 of 2 of github"), shell.out());
    assertFalse(shell.out().contains(SECRET), shell.out());
  }

  @Test
  void causeIsSaidWithWhatToDo() {
    assertEquals(
        1,
        shell.run(
            "doctor",
            "github",
            "--body",
            "body.json",
            "--header",
            header("the-secret-of-slack", BODY)));
    List<String> lines = shell.out().lines().toList();
    assertEquals("The signature does not hold for github.", lines.getFirst());
    assertTrue(lines.get(2).startsWith("The signature was made with secret 1 of 1 of slack ("));
    assertTrue(lines.get(3).startsWith("  Do: Give the sender the secret of github."));
    assertEquals(List.of(), shell.err());
  }

  @Test
  void bodyComesFromStandardInputAndAnOldSecretFromAFile() throws IOException {
    Files.writeString(folder.resolve("old"), "elder\noldest\n");
    assertEquals(
        1,
        shell
            .type(BODY)
            .run(
                "doctor",
                "github",
                "--body",
                "-",
                "--header",
                header("oldest", BODY),
                "--secret-file",
                "old"));
    assertTrue(shell.out().contains("which is not configured here"), shell.out());
    assertFalse(shell.out().contains("oldest"), shell.out());
  }

  @Test
  void theSecretThatUpHasMadeIsTakenWhereNoneIsConfigured() {
    shell.environment.remove("HOOKLINE_GITHUB_SECRETS");
    try (UpFolder up = UpFolder.open(folder.resolve(".hookline"))) {
      String made = header(up.secretFor(new Service("github")), BODY);
      int code = shell.run("doctor", "github", "--body", "body.json", "--header", made);
      assertEquals(0, code, () -> shell.err().toString());
    }
  }

  @Test
  void jsonIsForMachines() throws IOException {
    assertEquals(
        1,
        shell.run(
            "doctor",
            "github",
            "--json",
            "--body",
            "body.json",
            "--header",
            header(SECRET, BODY + "\n")));
    JsonNode told = JsonMapper.builder().build().readTree(shell.out());
    assertEquals("github", told.get("service").textValue());
    assertFalse(told.get("authentic").booleanValue());
    assertTrue(told.get("explained").booleanValue());
    assertEquals("body_changed", told.at("/findings/0/cause").textValue());
    assertTrue(told.at("/findings/0/what").textValue().contains("with a line end (LF)"));
    assertTrue(told.at("/findings/0/next").isTextual());
  }

  @Test
  void timesAreComparedWithNowUnlessItIsSaidWhenItCame() {
    long sent = Shell.NOW.getEpochSecond() - 3600;
    String[] slack = {
      "doctor",
      "slack",
      "--body",
      "body.json",
      "--header",
      "X-Slack-Request-Timestamp: " + sent,
      "--header",
      "X-Slack-Signature: v0=" + signature("the-secret-of-slack", "v0:" + sent + ":" + BODY)
    };
    assertEquals(1, shell.run(slack));
    assertTrue(shell.out().contains("signed 3600 seconds before it was received"), shell.out());
    assertTrue(shell.out().contains("--received-at says when it came"), shell.out());
    String[] then = Arrays.copyOf(slack, slack.length + 2);
    then[slack.length] = "--received-at";
    then[slack.length + 1] = "PT1H";
    assertEquals(0, shell.run(then), shell.out());
  }

  @Test
  void wrongUseEndsWithTwoAndShowsNoSignature() {
    String signature = header(SECRET, BODY).replace(":", "");
    for (String[] line :
        List.of(
            new String[] {"doctor", "github"},
            new String[] {"doctor", "--body", "body.json"},
            new String[] {"doctor", "gitlab", "--body", "body.json"},
            new String[] {"doctor", "github", "--body", "missing.json"},
            new String[] {"doctor", "github", "--body", "body.json", "--header", signature},
            new String[] {"doctor", "github", "--body", "body.json", "--secret-file", "missing"},
            new String[] {"doctor", "github", "--body", "body.json", "--received-at", "noon"})) {
      assertEquals(2, shell.run(line), String.join(" ", line));
      assertEquals(1, shell.err().size(), () -> shell.err().toString());
      assertFalse(shell.err().getFirst().contains("sha256"), () -> shell.err().toString());
    }
  }
}
