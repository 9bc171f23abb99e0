package dev.hookline.http.linear;

import static dev.hookline.testing.Samples.NOON;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.hookline.domain.error.WebhookError.EventStandardizationError.InvalidPayloadError;
import dev.hookline.domain.error.WebhookError.EventStandardizationError.RepositoryContextError;
import dev.hookline.domain.error.WebhookError.UnsupportedEventError;
import dev.hookline.domain.event.RepositoryContext;
import dev.hookline.http.provider.Dialect.AcceptedAnswer;
import dev.hookline.http.provider.RepositoryMapping;
import dev.hookline.http.testing.Deliveries;
import dev.hookline.http.testing.Mutations;
import dev.hookline.http.testing.Reading;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class LinearHandlerTest {
  private static final String ENVELOPE =
      """
      ,"createdAt":"2026-02-01T10:00:00.123Z","organizationId":"org-1","webhookId":"hook-1",
      "actor":{"id":"user-1","name":"Mona","type":"user"},"webhookTimestamp":1769940000500}\
      """;

  private static final String ISSUE =
      """
      {"action":"update","type":"Issue","url":"https://linear.app/acme/issue/ENG-7/faster",
       "data":{"id":"issue-1","identifier":"ENG-7","number":7,"title":"Faster","description":"Make it faster",
         "createdAt":"2020-01-01T00:00:00Z","teamId":"team-1","team":{"id":"team-1","key":"ENG","name":"Engineering"},
         "projectId":"project-1","state":{"name":"Todo"},"assigneeId":"user-2","labels":[{"id":"l1","name":"bug"},{"id":"l2","name":"ui"}]},
       "updatedFrom":{"title":"Fast","updatedAt":"2026-01-01T00:00:00Z"}\
      """
          + ENVELOPE;

  private final Reading reading =
      Reading.all(new LinearDialect(), Reading.mapping(Map.of(), "octo/widgets"));

  private static Deliveries delivery(String json) {
    return Deliveries.from("linear")
        .header("Linear-Delivery", "234d1a4e-b617-4388-90fe-adc3633d6b72")
        .header("Linear-Signature", "00")
        .header("Linear-Timestamp", "1769940000500")
        .header("User-Agent", "Linear-Webhook")
        .json(json);
  }

  private static String event(String type, String action, String fields) {
    return "{\"type\":\"%s\",\"action\":\"%s\",%s%s".formatted(type, action, fields, ENVELOPE);
  }

  /** Body, type, request, metadata that must be there. */
  static Stream<Arguments> events() {
    return Stream.of(
        Arguments.of(
            ISSUE,
            "Issue.update",
            "Make it faster",
            Map.ofEntries(
                Map.entry("sender", "user-1"),
                Map.entry("sender_name", "Mona"),
                Map.entry("sender_type", "user"),
                Map.entry("action", "update"),
                Map.entry("identifier", "ENG-7"),
                Map.entry("url", "https://linear.app/acme/issue/ENG-7/faster"),
                Map.entry("team", "ENG"),
                Map.entry("team_id", "team-1"),
                Map.entry("project", "project-1"),
                Map.entry("state", "Todo"),
                Map.entry("assignee", "user-2"),
                Map.entry("labels", "[bug, ui]"),
                Map.entry("changed_fields", "[title, updatedAt]"),
                Map.entry("organization_id", "org-1"),
                Map.entry("webhook_id", "hook-1"))),
        Arguments.of(
            event(
                "Issue",
                "create",
                "\"data\":{\"title\":\"Only a"
                    + " title\",\"description\":null,\"number\":12.0,\"team\":{\"key\":\"OPS\"}}"),
            "Issue.create",
            "Only a title",
            Map.of("identifier", "OPS-12", "team", "OPS")),
        Arguments.of(
            event(
                "Issue",
                "remove",
                "\"url\":\"https://linear.app/acme/issue/WEB-3/gone\",\"data\":{\"title\":\"Gone\"}"),
            "Issue.remove",
            "Gone",
            Map.of("identifier", "WEB-3", "team", "WEB")),
        Arguments.of(
            event(
                "Comment",
                "create",
                "\"data\":{\"body\":\"Do"
                    + " it\",\"issue\":{\"id\":\"i\",\"identifier\":\"ENG-9\",\"team\":{\"key\":\"ENG\"}}}"),
            "Comment.create",
            "Do it",
            Map.of("identifier", "ENG-9", "team", "ENG")),
        Arguments.of(
            event(
                "Comment",
                "update",
                "\"url\":\"https://linear.app/acme/issue/TRI-1/hello-👋#comment-a4\",\"data\":{\"body\":\"Do\",\"issue\":{\"id\":\"i\"}}"),
            "Comment.update",
            "Do",
            Map.of("identifier", "TRI-1", "team", "TRI")),
        Arguments.of(
            event(
                "Comment",
                "create",
                "\"data\":{\"body\":\"On an"
                    + " update\",\"projectUpdate\":{\"id\":\"u\",\"project\":{\"id\":\"project-9\"}}}"),
            "Comment.create",
            "On an update",
            Map.of("project", "project-9")),
        Arguments.of(
            event(
                "ProjectUpdate",
                "create",
                "\"data\":{\"body\":\"On track\",\"project\":{\"id\":\"project-2\"}}"),
            "ProjectUpdate.create",
            "On track",
            Map.of("project", "project-2")),
        Arguments.of(
            event("InitiativeUpdate", "create", "\"data\":{\"body\":\"At risk\"}"),
            "InitiativeUpdate.create",
            "At risk",
            Map.of("action", "create")),
        Arguments.of(
            event(
                "Project",
                "update",
                "\"data\":{\"id\":\"project-3\",\"teamIds\":[\"team-1\",\"team-2\"],\"state\":\"backlog\",\"description\":\"x\"}"),
            "Project.update",
            null,
            Map.of("project", "project-3", "team_ids", "[team-1, team-2]", "state", "backlog")),
        Arguments.of(
            event("Cycle", "create", "\"data\":{\"id\":\"c\",\"teamId\":\"team-5\"}"),
            "Cycle.create",
            null,
            Map.of("team", "team-5", "team_id", "team-5")),
        Arguments.of(
            event(
                "Reaction",
                "create",
                "\"data\":{\"emoji\":\"heart\",\"issue\":{\"identifier\":\"ENG-4\"}}"),
            "Reaction.create",
            null,
            Map.of("identifier", "ENG-4", "team", "ENG")),
        Arguments.of(
            event(
                "IssueSLA",
                "breached",
                "\"issueData\":{\"identifier\":\"ENG-5\",\"team\":{\"key\":\"ENG\",\"id\":\"team-1\"}}"),
            "IssueSLA.breached",
            null,
            Map.of("identifier", "ENG-5", "team", "ENG")),
        Arguments.of(
            event(
                "AgentSessionEvent",
                "created",
                "\"agentSession\":{\"id\":\"s\",\"comment\":{\"body\":\"Please"
                    + " fix\"},\"issue\":{\"identifier\":\"ENG-6\",\"team\":{\"key\":\"ENG\"},\"labels\":[{\"name\":\"bug\"}],\"description\":\"D\"}}"),
            "AgentSessionEvent.created",
            "Please fix",
            Map.of("identifier", "ENG-6", "team", "ENG", "labels", "[bug]")),
        Arguments.of(
            event(
                "AgentSessionEvent",
                "created",
                "\"agentSession\":{\"id\":\"s\",\"issue\":{\"title\":\"T\",\"description\":\""
                    + " \"}}"),
            "AgentSessionEvent.created",
            "T",
            Map.of("entity_id", "s")),
        Arguments.of(
            event(
                "AgentSessionEvent",
                "prompted",
                "\"agentSession\":{\"id\":\"s\",\"comment\":{\"body\":\"Old\"}},\"agentActivity\":{\"content\":{\"body\":\"Also"
                    + " log\"}}"),
            "AgentSessionEvent.prompted",
            "Also log",
            Map.of("action", "prompted")),
        Arguments.of(
            event(
                "AppUserNotification",
                "issueCommentMention",
                "\"notification\":{\"issue\":{\"identifier\":\"ENG-8\",\"team\":{\"key\":\"ENG\"},\"projectId\":\"project-4\",\"title\":\"T\",\"description\":\"D\"},\"comment\":{\"body\":\"Look,"
                    + " please\"}}"),
            "AppUserNotification.issueCommentMention",
            "Look, please",
            Map.of("identifier", "ENG-8", "team", "ENG", "project", "project-4")),
        Arguments.of(
            event(
                "AppUserNotification",
                "issueMention",
                "\"notification\":{\"issue\":{\"identifier\":\"OPS-8\",\"title\":\"T\",\"description\":\"D\"}}"),
            "AppUserNotification.issueMention",
            "D",
            Map.of("identifier", "OPS-8", "team", "OPS")),
        Arguments.of(
            event(
                "AppUserNotification",
                "issueAssignedToYou",
                "\"notification\":{\"issue\":{\"url\":\"https://linear.app/acme/issue/WEB-8/t\",\"title\":\"T\"}}"),
            "AppUserNotification.issueAssignedToYou",
            "T",
            Map.of("identifier", "WEB-8", "team", "WEB")),
        Arguments.of(
            event(
                "AppUserNotification",
                "documentMention",
                "\"notification\":{\"document\":{\"id\":\"d\",\"projectId\":\"project-5\"}}"),
            "AppUserNotification.documentMention",
            null,
            Map.of("project", "project-5")),
        Arguments.of(
            event("OAuthApp", "revoked", "\"oauthClientId\":\"c\""),
            "OAuthApp.revoked",
            null,
            Map.of("action", "revoked")));
  }

  @ParameterizedTest
  @MethodSource("events")
  void everyEventIsReadAsLinearDocumentsIt(
      String json, String type, String request, Map<String, String> metadata) {
    var read = reading.event(delivery(json));
    assertEquals("234d1a4e-b617-4388-90fe-adc3633d6b72", read.eventId());
    assertEquals(type, read.eventType());
    assertEquals(request, read.userRequest());
    var plain = Reading.plain(read);
    assertEquals("2026-02-01T10:00:00.123Z", plain.get("event_timestamp"));
    metadata.forEach((key, value) -> assertEquals(value, plain.get(key), key));
  }

  @ParameterizedTest
  @MethodSource("events")
  void nothingInAPayloadMakesItThrow(
      String json, String type, String request, Map<String, String> metadata) {
    for (String mutated : Mutations.of(json)) {
      reading.readAndEncode(delivery(mutated).build());
    }
  }

  @Test
  void withoutItsOwnTimeAnEventHasThatOfItsSendingOrReceipt() {
    assertEquals(
        "2026-02-01T10:00:00.500Z",
        time("{\"type\":\"Issue\",\"webhookTimestamp\":1769940000500}"));
    assertEquals(NOON.toString(), time("{\"type\":\"Issue\",\"createdAt\":\"yesterday\"}"));
  }

  private String time(String json) {
    return Reading.plain(reading.event(delivery(json))).getOrDefault("event_timestamp", "");
  }

  @Test
  void anAgentsSessionIsSentByItsCreator() {
    String created =
        "{\"type\":\"AgentSessionEvent\",\"action\":\"created\",\"agentSession\":{\"creator\":{\"id\":\"user-3\",\"name\":\"Hubot\"}}}";
    var plain = Reading.plain(reading.event(delivery(created)));
    assertEquals("user-3", plain.get("sender"));
    assertEquals("Hubot", plain.get("sender_name"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"user\":{\"id\":\"user-4\",\"name\":\"Lisa\"},\"content\":{\"user\":{\"id\":\"user-5\",\"name\":\"Omar\"}}}|user-4|Lisa",
        "{\"user\":null,\"userId\":\"user-6\",\"content\":{\"user\":{\"id\":\"user-5\",\"name\":\"Omar\"}}}|user-5|Omar",
        "{\"userId\":\"user-6\",\"content\":{\"body\":\"Go\"}}|user-6|"
      })
  void whereASessionHasNoCreatorWhoWritesToItIsTheSender(
      String activity, String sender, @Nullable String name) {
    String prompted =
        "{\"type\":\"AgentSessionEvent\",\"action\":\"prompted\",\"agentSession\":{\"creator\":%s},\"agentActivity\":%s}";
    var plain = Reading.plain(reading.event(delivery(prompted.formatted("null", activity))));
    assertEquals(sender, plain.get("sender"));
    assertEquals(name, plain.get("sender_name"));
    String creator = "{\"id\":\"user-3\",\"name\":\"Hubot\"}";
    plain = Reading.plain(reading.event(delivery(prompted.formatted(creator, activity))));
    assertEquals("user-3", plain.get("sender"));
    assertEquals("Hubot", plain.get("sender_name"));
  }

  @Test
  void aNotificationIsSentByItsActor() {
    String notification =
        "{\"type\":\"AppUserNotification\",\"action\":\"issueMention\",\"notification\":{\"actorId\":\"user-8\"%s}}";
    var plain =
        Reading.plain(
            reading.event(
                delivery(
                    notification.formatted(",\"actor\":{\"id\":\"user-7\",\"name\":\"Ada\"}"))));
    assertEquals("user-7", plain.get("sender"));
    assertEquals("Ada", plain.get("sender_name"));
    plain = Reading.plain(reading.event(delivery(notification.formatted(""))));
    assertEquals("user-8", plain.get("sender"));
  }

  @Test
  void withoutAnActorThereIsNoSender() {
    var event =
        reading.event(
            delivery("{\"type\":\"Issue\",\"action\":\"create\",\"actor\":null,\"data\":{}}"));
    assertEquals(List.of("action", "event_timestamp"), List.copyOf(event.metadata().keySet()));
    assertNull(event.userRequest());
  }

  @ParameterizedTest
  @CsvSource({"team, ENG", "team, eng", "team, team-1", "project, project-1"})
  void anIssueIsMappedByTeamOrProject(String field, String value) {
    var mapped =
        Reading.all(new LinearDialect(), Reading.mapping(Map.of(field, value), "octo/widgets"));
    assertEquals("octo/widgets", mapped.event(delivery(ISSUE)).repository().fullName());
  }

  @ParameterizedTest
  @CsvSource({"team, OPS", "team, ENG-7", "project, team-1", "channel, ENG", "team, ''"})
  void whatIsNotItsOwnDoesNotMapAnIssue(String field, String value) {
    var mapped =
        Reading.all(new LinearDialect(), Reading.mapping(Map.of(field, value), "octo/widgets"));
    mapped.refused(RepositoryContextError.class, delivery(ISSUE));
  }

  /** Whoever attaches a link, or writes one, must not choose the repository by it. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "Attachment|\"data\":{\"url\":\"https://youtrack.example/issue/OPS-77\"}",
        "Attachment|\"data\":{\"url\":\"https://linear.app/acme/issue/OPS-77\"}",
        "Attachment|\"url\":\"https://linear.app/acme/issue/OPS-77\",\"data\":{\"url\":\"https://linear.app/acme/issue/OPS-77\"}",
        "Document|\"data\":{\"url\":\"https://linear.app/acme/issue/OPS-77\"}",
        "Issue|\"url\":\"https://youtrack.example/issue/OPS-77\",\"data\":{\"id\":\"i\"}",
        "Comment|\"data\":{\"url\":\"https://youtrack.example/acme/issue/OPS-77\"}",
        "Comment|\"data\":{\"url\":\"https://linear.app.example/issue/OPS-77\"}",
        "Comment|\"data\":{\"url\":\"https://linear.app@example.com/issue/OPS-77\"}",
        "Comment|\"data\":{\"url\":\"https://example.com/?https://linear.app/acme/issue/OPS-77\"}",
        "Comment|\"data\":{\"issue\":{\"url\":\"//linear.app/acme/issue/OPS-77\"}}"
      })
  void anAddressThatLinearDidNotMakeNamesNoTeam(String type, String fields) {
    Deliveries linked = delivery(event(type, "create", fields));
    var plain = Reading.plain(reading.event(linked));
    assertNull(plain.get("identifier"));
    assertNull(plain.get("team"));
    Reading.all(new LinearDialect(), Reading.mapping(Map.of("team", "OPS"), "octo/ops"))
        .refused(RepositoryContextError.class, linked);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "Comment|\"data\":{\"url\":\"https://linear.app/acme/issue/OPS-77#comment-1\"}",
        "Comment|\"url\":\"https://linear.app/issue/OPS-77/hello\",\"data\":{\"id\":\"c\"}",
        "Attachment|\"data\":{\"url\":\"https://youtrack.example/issue/ENG-1\",\"issue\":{\"url\":\"https://linear.app/acme/issue/OPS-77\"}}",
        "Attachment|\"data\":{\"url\":\"https://youtrack.example/issue/ENG-1\",\"issue\":{\"identifier\":\"OPS-77\"}}",
        "Reaction|\"url\":\"https://linear.app/acme/issue/OPS-77?x\",\"data\":{\"id\":\"r\"}"
      })
  void anAddressOfLinearsNamesIssueAndTeam(String type, String fields) {
    Deliveries linked = delivery(event(type, "create", fields));
    var plain = Reading.plain(reading.event(linked));
    assertEquals("OPS-77", plain.get("identifier"));
    assertEquals("OPS", plain.get("team"));
    var mapped =
        Reading.all(new LinearDialect(), Reading.mapping(Map.of("team", "OPS"), "octo/ops"));
    assertEquals("octo/ops", mapped.event(linked).repository().fullName());
  }

  @Test
  void anyTeamOfAProjectMapsIt() {
    var mapped =
        Reading.all(new LinearDialect(), Reading.mapping(Map.of("team", "team-2"), "octo/two"));
    String project =
        event("Project", "update", "\"data\":{\"id\":\"p\",\"teamIds\":[\"team-1\",\"team-2\"]}");
    assertEquals("octo/two", mapped.event(delivery(project)).repository().fullName());
  }

  @Test
  void theMappingSaysWhatIsKnownOfTheRepository() {
    var mapping =
        new RepositoryMapping(
            Map.of("team", "ENG", "project", "project-1"),
            RepositoryContext.parse("octo/widgets"),
            Optional.of("main"),
            Optional.of(42L),
            Optional.of(true));
    assertEquals(
        new RepositoryContext("octo", "widgets", "main", 42L, true),
        Reading.all(new LinearDialect(), mapping).event(delivery(ISSUE)).repository());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "null",
        "{",
        "{}",
        "{\"type\":null}",
        "{\"type\":1}",
        "{\"type\":\"\"}",
        "{\"type\":\"Is sue\"}",
        "{\"type\":\"Issue\",\"action\":\"cre ate\"}",
        "{\"type\":\"Issue\",\"type\":\"Issue\"}",
        "{\"action\":\"create\"}"
      })
  void aBodyThatIsNoEventIsMalformed(String json) {
    reading.refused(InvalidPayloadError.class, delivery(json));
  }

  @Test
  void withoutOneDeliveryIdItIsMalformed() {
    reading.refused(InvalidPayloadError.class, delivery(ISSUE).without("Linear-Delivery"));
    reading.refused(InvalidPayloadError.class, delivery(ISSUE).header("Linear-Delivery", "again"));
    for (String odd : List.of("", "a b", "ä", "x".repeat(201))) {
      reading.refused(
          InvalidPayloadError.class,
          delivery(ISSUE).without("Linear-Delivery").header("Linear-Delivery", odd));
    }
  }

  @Test
  void whatIsMalformedKeepsTheIdAndTheTypeThatItsHeadersGive() {
    for (String json : List.of("[", "{}", "{\"type\":\"Comment\"}")) {
      var unusable = reading.unusable(delivery(json).header("Linear-Event", "Issue"));
      assertInstanceOf(InvalidPayloadError.class, unusable.error());
      assertEquals(Optional.of("Issue"), unusable.eventType());
      assertEquals(Optional.of("234d1a4e-b617-4388-90fe-adc3633d6b72"), unusable.eventId());
    }
    var unreadable =
        reading.unusable(
            delivery("[").header("Linear-Event", "a b").header("Linear-Delivery", "again"));
    assertEquals(Optional.empty(), unreadable.eventType());
    assertEquals(Optional.empty(), unreadable.eventId());
  }

  @Test
  void theHeaderMustNameTheBodysType() {
    reading.event(delivery(ISSUE).header("Linear-Event", "Issue"));
    for (String odd : List.of("Comment", "issue", "", "Issue.update")) {
      reading.refused(InvalidPayloadError.class, delivery(ISSUE).header("Linear-Event", odd));
    }
    reading.refused(
        InvalidPayloadError.class,
        delivery(ISSUE).header("Linear-Event", "Issue").header("Linear-Event", "Issue"));
  }

  @Test
  void aTypeAloneMeansAllItsActionsAndATypeWithActionThatOne() {
    var some =
        Reading.only(
            new LinearDialect(),
            List.of("Issue", "Project.create"),
            Reading.mapping(Map.of(), "octo/widgets"));
    some.event(delivery(ISSUE));
    some.event(delivery("{\"type\":\"Project\",\"action\":\"create\"}"));
    assertEquals(
        "Project.update",
        some.refused(
                UnsupportedEventError.class,
                delivery("{\"type\":\"Project\",\"action\":\"update\"}"))
            .eventType());
    assertEquals(
        "Thing",
        some.refused(UnsupportedEventError.class, delivery("{\"type\":\"Thing\",\"action\":7}"))
            .eventType());
  }

  @Test
  void theDeliveryIdIsTheKey() {
    assertEquals("234d1a4e-b617-4388-90fe-adc3633d6b72", reading.key(delivery(ISSUE)));
  }

  @Test
  void theTenantIsTheOrganizationElseTheOwner() {
    assertEquals("org-1", reading.understood(delivery(ISSUE)).tenant());
    String without = ISSUE.replace("\"organizationId\":\"org-1\",", "");
    assertEquals("owner/octo", reading.understood(delivery(without)).tenant());
  }

  @Test
  void successIs200AndTheSignatureDoesNotStay() {
    assertEquals(
        new AcceptedAnswer(200, false), new LinearDialect().acceptedAnswer("application/json"));
    assertEquals(
        List.of("Content-Type", "Linear-Delivery", "Linear-Timestamp", "User-Agent"),
        List.copyOf(reading.event(delivery(ISSUE)).rawHeaders().keySet()));
  }
}
