package dev.hookline.bootstrap.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.hookline.application.pipeline.StoreUnavailableException;
import dev.hookline.bootstrap.deploy.InstalledProgram;
import dev.hookline.bootstrap.up.RunFile;
import dev.hookline.bootstrap.up.UpFolder;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class HooklineCliTest {
  @TempDir private Path folder = Path.of("");
  private final FakeCommands commands = new FakeCommands();
  private Shell shell = new Shell(Path.of(""), commands);

  @BeforeEach
  void open() {
    shell = new Shell(folder, commands);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "nope",
        "serve --nope",
        "send",
        "send gitlab",
        "send github nope --secret x",
        "send github --count many",
        "send github --count 0 --secret x",
        "send github --secret x --url ftp://h",
        "send github --secret x --url //h",
        "send github --secret x --file missing.json",
        "doctor",
        "doctor github",
        "doctor gitlab --body b",
        "doctor github --body missing",
        "secrets",
        "secrets list",
        "pipelines",
        "pipelines nope",
        "pipelines list --state LOST",
        "pipelines list --limit 0",
        "pipelines list --since yesterday",
        "pipelines show",
        "pipelines show not-an-id",
        "pipelines replay",
        "pipelines replay --dry-run",
        "pipelines replay 01934f5e-0000-7000-8000-000000000001 --state FAILED",
        "audit --shallow",
        "prune",
        "prune --older-than soon",
        "prune --older-than -P1D",
        "refused show",
        "refused replay",
        "reconcile",
        "reconcile slack",
        "reconcile github",
        "reconcile github --hook octo",
        "reconcile github --hook app --since yesterday",
        "pause --service gitlab",
        "pause --target ",
        "pause --list --service github",
        "resume --service gitlab",
        "resume everything",
        "help nope",
        "migrate",
        "migrate --intake-role",
        "migrate --worker-role "
      })
  void wrongUseEndsWithTwoAndOneLine(String line) {
    String[] arguments = line.isEmpty() ? new String[0] : line.split(" ", -1);
    assertEquals(2, shell.run(arguments), line);
    assertEquals("", shell.out());
    if (!line.startsWith("help")) {
      assertEquals(1, shell.err().size(), () -> shell.err().toString());
      assertTrue(shell.err().getFirst().startsWith("hookline: "), () -> shell.err().toString());
    }
    assertEquals(List.of(), commands.calls);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          servee | unknown command: 'servee'; did you mean serve? (see hookline --help)
          bogus | unknown command: 'bogus' (see hookline --help)
          pipelines lst | unknown command: 'lst'; did you mean list? (see hookline pipelines --help)
          migrate again | too many arguments: 'again' (see hookline migrate --help)
          audit --depe | Unknown option: '--depe'; did you mean --deep? (see hookline audit --help)
          send github --secret s --file none.json | --file: cannot read FOLDER/none.json (no such file)
          load --body . --secret s | --body: cannot read FOLDER/. (Is a directory)
          doctor github --body none | --body: cannot read FOLDER/none (no such file)
          """)
  void wrongUseIsNamedInWords(String line, String message) {
    assertEquals(2, shell.run(line.split(" ", -1)));
    assertEquals(List.of("hookline: " + message.replace("FOLDER", folder.toString())), shell.err());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "send gitlab --secret s",
        "doctor gitlab --body b",
        "load --service gitlab --secret s",
        "pause --service gitlab",
        "resume --service gitlab"
      })
  void whereThereIsNoSuchServiceTheOthersAreNamed(String line) {
    assertEquals(2, shell.run(line.split(" ", -1)));
    String option = line.contains("--service") ? "--service" : "SERVICE";
    assertEquals(
        List.of("hookline: " + option + ": not one of github, slack, linear: \"gitlab\""),
        shell.err());
  }

  @Test
  void everyConfigurationProblemIsALine() {
    shell.environment.put("HOOKLINE_HTTP_PORT", "x");
    shell.environment.put("HOOKLINE_NO", "x");
    assertEquals(2, shell.run("config"));
    assertEquals(
        List.of(
            "hookline: HOOKLINE_NO: unknown variable",
            "hookline: HOOKLINE_HTTP_PORT: not a port from 0 to 65535: \"x\""),
        shell.err());
  }

  @Test
  void serveNeedsAServiceAndADatabase() {
    assertEquals(2, shell.run("serve"));
    assertEquals(2, shell.err().size());
    shell.environment.put("HOOKLINE_GITHUB_SECRETS", "github-secret-012345");
    shell.environment.put("HOOKLINE_DB_URL", "jdbc:postgresql://db/hookline");
    assertEquals(0, shell.run("serve"));
    assertEquals(0, shell.run("worker"));
    assertEquals(0, shell.run("migrate"));
    assertEquals(0, shell.run("migrate", "--worker-role", "w", "--intake-role", "i"));
    assertEquals(List.of("serve", "worker 8082", "migrate", "migrate i w"), commands.calls);
  }

  @Test
  void upNeedsNothing() {
    assertEquals(0, shell.run("up"));
    assertEquals(0, shell.run("up", "--data", "elsewhere"));
    assertEquals(List.of("up .hookline", "up elsewhere"), commands.calls);
  }

  @Test
  void upSaysThatItTakesItsOwnDatabase() {
    shell.environment.put("HOOKLINE_DB_URL", "jdbc:postgresql://db/hookline");
    assertEquals(0, shell.run("up"));
    assertEquals(
        List.of(
            "hookline: warning: up brings its own PostgreSQL: db.url (HOOKLINE_DB_URL) is not"
                + " used"),
        shell.err());
    assertEquals(List.of("up .hookline"), commands.calls);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "prune --older-than P1D",
        "audit",
        "pipelines list",
        "refused list",
        "pause",
        "resume",
        "secrets status",
        "reconcile github --hook app"
      })
  void aFolderBesideAConfiguredDatabaseIsNoChoiceForATool(String line) {
    shell.environment.put("HOOKLINE_DB_URL", "jdbc:postgresql://production/hookline");
    assertEquals(2, shell.run((line + " --data .hookline").split(" ", -1)));
    assertEquals(
        List.of(
            "hookline: --data and db.url (HOOKLINE_DB_URL) each name a database: leave out the"
                + " one, or unset the other"),
        shell.err());
    assertEquals(List.of(), commands.calls);
  }

  @Test
  void toolsFindTheUpThatRunsHere() {
    assertEquals(2, shell.run("pipelines", "list"));
    try (UpFolder up = UpFolder.open(folder.resolve(".hookline"))) {
      up.announce(RunFile.ofThisProcess("http://i", "http://a", "jdbc:postgresql://d/h", "u", "p"));
      assertEquals(1, shell.run("pipelines", "list"));
    }
    assertEquals(List.of("inspect jdbc:postgresql://d/h"), commands.calls);
    assertEquals(List.of("hookline: nothing to inspect"), shell.err());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pipelines list --state failed --service github --event-type push --repository a/b"
            + " --since PT1H --until 2026-01-31 --limit 5 --json",
        "pipelines show 01934f5e-0000-7000-8000-000000000001",
        "pipelines replay 01934f5e-0000-7000-8000-000000000001",
        "pipelines replay --state FAILED --limit 10",
        "pipelines replay 01934f5e-0000-7000-8000-000000000001 --dry-run --json",
        "audit --deep --json",
        "prune --older-than P30D --dry-run",
        "prune --older-than 2026-01-31 --json",
        "refused list",
        "refused list --error RepositoryContextError --since 2026-01-31T12:00:00Z",
        "refused show 01934f5e-0000-7000-8000-000000000001 --json",
        "refused replay 01934f5e-0000-7000-8000-000000000001",
        "pause",
        "pause --service github --target log --json",
        "pause --list --json",
        "resume",
        "resume --target nobodys"
      })
  void rightUseReachesTheDatabase(String line) {
    shell.environment.put("HOOKLINE_DB_URL", "jdbc:postgresql://db/hookline");
    assertEquals(1, shell.run(line.split(" ", -1)), () -> shell.err().toString());
    assertEquals(List.of("inspect jdbc:postgresql://db/hookline"), commands.calls);
    assertEquals(List.of("hookline: nothing to inspect"), shell.err());
  }

  @Test
  void configTellsValuesAndOriginsAndMasksSecrets() throws IOException {
    Files.writeString(folder.resolve("own.yaml"), "hookline: {http: {port: 7000}}");
    shell.environment.put("HOOKLINE_GITHUB_SECRETS", "github-secret-012345,other-secret-0123");
    assertEquals(0, shell.run("config", "--config", "own.yaml"));
    List<String> lines = shell.out().lines().toList();
    assertTrue(lines.stream().anyMatch(l -> l.matches("http.port +7000 +.*own.yaml")), shell.out());
    assertTrue(lines.stream().anyMatch(l -> l.matches("http.host +0.0.0.0 +default")), shell.out());
    assertTrue(
        lines.stream()
            .anyMatch(
                l -> l.matches("services.github.secrets +\\*{8} \\(2\\) +HOOKLINE_GITHUB_SECRETS")),
        shell.out());
    assertFalse(shell.out().contains("012345"), "shows a secret");

    assertEquals(0, shell.run("config", "--json", "--config", "own.yaml"));
    var settings = JsonMapper.builder().build().readTree(shell.out()).get("settings");
    assertEquals("http.host", settings.get(0).get("key").asText());
    assertFalse(shell.out().contains("012345"), "shows a secret");
  }

  @Test
  void aKeyThatCannotSignIsAnErrorOfTheConfiguration() {
    shell.environment.put("HOOKLINE_DISPATCH_HTTP_SECRET", "no base64 at all");
    assertEquals(2, shell.run("config"));
    assertEquals(
        List.of(
            "hookline: dispatch.http.secret (HOOKLINE_DISPATCH_HTTP_SECRET): not whsec_ and"
                + " base64, or base64"),
        shell.err());
  }

  @Test
  void versionAndHelpArePrinted() {
    assertEquals(0, shell.run("version"));
    assertTrue(shell.out().startsWith("hookline "), shell.out());
    assertEquals(0, shell.run("help"));
    assertTrue(shell.out().contains("pipelines"), shell.out());
    assertEquals(0, shell.run("send", "--help"));
    assertTrue(shell.out().contains("--count"), shell.out());
  }

  @Test
  void versionIsJsonForMachines() throws IOException {
    assertEquals(0, shell.run("version", "--json"));
    var version = JsonMapper.builder().build().readTree(shell.out());
    assertFalse(version.path("version").asText().isEmpty(), version::toString);
    assertEquals(Runtime.version().toString(), version.path("java").asText());
  }

  @ParameterizedTest
  @CsvSource({"pip,1,pipelines", "pipelines re,2,replay", "send --ur,2,--url"})
  void theShellCompletes(String typed, int word, String completed) throws Exception {
    assertEquals(0, shell.run("completion"));
    Path script = Files.writeString(folder.resolve("completion"), shell.out());
    var bash =
        new ProcessBuilder(
                "bash",
                "-c",
                "source \"$1\" && COMP_WORDS=(hookline $2) COMP_CWORD=$3"
                    + " && $(complete -p hookline | sed 's/.*-F \\([^ ]*\\).*/\\1/')"
                    + " && printf '%s\\n' \"${COMPREPLY[@]}\"",
                "bash",
                script.toString(),
                typed,
                Integer.toString(word))
            // Outside of a completion bash has something to say against the script's compopt.
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    var said = new String(bash.getInputStream().readAllBytes(), UTF_8).strip();
    assertEquals(0, bash.waitFor(), said);
    assertEquals(completed, said);
  }

  @ParameterizedTest
  @CsvSource({
    "pip,pipelines",
    "pipelines re,replay",
    "send --ur,--url",
    "pipelines list --sta,--state",
    "pipelines list --limit 3 --sta,--state",
    "pipelines list --state FAI,FAILED",
    "completion f,fish",
    "load --plot own.y,own.yaml"
  })
  void fishCompletes(String typed, String completed) throws Exception {
    var fish = InstalledProgram.named("fish");
    assertEquals(0, shell.run("completion", "fish"));
    Path script = Files.writeString(folder.resolve("completion"), shell.out());
    Files.createFile(folder.resolve("own.yaml"));
    Process process =
        new ProcessBuilder(
                fish.path().toString(),
                "--no-config",
                "-c",
                "source $argv[1]; and complete -C $argv[2]",
                script.toString(),
                "hookline " + typed)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .start();
    var said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertEquals(0, process.waitFor(), said);
    assertEquals(
        List.of(completed), said.lines().map(line -> line.replaceFirst("\t.*", "")).toList(), said);
  }

  @Test
  void migrationIsJsonForMachines() throws IOException {
    shell.environment.put("HOOKLINE_DB_URL", "jdbc:postgresql://db/hookline");
    assertEquals(0, shell.run("migrate", "--intake-role", "i", "--worker-role", "w"));
    assertEquals(
        """
        The database schema is up to date.
        Role i is new and may do what serve needs; give it a password.
        Role w may do what worker needs.
        """,
        shell.out());
    assertEquals(0, shell.run("migrate", "--json", "--intake-role", "i", "--worker-role", "w"));
    assertEquals(
        """
        {"schema_version":9,"roles":[{"role":"i","command":"serve","new":true},\
        {"role":"w","command":"worker","new":false}]}
        """,
        shell.out());
  }

  /** Those that run until they are ended log for machines; a script for a shell is one already. */
  private static final Set<String> WITHOUT_JSON = Set.of("up", "serve", "worker", "completion");

  static Stream<String> allCommands() {
    return Stream.concat(commands(), Stream.of("version"));
  }

  @ParameterizedTest
  @MethodSource("allCommands")
  void everyOtherCommandPrintsJson(String words) {
    assertEquals(0, shell.run((words + " --help").split(" ", -1)));
    assertEquals(!WITHOUT_JSON.contains(words), shell.out().contains("--json"), words);
  }

  @Test
  void databaseThatIsAwayIsToldByTheReasonAtTheBottomAndWhatToLookAt() {
    shell.environment.put("HOOKLINE_DB_URL", "jdbc:postgresql://db/hookline");
    commands.insteadOfInspection =
        new StoreUnavailableException(
            "the database is not available: 08001",
            new IllegalStateException("no connection", new ConnectException("Refused\nagain")));
    assertEquals(1, shell.run("audit"));
    assertEquals(
        List.of(
            "hookline: the database is away: ConnectException: Refused; is it as db.url and db.user"
                + " say? (see hookline config)"),
        shell.err());
  }

  @Test
  void coloursAreForTerminalsThatWantThem() {
    assertEquals(0, shell.run("config"));
    assertFalse(shell.out().contains("\u001b"), shell.out());
    shell.atTerminal();
    assertEquals(0, shell.run("config"));
    assertTrue(shell.out().startsWith("\u001b[1mKEY"), shell.out());
    assertEquals(0, shell.run("send", "--help"));
    assertTrue(shell.out().contains("\u001b["), shell.out());
    for (var variable : List.of("NO_COLOR=1", "TERM=dumb")) {
      String[] both = variable.split("=", -1);
      shell.environment.put(both[0], both[1]);
      for (String line : List.of("config", "send --help")) {
        assertEquals(0, shell.run(line.split(" ", -1)));
        assertFalse(shell.out().contains("\u001b"), variable);
      }
      shell.environment.remove(both[0]);
    }
  }

  static Stream<String> examples() {
    return Manual.EXAMPLES.values().stream().flatMap(List::stream);
  }

  @ParameterizedTest
  @MethodSource("examples")
  void everyExampleIsRightlyUsed(String example) throws IOException {
    shell.environment.put("HOOKLINE_GITHUB_SECRETS", "github-secret-012345");
    shell.environment.put("HOOKLINE_LINEAR_SECRETS", "linear-secret-012345");
    shell.environment.put("HOOKLINE_DB_URL", "jdbc:postgresql://db/hookline");
    shell.environment.put("HOOKLINE_RECONCILE_GITHUB_TOKEN", "token");
    shell.environment.put("HOOKLINE_HTTP_PORT", "1");
    Files.writeString(folder.resolve("hookline.yaml"), "hookline: {}");
    Files.writeString(folder.resolve("body.json"), "{}");
    String[] words =
        Pattern.compile("'([^']*)'|(\\S+)")
            .matcher(
                example
                    .replaceFirst("^.*?hookline ", "")
                    .replaceFirst(" \\| .*", "")
                    .replace(")", ""))
            .results()
            .map(word -> word.group(1) == null ? word.group(2) : word.group(1))
            .toArray(String[]::new);
    assertNotEquals(ExitCode.USAGE, shell.run(words), () -> shell.err().toString());
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyCommandTellsHowItEndsAndHowItIsUsed(String words) {
    String[] arguments = (words + " --help").split(" ", -1);
    assertEquals(0, shell.run(arguments));
    assertTrue(shell.out().contains("Exit codes:"), shell::out);
    assertTrue(shell.out().contains("Examples:"), shell::out);
  }

  static Stream<String> commands() {
    return Manual.EXAMPLES.keySet().stream();
  }
}
