package dev.hookline.http.github;

import static dev.hookline.testing.Samples.NOON;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.application.standardize.Standardization.Unusable;
import dev.hookline.domain.error.WebhookError.EventStandardizationError.InvalidPayloadError;
import dev.hookline.domain.error.WebhookError.EventStandardizationError.RepositoryContextError;
import dev.hookline.domain.error.WebhookError.UnsupportedEventError;
import dev.hookline.domain.event.RepositoryContext;
import dev.hookline.domain.event.StandardizedEvent;
import dev.hookline.http.provider.RepositoryMapping;
import dev.hookline.http.testing.Deliveries;
import dev.hookline.http.testing.Mutations;
import dev.hookline.http.testing.Reading;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class GitHubHandlerTest {
  private static final String RECEIVED = NOON.toString();
  private static final String REPOSITORY =
      """
      "repository":{"id":1,"name":"widgets","full_name":"octo/widgets","default_branch":"main",
        "owner":{"login":"octo","id":2},"archived":false,"disabled":false,"pushed_at":"2026-02-01T10:00:00Z"},
      "sender":{"login":"mona","type":"User"}\
      """;

  private static final String PULL_REQUEST =
      """
      "pull_request":{"number":7,"title":"Faster","body":null,"draft":false,"merged":true,
        "html_url":"https://github.com/octo/widgets/pull/7","author_association":"MEMBER",
        "created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-02T00:00:00Z",
        "closed_at":"2026-01-03T00:00:00Z","merged_at":"2026-01-04T00:00:00Z",
        "head":{"ref":"fast","sha":"h1","repo":null},"base":{"ref":"main","sha":"b1"}}\
      """;

  private final Reading reading = Reading.all(new GitHubDialect());

  private static Deliveries delivery(String event, String fields) {
    return Deliveries.from("github")
        .header("X-GitHub-Event", event)
        .header("X-GitHub-Delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958")
        .header("User-Agent", "GitHub-Hookshot/044aadd")
        .header("X-Hub-Signature-256", "sha256=00")
        .header("Authorization", "Basic x")
        .json("{" + fields + "}");
  }

  private static Deliveries withRepository(String event, String fields) {
    return delivery(event, fields + "," + REPOSITORY);
  }

  /** Event, fields beside the repository, request, time, metadata that must be there. */
  static Stream<Arguments> events() {
    return Stream.of(
        Arguments.of(
            "issue_comment",
            """
            "action":"created","issue":{"number":3,"title":"Broken","pull_request":{"url":"u"}},
            "comment":{"id":9007199254740993,"body":"please fix","created_at":"2026-01-01T01:00:00+01:00",
              "updated_at":"2026-01-05T00:00:00Z","author_association":"OWNER","html_url":"https://x/1",
              "performed_via_github_app":{"slug":"helper"}}\
            """,
            "please fix",
            "2026-01-01T00:00:00Z",
            Map.of(
                "action",
                "created",
                "issue_number",
                "3",
                "is_pull_request",
                "true",
                "author_association",
                "OWNER",
                "comment_id",
                "9007199254740993",
                "performed_via_app",
                "helper")),
        Arguments.of(
            "issue_comment",
            """
            "action":"edited","issue":{"number":3},"changes":{"body":{"from":"plese fix"}},
            "comment":{"body":"please fix","created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-05T00:00:00Z"}\
            """,
            "please fix",
            "2026-01-05T00:00:00Z",
            Map.of("is_pull_request", "false", "previous_body", "plese fix")),
        Arguments.of(
            "issue_comment",
            """
            "action":"deleted","issue":{"number":3},
            "comment":{"body":"oops","created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-05T00:00:00Z"}\
            """,
            "oops",
            RECEIVED,
            Map.of("action", "deleted")),
        Arguments.of(
            "pull_request",
            "\"action\":\"closed\",\"number\":7," + PULL_REQUEST,
            "Faster",
            "2026-01-04T00:00:00Z",
            Map.of(
                "pull_request_number",
                "7",
                "head_ref",
                "fast",
                "head_sha",
                "h1",
                "base_ref",
                "main",
                "draft",
                "false",
                "merged",
                "true",
                "author_association",
                "MEMBER")),
        Arguments.of(
            "pull_request",
            "\"action\":\"labeled\",\"label\":{\"name\":\"bug\"},\"assignee\":{\"login\":\"hubot\"},"
                + PULL_REQUEST,
            "Faster",
            "2026-01-02T00:00:00Z",
            Map.of("label", "bug", "assignee", "hubot")),
        Arguments.of(
            "push",
            """
            "ref":"refs/heads/main","before":"b0","after":"a0","created":false,"deleted":false,"forced":true,
            "compare":"https://x/compare","pusher":{"name":"mona"},"base_ref":null,
            "head_commit":{"message":"Fix it","timestamp":"2020-01-01T00:00:00-04:00"}\
            """,
            "Fix it",
            "2026-02-01T10:00:00Z",
            Map.of(
                "ref",
                "refs/heads/main",
                "before",
                "b0",
                "after",
                "a0",
                "created",
                "false",
                "deleted",
                "false",
                "forced",
                "true",
                "compare",
                "https://x/compare")),
        Arguments.of(
            "push",
            """
            "ref":"refs/tags/v1","before":"a0","after":"0000000000000000000000000000000000000000",
            "created":false,"deleted":true,"head_commit":null,"commits":[]\
            """,
            null,
            "2026-02-01T10:00:00Z",
            Map.of("deleted", "true", "ref", "refs/tags/v1")),
        Arguments.of(
            "issues",
            """
            "action":"labeled","label":{"name":"bug"},"assignee":{"login":"hubot"},
            "issue":{"number":3,"title":"Broken","body":" ","updated_at":"2026-01-02T00:00:00Z"}\
            """,
            "Broken",
            "2026-01-02T00:00:00Z",
            Map.of("issue_number", "3", "label", "bug", "assignee", "hubot")),
        Arguments.of(
            "pull_request_review",
            "\"action\":\"submitted\",\"review\":{\"body\":null,\"state\":\"approved\",\"submitted_at\":\"2026-01-06T00:00:00Z\"},"
                + PULL_REQUEST,
            null,
            "2026-01-06T00:00:00Z",
            Map.of("review_state", "approved", "pull_request_number", "7")),
        Arguments.of(
            "pull_request_review_comment",
            """
            "action":"created","comment":{"body":"why?","path":"a.txt","line":12,"in_reply_to_id":5,
              "updated_at":"2026-01-06T00:00:00Z"},\
            """
                + PULL_REQUEST,
            "why?",
            "2026-01-06T00:00:00Z",
            Map.of("path", "a.txt", "line", "12", "in_reply_to_id", "5")),
        Arguments.of(
            "commit_comment",
            "\"action\":\"created\",\"comment\":{\"body\":\"nice\",\"commit_id\":\"c1\",\"updated_at\":\"2026-01-06T00:00:00Z\"}",
            "nice",
            "2026-01-06T00:00:00Z",
            Map.of("commit_id", "c1")),
        Arguments.of(
            "discussion",
            "\"action\":\"created\",\"discussion\":{\"number\":4,\"title\":\"T\",\"body\":\"B\",\"updated_at\":\"2026-01-06T00:00:00Z\"}",
            "B",
            "2026-01-06T00:00:00Z",
            Map.of("discussion_number", "4")),
        Arguments.of(
            "discussion_comment",
            "\"action\":\"created\",\"discussion\":{\"number\":4,\"body\":\"B\"},\"comment\":{\"body\":\"C\",\"updated_at\":\"2026-01-06T00:00:00Z\"}",
            "C",
            "2026-01-06T00:00:00Z",
            Map.of("discussion_number", "4")),
        Arguments.of(
            "check_run",
            """
            "action":"requested_action","requested_action":{"identifier":"fix"},
            "check_run":{"conclusion":"failure","head_sha":"h1","started_at":"2026-01-06T00:00:00Z","completed_at":null,
              "pull_requests":[{"number":1},{"number":2}]}\
            """,
            null,
            "2026-01-06T00:00:00Z",
            Map.of(
                "conclusion",
                "failure",
                "head_sha",
                "h1",
                "requested_action",
                "fix",
                "pull_requests",
                "[1, 2]")),
        Arguments.of(
            "check_suite",
            "\"action\":\"completed\",\"check_suite\":{\"conclusion\":\"success\",\"head_sha\":\"h1\",\"updated_at\":\"2026-01-06T00:00:00Z\",\"pull_requests\":[]}",
            null,
            "2026-01-06T00:00:00Z",
            Map.of("conclusion", "success", "head_sha", "h1")),
        Arguments.of(
            "workflow_run",
            "\"action\":\"completed\",\"workflow_run\":{\"conclusion\":\"success\",\"run_attempt\":2,\"head_branch\":\"main\",\"updated_at\":\"2026-01-06T00:00:00Z\"}",
            null,
            "2026-01-06T00:00:00Z",
            Map.of("conclusion", "success", "run_attempt", "2", "head_branch", "main")),
        Arguments.of(
            "workflow_job",
            "\"action\":\"completed\",\"workflow_job\":{\"conclusion\":\"success\",\"run_attempt\":1,\"completed_at\":\"2026-01-06T00:00:00Z\"}",
            null,
            "2026-01-06T00:00:00Z",
            Map.of("conclusion", "success", "run_attempt", "1")),
        Arguments.of(
            "workflow_dispatch",
            "\"ref\":\"refs/heads/main\",\"workflow\":\".github/workflows/a.yml\",\"inputs\":{\"n\":\"1\"}",
            null,
            RECEIVED,
            Map.of("ref", "refs/heads/main", "inputs", "{\"n\":\"1\"}")),
        Arguments.of(
            "repository_dispatch",
            "\"action\":\"any thing\",\"branch\":\"main\",\"client_payload\":{\"a\":[1]}",
            null,
            RECEIVED,
            Map.of("action", "any thing", "branch", "main", "client_payload", "{\"a\":[1]}")),
        Arguments.of(
            "release",
            "\"action\":\"published\",\"release\":{\"tag_name\":\"v1\",\"body\":\"\",\"published_at\":\"2026-01-06T00:00:00Z\",\"created_at\":\"2026-01-05T00:00:00Z\"}",
            null,
            "2026-01-06T00:00:00Z",
            Map.of("tag_name", "v1")),
        Arguments.of(
            "create",
            "\"ref\":\"v1\",\"ref_type\":\"tag\",\"master_branch\":\"main\"",
            null,
            "2026-02-01T10:00:00Z",
            Map.of("ref", "v1", "ref_type", "tag")),
        Arguments.of(
            "delete",
            "\"ref\":\"old\",\"ref_type\":\"branch\",\"pusher_type\":\"user\"",
            null,
            "2026-02-01T10:00:00Z",
            Map.of("ref", "old", "ref_type", "branch")),
        Arguments.of(
            "installation",
            """
            "action":"created","installation":{"id":1,"account":{"login":"octo"},"updated_at":1767657600},
            "repositories":[{"full_name":"octo/a"}]\
            """,
            null,
            "2026-01-06T00:00:00Z",
            Map.of("account", "octo", "repositories", "[octo/a]")),
        Arguments.of(
            "installation_repositories",
            """
            "action":"added","installation":{"id":1,"updated_at":"2026-01-06T00:00:00.000Z"},"repository_selection":"all",
            "repositories_added":[{"full_name":"octo/a"},{"full_name":"octo/b"}],"repositories_removed":[]\
            """,
            null,
            "2026-01-06T00:00:00Z",
            Map.of("repositories_added", "[octo/a, octo/b]")),
        Arguments.of(
            "watch", "\"action\":\"started\"", null, RECEIVED, Map.of("action", "started")));
  }

  @ParameterizedTest
  @MethodSource("events")
  void everyEventIsReadAsGitHubDocumentsIt(
      String event, String fields, String request, String time, Map<String, String> metadata) {
    StandardizedEvent read = reading.event(withRepository(event, fields));
    assertEquals("72d3162e-cc78-11e3-81ab-4c9367dc0958", read.eventId());
    assertEquals(event, read.eventType());
    assertEquals(request, read.userRequest());
    var plain = Reading.plain(read);
    assertEquals("mona", plain.get("sender"));
    assertEquals("User", plain.get("sender_type"));
    assertEquals(time, plain.get("event_timestamp"));
    metadata.forEach((key, value) -> assertEquals(value, plain.get(key), key));
    assertEquals(NOON, read.createdAt());
  }

  @ParameterizedTest
  @MethodSource("events")
  void nothingInAPayloadMakesItThrow(
      String event, String fields, String request, String time, Map<String, String> metadata) {
    for (String mutated : Mutations.of("{" + fields + "," + REPOSITORY + "}")) {
      reading.readAndEncode(delivery(event, "").json(mutated).build());
    }
  }

  @Test
  void absentFieldsLeaveNoKeys() {
    var event = reading.event(withRepository("push", "\"ref\":\"refs/heads/main\""));
    assertEquals(
        List.of("sender", "sender_type", "event_timestamp", "ref"),
        List.copyOf(event.metadata().keySet()));
  }

  @Test
  void aPushWithEpochSecondsAndWithoutSenderIsRead() {
    var event =
        reading.event(
            delivery(
                "push",
                """
                "ref":"refs/heads/main","pusher":{"name":"mona"},"installation":{"id":4294967296},
                "repository":{"name":"widgets","full_name":"octo/widgets","master_branch":"trunk","pushed_at":1557933618,
                  "owner":{"name":"octo","email":"o@example.com"}}\
                """));
    assertEquals(
        new RepositoryContext("octo", "widgets", "trunk", 4294967296L, false), event.repository());
    assertEquals("mona", Reading.plain(event).get("sender"));
    assertEquals("2019-05-15T15:20:18Z", Reading.plain(event).get("event_timestamp"));
  }

  @Test
  void theHeadersThatStayAreGitHubsOwnAndNeverASignature() {
    var headers = reading.event(withRepository("watch", "\"action\":\"started\"")).rawHeaders();
    assertEquals(
        List.of("Content-Type", "User-Agent", "X-GitHub-Delivery", "X-GitHub-Event"),
        List.copyOf(headers.keySet()));
  }

  @Test
  void theJsonInAFormIsThePayload() {
    String json = "{\"action\": \"started\",\n" + REPOSITORY + ", \"zen\": \"ä+b & c=d%\"}";
    var event = reading.event(delivery("watch", "").formPayload(json));
    assertEquals(json, new String(event.rawPayload().bytes(), StandardCharsets.UTF_8));
    assertEquals("octo/widgets", event.repository().fullName());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "payload=",
        "payload=%",
        "payload=%7B%7",
        "payload=[]",
        "payload=%ff",
        "other=%7B%7D",
        "payload=%7B%7D&payload=%7B%7D"
      })
  void aFormWithoutOnePayloadIsMalformed(String form) {
    reading.refused(InvalidPayloadError.class, delivery("watch", "").form(form));
  }

  @Test
  void pingIsAnsweredAndStartsNothing() {
    assertEquals(
        Map.of("status", "pong"),
        reading.handshake(
            delivery("ping", "\"zen\":\"Keep it logically awesome.\",\"hook_id\":1")));
    assertEquals(
        Map.of("status", "pong"),
        reading.handshake(delivery("ping", "").formPayload("{\"zen\":\"x\"}")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"zen\":\"x\"", "\"hook_id\":1", "\"hook\":{\"id\":1}"})
  void whatOnlyPingsHaveMakesAPing(String field) {
    var none = Reading.only(new GitHubDialect(), List.of("push"));
    assertEquals(Map.of("status", "pong"), none.handshake(withRepository("ping", field)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"a\":1",
        "\"zen\":null",
        "\"ref\":\"refs/heads/main\"",
        "\"action\":\"created\",\"issue\":{},\"comment\":{}",
        "\"action\":\"deleted\",\"hook_id\":1,\"hook\":{\"id\":1}"
      })
  void anythingElseUnderThatNameIsMalformed(String fields) {
    var none = Reading.only(new GitHubDialect(), List.of("push"));
    none.refused(InvalidPayloadError.class, withRepository("ping", fields));
  }

  @Test
  void whatIsMalformedKeepsTheIdAndTheNameThatItsHeadersGive() {
    for (Deliveries odd :
        List.of(
            delivery("push", "").json("["),
            delivery("push", "").form("payload=%"),
            withRepository("push", "\"after\":\"a\""))) {
      assertEquals(
          new Unusable(
              reading.refused(InvalidPayloadError.class, odd),
              Optional.of("push"),
              Optional.of("72d3162e-cc78-11e3-81ab-4c9367dc0958")),
          reading.unusable(odd));
    }
    var twice = reading.unusable(delivery("push", "").header("X-GitHub-Event", "ping").json("["));
    assertEquals(Optional.empty(), twice.eventType());
    assertEquals(Optional.of("72d3162e-cc78-11e3-81ab-4c9367dc0958"), twice.eventId());
    for (String odd : List.of("", "a b", "x".repeat(201))) {
      var unreadable =
          reading.unusable(
              delivery("push", "")
                  .without("X-GitHub-Delivery")
                  .header("X-GitHub-Delivery", odd)
                  .json("["));
      assertEquals(Optional.of("push"), unreadable.eventType());
      assertEquals(Optional.empty(), unreadable.eventId());
    }
  }

  @Test
  void withoutEventOrDeliveryIdItIsMalformed() {
    String fields = "\"action\":\"started\"";
    for (String header : List.of("X-GitHub-Event", "X-GitHub-Delivery")) {
      reading.refused(InvalidPayloadError.class, withRepository("watch", fields).without(header));
      reading.refused(
          InvalidPayloadError.class, withRepository("watch", fields).header(header, "again"));
      for (String odd : List.of("", " ", "a b", "ä", "a\u0000", "x".repeat(201))) {
        reading.refused(
            InvalidPayloadError.class,
            withRepository("watch", fields).without(header).header(header, odd));
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "issue_comment|\"issue\":{}",
        "issue_comment|\"comment\":{}",
        "pull_request|\"number\":1",
        "pull_request|\"pull_request\":{},\"review\":{}",
        "push|\"after\":\"a\"",
        "push|\"ref\":\"v1\",\"ref_type\":\"tag\"",
        "issues|\"issue\":{},\"comment\":{}",
        "pull_request_review|\"pull_request\":{}",
        "commit_comment|\"comment\":{},\"issue\":{}",
        "release|\"action\":\"published\"",
        "release|\"release\":null",
        "workflow_run|\"workflow_job\":{}",
        "create|\"ref\":\"x\"",
        "create|\"ref\":\"x\",\"ref_type\":\"tag\"",
        "installation|\"installation\":{\"id\":1}",
        "ping|\"ref\":\"refs/heads/main\"",
        "installation_repositories|\"installation\":{}"
      })
  void aBodyOfAnotherEventIsMalformed(String event, String fields) {
    reading.refused(InvalidPayloadError.class, withRepository(event, fields));
  }

  @Test
  void anEventThatIsNotSwitchedOnIsUnsupported() {
    var defaults = Reading.only(new GitHubDialect(), List.of("push", "release.published"));
    assertEquals(
        "release.edited",
        defaults
            .refused(
                UnsupportedEventError.class,
                withRepository("release", "\"action\":\"edited\",\"release\":{}"))
            .eventType());
    assertEquals(
        "repository_dispatch",
        defaults
            .refused(
                UnsupportedEventError.class,
                withRepository("repository_dispatch", "\"action\":\"a b\",\"branch\":\"main\""))
            .eventType());
    defaults.event(withRepository("release", "\"action\":\"published\",\"release\":{}"));
    defaults.event(withRepository("push", "\"ref\":\"r\""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"release", "watch", "issues", "installation"})
  void whatIsNotSwitchedOnIsUnsupportedWhateverStandsInIt(String event) {
    var defaults =
        Reading.only(new GitHubDialect(), new GitHubDialect().profile().supportedEvents());
    var unusable =
        defaults.unusable(
            delivery(event, "\"repository\":{\"name\":\"w\",\"owner\":{\"login\":\"o\"}}"));
    assertEquals(
        new Unusable(
            new UnsupportedEventError(event),
            Optional.of(event),
            Optional.of("72d3162e-cc78-11e3-81ab-4c9367dc0958")),
        unusable);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"a\":1",
        "\"repository\":null",
        "\"repository\":\"octo/widgets\"",
        "\"repository\":{\"name\":\"widgets\"}",
        "\"repository\":{\"name\":\"wid gets\",\"owner\":{\"login\":\"octo\"}}",
        "\"repository\":{\"name\":\"widgets\",\"owner\":{\"login\":\"o/c\"}}",
        "\"repository\":{\"full_name\":\"octo/\"}",
        "\"repositories\":[{\"full_name\":\"octo/a\"}]"
      })
  void withoutARepositoryThereIsNoContext(String fields) {
    reading.refused(RepositoryContextError.class, delivery("watch", fields));
  }

  @ParameterizedTest
  @CsvSource({
    "write, false, false, true",
    "write, true, false, false",
    "write, false, true, false",
    "read, false, false, false",
    "admin, false, false, false"
  })
  void onlyPermissionsProveThatTheInstallationMayWrite(
      String contents, boolean archived, boolean disabled, boolean canWrite) {
    var event =
        reading.event(
            delivery(
                "watch",
                """
                "installation":{"id":5,"permissions":{"contents":"%s"}},
                "repository":{"name":"widgets","owner":{"login":"octo"},"archived":%s,"disabled":%s}\
                """
                    .formatted(contents, archived, disabled)));
    assertEquals(new RepositoryContext("octo", "widgets", null, 5L, canWrite), event.repository());
  }

  @Test
  void aConfiguredRuleSpeaksOverThePayload() {
    var rule =
        new RepositoryMapping(
            Map.of("repository", "Octo/*"),
            Optional.empty(),
            Optional.of("trunk"),
            Optional.of(99L),
            Optional.of(true));
    var configured = Reading.all(new GitHubDialect(), rule);
    var event = configured.event(withRepository("watch", "\"installation\":{\"id\":1}"));
    assertEquals(new RepositoryContext("octo", "widgets", "trunk", 99L, true), event.repository());
    var other =
        configured.event(delivery("watch", "\"repository\":{\"full_name\":\"cat/widgets\"}"));
    assertEquals(new RepositoryContext("cat", "widgets", null, null, false), other.repository());
  }

  @Test
  void theDeliveryIdIsTheKey() {
    assertEquals(
        "72d3162e-cc78-11e3-81ab-4c9367dc0958",
        reading.key(withRepository("watch", "\"action\":\"started\"")));
  }

  @Test
  void theTenantIsTheInstallationElseTheOwner() {
    assertEquals(
        "42", reading.understood(withRepository("watch", "\"installation\":{\"id\":42}")).tenant());
    assertEquals(
        "owner/octo",
        reading.understood(withRepository("watch", "\"action\":\"started\"")).tenant());
  }

  @Test
  void nulAndUnpairedSurrogatesInTheRequestAreCleaned() {
    var event =
        reading.event(
            withRepository(
                "issues", "\"issue\":{\"body\":\"a\\u0000b\\ud800\",\"number\":1e400000000}"));
    assertEquals("a\uFFFDb\uFFFD", event.userRequest());
    assertFalse(event.metadata().containsKey("issue_number"));
    assertTrue(event.metadata().containsKey("event_timestamp"));
  }

  @Test
  void aRequestOfNothingButSpaceIsNone() {
    assertNull(
        reading.event(withRepository("release", "\"release\":{\"body\":\" \\n\"}")).userRequest());
  }
}
