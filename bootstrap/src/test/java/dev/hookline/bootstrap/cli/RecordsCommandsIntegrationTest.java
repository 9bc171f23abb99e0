package dev.hookline.bootstrap.cli;

import static dev.hookline.testing.Samples.GITHUB;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.hookline.application.pipeline.NewPipeline;
import dev.hookline.application.pipeline.PipelineStore;
import dev.hookline.bootstrap.run.Processes;
import dev.hookline.domain.delivery.Delivery;
import dev.hookline.domain.delivery.DeliveryKey;
import dev.hookline.domain.delivery.Headers;
import dev.hookline.domain.delivery.RawBody;
import dev.hookline.domain.event.MetadataValue;
import dev.hookline.domain.event.RepositoryContext;
import dev.hookline.domain.event.StandardizedEvent;
import dev.hookline.domain.pipeline.Pipeline;
import dev.hookline.domain.pipeline.PipelineId;
import dev.hookline.http.json.JacksonEventFormat;
import dev.hookline.persistence.Database;
import dev.hookline.testing.Samples;
import dev.hookline.testing.TestDatabase;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that look after what is on record, from their arguments to PostgreSQL and back. */
class RecordsCommandsIntegrationTest {
  private static final Instant OLD = Instant.parse("2001-02-03T12:00:00Z");

  @TempDir private Path folder = Path.of("");
  private final TestDatabase server = TestDatabase.create();
  private final Database database = Database.open(server.settings(), new Random(1));
  private final PipelineStore store = database.pipelines(new JacksonEventFormat());
  private Shell shell = new Shell(Path.of(""), new FakeCommands());
  private int count;

  @BeforeEach
  void migrate() {
    database.migrate();
    open();
  }

  private void open() {
    shell = new Shell(folder, new Processes(Clock.systemUTC()));
    shell.environment.put("HOOKLINE_DB_URL", server.url());
    Optional.ofNullable(server.user()).ifPresent(u -> shell.environment.put("HOOKLINE_DB_USER", u));
    Optional.ofNullable(server.password())
        .ifPresent(p -> shell.environment.put("HOOKLINE_DB_PASSWORD", p));
  }

  @AfterEach
  void close() {
    database.close();
    server.close();
  }

  private static String body(int issue) {
    return """
    {"action":"created","issue":{"number":%d},"comment":{"id":7,"body":"look"},\
    "repository":{"name":"widgets","full_name":"octo/widgets","owner":{"login":"octo"},\
    "default_branch":"main"},"sender":{"login":"octocat","type":"User"},"installation":{"id":42}}\
    """
        .formatted(issue);
  }

  /** A comment as an earlier build might have read it, accepted at that time. */
  private String received(Instant at, String event) {
    var delivery =
        new Delivery(
            GITHUB,
            Headers.ofSingle(
                Map.of(
                    "Content-Type",
                    "application/json",
                    "X-GitHub-Event",
                    event,
                    "X-GitHub-Delivery",
                    "d-" + ++count)),
            RawBody.of(body(count).getBytes(UTF_8)),
            at,
            "");
    var then =
        new StandardizedEvent(
            "d-" + count,
            GITHUB,
            event,
            new RepositoryContext("acme", "widgets", "main", 42L, false),
            "look",
            at,
            Map.of("sender", new MetadataValue.Text("hubot\u001b[31m")),
            delivery.headers().select(_ -> true),
            delivery.body());
    var id = new PipelineId(Samples.uuid(at));
    store.accept(
        new NewPipeline(
            Pipeline.received(id, then), delivery, new DeliveryKey(then.eventId()), true),
        Duration.ofSeconds(10));
    return id.toString();
  }

  private String failed(Instant at, String event) {
    String id = received(at, event);
    server.execute(
        """
        UPDATE pipeline
        SET state = 'FAILED', attempts = 1, error = 'gone',
          history = history || '{"state": "FAILED", "at": "2001-02-03T12:00:00Z", "attempt": 1}'
        WHERE id = '%1$s';
        DELETE FROM outbox_message WHERE pipeline_id = '%1$s';
        INSERT INTO dead_letter VALUES ('%1$s')
        """
            .formatted(id));
    return id;
  }

  private int run(String line) {
    return shell.run(line.split(" ", -1));
  }

  private JsonNode json() throws IOException {
    return JsonMapper.builder().build().readTree(shell.out());
  }

  private boolean prints(String pattern) {
    return shell.out().lines().anyMatch(line -> line.matches(pattern));
  }

  @Test
  void dryRunShowsWhatReadsOtherwiseAndChangesNothing() throws IOException {
    String failed = failed(OLD, "issue_comment");
    received(OLD, "issue_comment");
    String starred = failed(OLD, "star");
    String before = server.query("SELECT string_agg(p::text, '') FROM pipeline p");

    assertEquals(0, run("pipelines replay --service github --dry-run"));

    assertTrue(prints("would be replayed +1"), shell.out());
    assertTrue(prints("of which read otherwise today +1"), shell.out());
    assertTrue(prints("still open, left alone +1"), shell.out());
    assertTrue(prints("unreadable today +1"), shell.out());
    assertTrue(prints(failed + " +repository.owner +\"acme\" +\"octo\""), shell.out());
    assertTrue(prints(failed + " +metadata.sender +\"hubot\\?\\[31m\" +\"octocat\""), shell.out());
    assertTrue(prints(failed + " +metadata.action +- +\"created\""), shell.out());
    assertTrue(prints(starred + " +UnsupportedEventError: .*star.*"), shell.out());
    assertEquals(before, server.query("SELECT string_agg(p::text, '') FROM pipeline p"));

    assertEquals(0, run("pipelines replay --state failed --limit 1 --dry-run --json"));
    assertEquals(1, json().path("replayable").asInt());
    assertEquals(1, json().path("unreadable").asInt());
    assertEquals(1, json().path("omitted").asInt());
    assertEquals(List.of("hookline: 1 more are not shown; raise --limit"), shell.err());

    assertEquals(0, run("pipelines replay %s --dry-run --json".formatted(failed)));
    JsonNode pipeline = json().path("pipelines").path(0);
    assertEquals(failed, pipeline.path("pipeline_id").asText());
    assertEquals(
        "{\"field\":\"repository.owner\",\"then\":\"acme\",\"now\":\"octo\"}",
        pipeline.path("differences").path(0).toString());

    String nowhere = "01934f5e-0000-7000-8000-000000000001";
    assertEquals(3, run("pipelines replay %s %s --dry-run".formatted(failed, nowhere)));
    assertTrue(prints("not found +1"), shell.out());
  }

  @Test
  void replayByFilterTellsWhatItCouldNotReplay() {
    String failed = failed(OLD, "issue_comment");
    String starred = failed(OLD, "star");
    received(OLD, "issue_comment");

    assertEquals(1, run("pipelines replay --repository acme/widgets"));

    assertEquals("replayed 1\n", shell.out());
    assertEquals(1, shell.err().size(), shell.err()::toString);
    assertTrue(shell.err().getFirst().startsWith("hookline: " + starred), shell.err()::toString);
    assertEquals(0, run("pipelines show " + failed));
    assertTrue(prints("repository +octo/widgets"), shell.out());
    assertTrue(prints(".* FAILED +1.*"), "its history stays: " + shell.out());
    assertEquals(1, run("pipelines replay " + failed));
    assertEquals(0, run("pipelines replay --since 2001-02-03 --state RECEIVED --json"));
    assertEquals("{\"replayed\":0}\n", shell.out());
  }

  @Test
  void limitOfAReplayIsSaid() {
    failed(OLD, "issue_comment");
    failed(OLD, "issue_comment");

    assertEquals(0, run("pipelines replay --state FAILED --limit 1"));
    assertEquals(
        List.of("hookline: there may be more; that was as many as --limit allows"), shell.err());
  }

  @Test
  void auditSaysEachInvariantInALine() throws IOException {
    failed(OLD, "issue_comment");
    String open = received(OLD, "issue_comment");

    assertEquals(0, run("audit"));
    assertTrue(prints("ok      2 events have their pipeline"), shell.out());
    assertTrue(prints("ok      1 open pipelines have their outbox messages"), shell.out());
    assertEquals(13, shell.out().lines().count());

    server.execute("TRUNCATE outbox_message");
    assertEquals(1, run("audit --deep"));
    assertTrue(
        prints(
            "BROKEN  1 open pipelines have fewer or more outbox messages than they count: " + open),
        shell.out());
    assertEquals(14, shell.out().lines().count());

    assertEquals(1, run("audit --json"));
    assertEquals(1, json().path("broken").asInt());
    JsonNode invariant = json().path("invariants").path(5);
    assertEquals(
        "{\"name\":\"open_pipeline_has_messages\",\"checked\":1,\"violations\":1,\"examples\":[\"%s\"]}"
            .formatted(open),
        invariant.toString());
  }

  @Test
  void pruneDropsWhatItsDryRunHasListed() throws IOException {
    Instant next = OLD.plus(Duration.ofDays(1));
    failed(OLD, "issue_comment");
    received(next, "issue_comment");
    failed(next, "issue_comment");

    assertEquals(0, run("prune --older-than P30D --dry-run"));
    assertTrue(prints("2001-02-03 +1 +0 +1 +0 .* go"), shell.out());
    assertTrue(prints("2001-02-04 +2 +1 +2 +0 .* stay: something is open"), shell.out());
    assertTrue(prints("before .*: 1 days would go with 1 pipelines, .*; 1 days would stay"));

    assertEquals(0, run("prune --older-than 2001-02-04 --dry-run --json"));
    assertEquals("2001-02-04", json().path("first_kept").asText());
    assertEquals(1, json().path("days").size());
    assertEquals("3", server.query("SELECT count(*) FROM pipeline"));

    assertEquals(0, run("prune --older-than PT0S"));
    assertTrue(prints("2001-02-04 stays: something is open in it"), shell.out());
    assertTrue(prints("before .*: dropped 1 days, 1 delivery keys, 0 refused deliveries"));

    assertEquals(0, run("prune --older-than 2001-02-05T00:00:00Z --json"));
    assertEquals(
        "{\"first_kept\":\"2001-02-05\",\"dropped\":[],\"open\":[\"2001-02-04\"],\"busy\":[],\"keys\":0,\"refused\":0}\n",
        shell.out());
    assertEquals(0, run("audit"));
  }

  @Test
  void anAgeCountsFromTheDatabasesClockHoweverItIsWritten() throws IOException {
    assertEquals(0, run("prune --older-than P1D --dry-run --json"));
    String firstKept = json().path("first_kept").asText();
    // The shell's own clock stands still on a day of the past.
    assertEquals(0, run("prune --older-than 1d --dry-run --json"));
    assertEquals(firstKept, json().path("first_kept").asText());
  }

  @Test
  void whatARoleMayNotDoIsSaidInALine() {
    String intake = server.nameRole("intake");
    String worker = server.nameRole("worker");
    assertEquals(0, run("migrate --intake-role %s --worker-role %s".formatted(intake, worker)));
    loginAs(intake);
    for (String line : List.of("audit", "prune --older-than P30D")) {
      assertEquals(1, run(line), line);
      assertEquals(
          List.of(
              "hookline: db.user may not do this; the owner of the schema may, and so may the role"
                  + " that migrate --worker-role names"),
          shell.err());
    }
    loginAs(worker);
    assertEquals(0, run("audit"), () -> shell.err().toString());
    assertEquals(1, run("pipelines replay --state FAILED"));
    assertEquals(
        List.of(
            "hookline: db.user may not do this; the owner of the schema may, and so may the role"
                + " that migrate --intake-role names"),
        shell.err());
  }

  private void loginAs(String role) {
    shell.environment.put("HOOKLINE_DB_USER", role);
    shell.environment.put(
        "HOOKLINE_DB_PASSWORD", requireNonNull(server.settings(role).password()).get());
  }

  @Test
  void whatIsNotThereIsAnErrorBodyForMachines() throws IOException {
    String nobodys = "01934f5e-0000-7000-8000-000000000001";
    for (String line :
        List.of(
            "pipelines show " + nobodys, "refused show " + nobodys, "refused replay " + nobodys)) {
      assertEquals(3, run(line + " --json"), line);
      assertEquals("NotFoundError", json().path("error").asText(), line);
      assertTrue(json().path("message").asText().contains(nobodys), shell.out());
      assertTrue(json().path("request_id").isNull(), shell.out());
      assertEquals(1, shell.err().size(), line);
      assertEquals(3, run(line), line);
      assertEquals("", shell.out(), line);
    }
  }

  private static final String CLEAR = "\r\u001b[K";

  @Test
  void progressIsForTerminalsAndPeople() {
    String first = failed(OLD, "issue_comment");
    String second = failed(OLD, "issue_comment");
    failed(OLD, "issue_comment");
    List<String> lines =
        List.of("audit", "pipelines replay %s %s".formatted(first, second), "audit --json");
    for (String line : lines) {
      assertEquals(0, run(line + (line.startsWith("pipelines") ? " --dry-run" : "")));
      assertEquals("", shell.rawErr(), line);
    }
    shell.atTerminal();
    assertEquals(0, run("audit --json"));
    assertEquals("", shell.rawErr());
    assertEquals(0, run("audit"));
    assertTrue(shell.rawErr().startsWith(CLEAR + "[..........] checking"), shell.rawErr());
    assertTrue(shell.rawErr().contains(CLEAR + "[#########.] checking"), shell.rawErr());
    assertTrue(shell.rawErr().endsWith(CLEAR), shell.rawErr());
    assertEquals(0, run("pipelines replay %s %s".formatted(first, second)));
    assertEquals(
        CLEAR
            + "[..........] replaying "
            + first
            + CLEAR
            + "[#####.....] replaying "
            + second
            + CLEAR,
        shell.rawErr());
    assertEquals(0, run("pipelines replay --state FAILED"));
    assertEquals(CLEAR + "replayed 1" + CLEAR, shell.rawErr());
  }

  @Test
  void databaseThatCannotBeReachedIsToldWithWhatToLookAt() throws IOException {
    int nobody;
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobody = socket.getLocalPort();
    }
    shell.environment.put("HOOKLINE_DB_URL", "jdbc:postgresql://127.0.0.1:%d/x".formatted(nobody));
    assertEquals(1, run("audit"));
    assertEquals("", shell.out());
    assertEquals(1, shell.err().size(), shell.err()::toString);
    String said = shell.err().getFirst();
    assertTrue(said.startsWith("hookline: the database is away: "), said);
    assertTrue(said.endsWith("; is it as db.url and db.user say? (see hookline config)"), said);
  }
}
