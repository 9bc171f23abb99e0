package dev.hookline.http.slack;

import static dev.hookline.testing.Samples.NOON;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.application.standardize.Standardization.Unusable;
import dev.hookline.domain.error.WebhookError.EventStandardizationError.InvalidPayloadError;
import dev.hookline.domain.error.WebhookError.EventStandardizationError.RepositoryContextError;
import dev.hookline.domain.error.WebhookError.UnsupportedEventError;
import dev.hookline.domain.event.RepositoryContext;
import dev.hookline.http.provider.Dialect.AcceptedAnswer;
import dev.hookline.http.provider.RepositoryMapping;
import dev.hookline.http.testing.Deliveries;
import dev.hookline.http.testing.Mutations;
import dev.hookline.http.testing.Reading;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SlackHandlerTest {
  private static final String RECEIVED = NOON.toString();
  private static final String COMMAND =
      "token=t&team_id=T1&team_domain=acme&channel_id=C1&channel_name=dev&user_id=U2&user_name=mona"
          + "&command=%2Fdeploy&text=widgets+to+prod&response_url=https%3A%2F%2Fhooks.slack.com%2Fx"
          + "&trigger_id=13345224609.738474920.8088930838d88f008e0&api_app_id=A1";

  private final Reading reading =
      Reading.all(new SlackDialect(), Reading.mapping(Map.of(), "octo/widgets"));

  private static Deliveries events(String event) {
    return json(
        """
        {"token":"t","team_id":"T1","api_app_id":"A1","type":"event_callback","event_id":"Ev1","event_time":1355517524,
         "authorizations":[{"team_id":"T1","user_id":"UBOT","is_bot":true}],"event":%s}\
        """
            .formatted(event));
  }

  private static Deliveries json(String json) {
    return Deliveries.from("slack").header("X-Slack-Request-Timestamp", "1355517523").json(json);
  }

  private static Deliveries form(String form) {
    return json("").form(form);
  }

  private static Deliveries interactive(String json) {
    return json("").formPayload(json);
  }

  /** Inner event, request, time, metadata that must be there. */
  static Stream<Arguments> innerEvents() {
    return Stream.of(
        Arguments.of(
            """
            {"type":"app_mention","user":"U2","text":"<@UBOT> deploy <#C9|dev> &amp; tell <@U3>","ts":"1355517523.000005",
             "channel":"C1","event_ts":"1355517523.000005"}\
            """,
            "deploy <#C9|dev> &amp; tell <@U3>",
            "2012-12-14T20:38:43.000005Z",
            Map.of(
                "sender",
                "U2",
                "team",
                "T1",
                "channel",
                "C1",
                "thread_ts",
                "1355517523.000005",
                "ts",
                "1355517523.000005",
                "message_key",
                "T1/C1/1355517523.000005",
                "api_app_id",
                "A1")),
        Arguments.of(
            """
            {"type":"message","user":"U2","text":"hello <@UBOT>","ts":"1355517523.000006","thread_ts":"1355517523.000001",
             "channel":"D1","channel_type":"im"}\
            """,
            "hello <@UBOT>",
            "2012-12-14T20:38:43.000006Z",
            Map.of("thread_ts", "1355517523.000001", "channel_type", "im", "channel", "D1")),
        Arguments.of(
            """
            {"type":"message","subtype":"message_changed","hidden":true,"channel":"C1","ts":"1355517523.000009",
             "event_ts":"1355517523.000009","message":{"type":"message","user":"U2","text":"<@UBOT|bot>  again","ts":"1355517523.000005"},
             "previous_message":{"user":"U2","text":"before"}}\
            """,
            "again",
            "2012-12-14T20:38:43.000009Z",
            Map.of("sender", "U2", "action", "message_changed", "subtype", "message_changed")),
        Arguments.of(
            """
            {"type":"message","subtype":"message_deleted","channel":"C1","ts":"1355517523.000009",
             "previous_message":{"user":"U2","text":"before"}}\
            """,
            null,
            "2012-12-14T20:38:43.000009Z",
            Map.of("action", "message_deleted")),
        Arguments.of(
            """
            {"type":"message","subtype":"bot_message","bot_id":"B1","text":"done","channel":"C1","ts":"1355517523.000009",
             "bot_profile":{"app_id":"A1"}}\
            """,
            "done",
            "2012-12-14T20:38:43.000009Z",
            Map.of("sender", "B1", "bot_id", "B1", "bot_app_id", "A1")),
        Arguments.of(
            """
            {"type":"reaction_added","user":"U2","reaction":"eyes","item":{"type":"message","channel":"C7","ts":"1.000001"},
             "event_ts":"1355517523.000009"}\
            """,
            null,
            "2012-12-14T20:38:43.000009Z",
            Map.of("sender", "U2", "channel", "C7")),
        Arguments.of(
            """
            {"type":"file_shared","channel_id":"C6","file_id":"F1","user_id":"U6","file":{"id":"F1"},"event_ts":"1355517523.000009"}\
            """,
            null,
            "2012-12-14T20:38:43.000009Z",
            Map.of("sender", "U6", "channel", "C6")),
        Arguments.of(
            """
            {"type":"pin_added","user":"U2","channel_id":"C6","item":{"type":"file","file":{"id":"F1"}},"event_ts":"1355517523.000009"}\
            """,
            null,
            "2012-12-14T20:38:43.000009Z",
            Map.of("sender", "U2", "channel", "C6")),
        Arguments.of(
            """
            {"type":"message","user":"U2","user_id":"U6","channel":"C1","channel_id":"C6","item":{"channel":"C7"},"ts":"1355517523.000009"}\
            """,
            null,
            "2012-12-14T20:38:43.000009Z",
            Map.of("sender", "U2", "channel", "C1")),
        Arguments.of(
            "{\"type\":\"channel_rename\",\"channel\":{\"id\":\"C8\",\"name\":\"new\",\"created\":1}}",
            null,
            "2012-12-14T20:38:44Z",
            Map.of("channel", "C8")),
        Arguments.of(
            "{\"type\":\"team_join\",\"user\":{\"id\":\"U9\",\"name\":\"new\"}}",
            null,
            "2012-12-14T20:38:44Z",
            Map.of("sender", "U9")),
        Arguments.of(
            "{\"type\":\"app_uninstalled\"}", null, "2012-12-14T20:38:44Z", Map.of("team", "T1")));
  }

  @ParameterizedTest
  @MethodSource("innerEvents")
  void innerEventsAreReadAsSlackDocumentsThem(
      String event, String request, String time, Map<String, String> metadata) {
    var read = reading.event(events(event));
    assertEquals("Ev1", read.eventId());
    assertTrue(event.contains("\"type\":\"" + read.eventType() + "\""), read.eventType());
    assertEquals(request, read.userRequest());
    var plain = Reading.plain(read);
    assertEquals(time, plain.get("event_timestamp"));
    metadata.forEach((key, value) -> assertEquals(value, plain.get(key), key));
  }

  @ParameterizedTest
  @MethodSource("innerEvents")
  void nothingInAnEventMakesItThrow(
      String event, String request, String time, Map<String, String> metadata) {
    String whole = new String(events(event).build().body().bytes(), StandardCharsets.UTF_8);
    for (String mutated : Mutations.of(whole)) {
      reading.readAndEncode(json(mutated).build());
    }
  }

  /** Interaction, request, time, metadata that must be there. */
  static Stream<Arguments> interactions() {
    return Stream.of(
        Arguments.of(
            """
            {"type":"block_actions","team":{"id":"T1"},"user":{"id":"U2","name":"mona"},"api_app_id":"A1","trigger_id":"1.2.ab",
             "channel":{"id":"C1"},"container":{"type":"message","message_ts":"1355517523.000001","thread_ts":"1355517522.000001","channel_id":"C1"},
             "message":{"text":"Choose"},"actions":[{"action_id":"ship","value":"yes","action_ts":"1355517523.000007"}]}\
            """,
            "yes",
            "2012-12-14T20:38:43.000007Z",
            Map.of(
                "sender",
                "U2",
                "action",
                "ship",
                "team",
                "T1",
                "channel",
                "C1",
                "thread_ts",
                "1355517522.000001",
                "ts",
                "1355517523.000001",
                "message_key",
                "T1/C1/1355517523.000001")),
        Arguments.of(
            """
            {"type":"block_actions","team":null,"enterprise":{"id":"E1"},"user":{"id":"U2","team_id":"T1"},"trigger_id":"1.2.ab",
             "container":{"type":"message","message_ts":"1.000001","channel_id":"C3"},
             "actions":[{"action_id":"pick","selected_option":{"value":"two"},"action_ts":"1355517523.000007"}]}\
            """,
            "two",
            "2012-12-14T20:38:43.000007Z",
            Map.of("team", "E1", "channel", "C3", "enterprise", "E1")),
        Arguments.of(
            """
            {"type":"block_actions","team":{"id":"T1"},"user":{"id":"U2"},"trigger_id":"1.2.ab","message":{"text":"Choose"},
             "actions":[{"type":"datepicker","action_id":"day","selected_date":"2026-01-01","action_ts":"1355517523.000007"}]}\
            """,
            null,
            "2012-12-14T20:38:43.000007Z",
            Map.of("action", "day")),
        Arguments.of(
            """
            {"type":"message_action","callback_id":"fix","team":{"id":"T1"},"user":{"id":"U2"},"channel":{"id":"C1"},
             "trigger_id":"1.2.ab","action_ts":"1355517523.000008","message_ts":"1355517523.000001","message":{"text":"it is broken","ts":"1355517523.000001"}}\
            """,
            "it is broken",
            "2012-12-14T20:38:43.000008Z",
            Map.of("action", "fix", "message_key", "T1/C1/1355517523.000001")),
        Arguments.of(
            """
            {"type":"view_submission","team":{"id":"T1"},"user":{"id":"U2"},"trigger_id":"1.2.ab","response_urls":[{"channel_id":"C4"}],
             "view":{"id":"V1","hash":"1.a","callback_id":"form","state":{"values":{"b":{"a":{"type":"plain_text_input","value":"x"}}}}}}\
            """,
            "{\"b\":{\"a\":{\"type\":\"plain_text_input\",\"value\":\"x\"}}}",
            "2012-12-14T20:38:43Z",
            Map.of("action", "form", "channel", "C4", "view_id", "V1")),
        Arguments.of(
            """
            {"type":"shortcut","callback_id":"new","team":{"id":"T1"},"user":{"id":"U2"},"trigger_id":"1.2.ab","action_ts":"111.111"}\
            """,
            null,
            "1970-01-01T00:01:51.111000Z",
            Map.of("action", "new")));
  }

  @ParameterizedTest
  @MethodSource("interactions")
  void interactionsAreReadAsSlackDocumentsThem(
      String json, String request, String time, Map<String, String> metadata) {
    var read = reading.understood(interactive(json));
    assertEquals("1.2.ab", read.event().eventId());
    assertEquals("interactive:1.2.ab", read.key().value());
    assertEquals(request, read.event().userRequest());
    assertEquals(json, new String(read.event().rawPayload().bytes(), StandardCharsets.UTF_8));
    var plain = Reading.plain(read.event());
    assertEquals(time, plain.get("event_timestamp"));
    metadata.forEach((key, value) -> assertEquals(value, plain.get(key), key));
  }

  @ParameterizedTest
  @MethodSource("interactions")
  void nothingInAnInteractionMakesItThrow(
      String json, String request, String time, Map<String, String> metadata) {
    for (String mutated : Mutations.of(json)) {
      reading.readAndEncode(interactive(mutated).build());
    }
  }

  @Test
  void aSlashCommandIsReadFromItsForm() {
    var read = reading.understood(form(COMMAND));
    var event = read.event();
    assertEquals("slash_command", event.eventType());
    assertEquals("13345224609.738474920.8088930838d88f008e0", event.eventId());
    assertEquals("slash:13345224609.738474920.8088930838d88f008e0", read.key().value());
    assertEquals("widgets to prod", event.userRequest());
    assertEquals(
        Map.of(
            "sender",
            "U2",
            "action",
            "/deploy",
            "event_timestamp",
            "2012-12-14T20:38:43Z",
            "team",
            "T1",
            "channel",
            "C1",
            "api_app_id",
            "A1"),
        Reading.plain(event));
    assertTrue(
        new String(event.rawPayload().bytes(), StandardCharsets.UTF_8)
            .startsWith("{\"token\":\"t\",\"team_id\":\"T1\","));
  }

  @Test
  void aCommandWithoutTextAsksForNothingInWords() {
    assertNull(reading.event(form(COMMAND.replace("widgets+to+prod", ""))).userRequest());
  }

  @Test
  void aRepeatedFieldOfACommandBecomesAnArray() {
    var event = reading.event(form(COMMAND + "&extra=1&extra=2"));
    assertTrue(
        new String(event.rawPayload().bytes(), StandardCharsets.UTF_8)
            .endsWith("\"extra\":[\"1\",\"2\"]}"));
  }

  @Test
  void whereNoTimeIsSentTheReceiptCounts() {
    var event = reading.event(form(COMMAND).without("X-Slack-Request-Timestamp"));
    assertEquals(RECEIVED, Reading.plain(event).get("event_timestamp"));
  }

  @Test
  void theKeyOfAnEventNamesAppAndTeam() {
    String plain =
        "{\"type\":\"event_callback\",\"event_id\":\"Ev1\"%s,\"event\":{\"type\":\"message\"}}";
    assertEquals("A1/T1/Ev1", reading.key(events("{\"type\":\"message\"}")));
    assertEquals("-/-/Ev1", reading.key(json(plain.formatted(""))));
    assertEquals(
        "-/T2/Ev1", reading.key(json(plain.formatted(",\"team_id\":\"T2\",\"api_app_id\":null"))));
  }

  @Test
  void theTenantIsTheTeamElseTheEnterpriseElseTheOwner() {
    String plain =
        "{\"type\":\"event_callback\",\"event_id\":\"Ev1\"%s,\"event\":{\"type\":\"message\"}}";
    assertEquals("T1", reading.understood(events("{\"type\":\"message\"}")).tenant());
    assertEquals(
        "E1", reading.understood(json(plain.formatted(",\"enterprise_id\":\"E1\""))).tenant());
    assertEquals("owner/octo", reading.understood(json(plain.formatted(""))).tenant());
    assertEquals("T1", reading.understood(form(COMMAND)).tenant());
  }

  @Test
  void aKeyThatWouldBeTooLongOrOddIsDigested() {
    String json =
        "{\"type\":\"event_callback\",\"event_id\":\"%s\",\"team_id\":\"%s\",\"event\":{\"type\":\"message\"}}";
    String first = reading.key(json(json.formatted("e".repeat(200), "T1")));
    assertEquals(64, first.length());
    assertNotEquals(first, reading.key(json(json.formatted("e".repeat(200), "T2"))));
    assertEquals(64, reading.key(json(json.formatted("Ev1", "T ä"))).length());
    assertEquals(
        64,
        reading
            .key(form(COMMAND.replace("trigger_id=", "trigger_id=" + "9".repeat(155))))
            .length());
  }

  @Test
  void anInteractionWithoutTriggerIsKnownByWhatElseIsItsOwn() {
    String closed =
        "{\"type\":\"view_closed\",\"team\":{\"id\":\"T1\"},\"user\":{\"id\":\"U2\"},\"view\":{\"id\":\"V1\",\"hash\":\"%s\"}}";
    assertEquals(
        "interactive:view_closed/T1/U2/-/V1/1.a",
        reading.key(interactive(closed.formatted("1.a"))));
    assertNotEquals(
        reading.key(interactive(closed.formatted("1.a"))),
        reading.key(interactive(closed.formatted("1.b"))));
    String dialog =
        "{\"type\":\"dialog_submission\",\"callback_id\":\"c\",\"action_ts\":\"1.5\",\"submission\":{\"a\":\"b\"}}";
    assertEquals("interactive:dialog_submission/-/-/c/1.5", reading.key(interactive(dialog)));
    assertEquals("{\"a\":\"b\"}", reading.event(interactive(dialog)).userRequest());
  }

  @Test
  void aLookupOfOptionsIsKnownByItsBody() {
    String lookup =
        "{\"type\":\"block_suggestion\",\"view\":{\"id\":\"V1\",\"hash\":\"1.a\"},\"value\":\"%s\"}";
    String first = reading.key(interactive(lookup.formatted("wid")));
    assertEquals("interactive:".length() + 64, first.length());
    assertEquals(first, reading.key(interactive(lookup.formatted("wid"))));
    assertNotEquals(first, reading.key(interactive(lookup.formatted("widg"))));
  }

  @Test
  void handshakesAreAnswered() {
    assertEquals(
        Map.of("challenge", "3eZb"),
        reading.handshake(
            json("{\"token\":\"t\",\"challenge\":\"3eZb\",\"type\":\"url_verification\"}")));
    assertEquals(
        Map.of(),
        reading.handshake(
            json(
                "{\"type\":\"app_rate_limited\",\"team_id\":\"T1\",\"minute_rate_limited\":1518467820}")));
    assertEquals(Map.of(), reading.handshake(form("ssl_check=1&token=t")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{}",
        "{\"type\":\"url_verification\"}",
        "{\"type\":\"url_verification\",\"challenge\":1}",
        "{\"type\":\"event_callback\"}",
        "{\"type\":\"event_callback\",\"event_id\":\"Ev1\"}",
        "{\"type\":\"event_callback\",\"event\":{\"type\":\"message\"}}",
        "{\"type\":\"event_callback\",\"event_id\":\"E v\",\"event\":{\"type\":\"message\"}}",
        "{\"type\":\"event_callback\",\"event_id\":\"\",\"event\":{\"type\":\"message\"}}",
        "{\"type\":\"event_callback\",\"event_id\":\"Ev1\",\"event\":{\"type\":\"a b\"}}",
        "{\"type\":\"event_callback\",\"event_id\":\"Ev1\",\"event\":{\"type\":7}}",
        "{\"type\":\"\",\"event_id\":\"Ev1\",\"event\":{\"type\":\"message\"}}",
        "{\"type\":\"some thing\",\"event_id\":\"Ev1\",\"event\":{\"type\":\"message\"}}",
        "{\"type\":7,\"event_id\":\"Ev1\",\"event\":{\"type\":\"message\"}}",
        "{\"team_id\":\"T1\",\"event_id\":\"Ev1\",\"event\":{\"type\":\"message\"}}",
        "payload=%7B%7D",
        COMMAND
      })
  void aBodyThatIsNoEventIsMalformed(String json) {
    reading.refused(InvalidPayloadError.class, json(json));
  }

  @Test
  void anEnvelopeThatIsNotKnownIsUnsupportedWhateverIsSwitchedOn() {
    assertEquals(
        new Unusable(
            new UnsupportedEventError("something_new"),
            Optional.of("something_new"),
            Optional.empty()),
        reading.unusable(json("{\"type\":\"something_new\",\"team_id\":\"T\"}")));
    assertEquals(
        new Unusable(new UnsupportedEventError("else"), Optional.of("else"), Optional.of("Ev1")),
        reading.unusable(
            json("{\"type\":\"else\",\"event_id\":\"Ev1\",\"event\":{\"type\":\"message\"}}")));
  }

  @Test
  void aChallengeIsEchoedUpToABound() {
    String verification = "{\"type\":\"url_verification\",\"challenge\":\"%s\"}";
    String longest = "c".repeat(1_000);
    assertEquals(
        Map.of("challenge", longest), reading.handshake(json(verification.formatted(longest))));
    reading.refused(InvalidPayloadError.class, json(verification.formatted(longest + "c")));
  }

  @Test
  void whatIsMalformedKeepsTheIdAndTheTypeThatItHas() {
    String callback = "{\"type\":\"event_callback\",%s}";
    isMalformed(null, "Ev1", json(callback.formatted("\"event_id\":\"Ev1\"")));
    isMalformed("message", null, json(callback.formatted("\"event\":{\"type\":\"message\"}")));
    isMalformed(null, null, json(callback.formatted("\"event_id\":\"E v\"")));
    isMalformed("slash_command", null, form("command=%2Fx&trigger_id="));
    isMalformed(null, "1.2.ab", interactive("{\"trigger_id\":\"1.2.ab\"}"));
    isMalformed(null, null, json("["));
  }

  private void isMalformed(@Nullable String type, @Nullable String id, Deliveries delivery) {
    var unusable = reading.unusable(delivery);
    assertInstanceOf(InvalidPayloadError.class, unusable.error());
    assertEquals(Optional.ofNullable(type), unusable.eventType());
    assertEquals(Optional.ofNullable(id), unusable.eventId());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a=b",
        "ssl_check=0",
        "ssl_check=1&ssl_check=1",
        "command=%2Fx&text=a",
        "command=%2Fx&trigger_id=",
        "command=%2Fx&trigger_id=1&trigger_id=2",
        "command=%2Fx&trigger_id=a+b",
        "command=%2Fx&trigger_id=1&payload=%7B%7D",
        "payload=",
        "payload=%7B",
        "payload=%7B%7D",
        "payload=%7B%22type%22%3A%22a%20b%22%7D",
        "payload=%",
        "payload=%7B%7D&payload=%7B%7D",
        "payload=%5B%5D",
        "{\"type\":\"event_callback\"}"
      })
  void aFormThatIsNeitherCommandNorInteractionIsMalformed(String form) {
    reading.refused(InvalidPayloadError.class, form(form));
  }

  @Test
  void onlyTheNarrowCheckPassesUnsigned() {
    var dialect = new SlackDialect();
    assertTrue(dialect.isUnsignedCheck(form("ssl_check=1&token=t").build()));
    for (Deliveries other :
        List.of(
            form("ssl_check=1&token=t").header("X-Slack-Signature", "v0="),
            form("ssl_check=1&payload=%7B%7D"),
            form("ssl_check=1&command=%2Fx"),
            form("ssl_check=1&%63ommand=%2Fx"),
            form("ssl_check=1&ssl_check=1"),
            form("ssl_check=1&ssl_check=0"),
            form("ssl_check=0"),
            form("ssl_check="),
            form("ssl_check=%"),
            form("ssl_check=1&a=" + "x".repeat(5000)),
            form(""),
            json("ssl_check=1"),
            json("{\"ssl_check\":\"1\"}"))) {
      assertFalse(dialect.isUnsignedCheck(other.build()));
    }
  }

  @Test
  void theRepositoryComesFromTheMappingsAlone() {
    var widgets =
        new RepositoryMapping(
            Map.of("team", "T1", "channel", "C1"),
            RepositoryContext.parse("octo/widgets"),
            Optional.of("main"),
            Optional.of(42L),
            Optional.of(true));
    var mapped =
        Reading.all(new SlackDialect(), widgets, Reading.mapping(Map.of("team", "T2"), "octo/two"));
    assertEquals(
        new RepositoryContext("octo", "widgets", "main", 42L, true),
        mapped.event(form(COMMAND)).repository());
    assertEquals(
        "octo/two",
        mapped.event(form(COMMAND.replace("team_id=T1", "team_id=T2"))).repository().fullName());
    mapped.refused(RepositoryContextError.class, form(COMMAND.replace("=C1", "=c1")));
    mapped.refused(RepositoryContextError.class, events("{\"type\":\"app_uninstalled\"}"));
  }

  @Test
  void theTeamOfAnOrganizationWideEventIsFoundElsewhere() {
    String json =
        "{\"type\":\"event_callback\",\"event_id\":\"Ev1\",\"team_id\":null,%s,\"event\":{\"type\":\"message\"}}";
    assertEquals("T5", team(json.formatted("\"context_team_id\":\"T5\"")));
    assertEquals("T6", team(json.formatted("\"authorizations\":[{\"team_id\":\"T6\"}]")));
    assertEquals("E1", team(json.formatted("\"enterprise_id\":\"E1\"")));
  }

  private String team(String json) {
    return Reading.plain(reading.event(json(json))).getOrDefault("team", "");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"<@UBOT", "<@UBOTX> hi", "<@UBOT|never closed", "hi <@UBOT>", "<@U3> <@UBOT>"})
  void anyOtherStartIsKept(String text) {
    assertEquals(
        text,
        reading.event(events("{\"type\":\"message\",\"text\":\"" + text + "\"}")).userRequest());
  }

  @Test
  void aMentionAloneAsksForNothing() {
    assertNull(
        reading.event(events("{\"type\":\"app_mention\",\"text\":\" <@UBOT> \"}")).userRequest());
  }

  @Test
  void anOldAppKnowsItselfByTheUserItWasAuthorizedAs() {
    var event =
        reading.event(
            json(
                "{\"type\":\"event_callback\",\"event_id\":\"Ev1\",\"authed_users\":[\"UOLD\"],"
                    + "\"event\":{\"type\":\"app_mention\",\"text\":\"<@UOLD> go\"}}"));
    assertEquals("go", event.userRequest());
  }

  @Test
  void whatIsSwitchedOnByDefaultIsSupportedAndNothingElse() {
    var dialect = new SlackDialect();
    var defaults =
        Reading.only(
            dialect,
            dialect.profile().supportedEvents(),
            Reading.mapping(Map.of(), "octo/widgets"));
    defaults.event(events("{\"type\":\"app_mention\"}"));
    defaults.event(events("{\"type\":\"message\"}"));
    defaults.event(form(COMMAND));
    defaults.event(interactive("{\"type\":\"block_actions\",\"trigger_id\":\"1\"}"));
    assertEquals(
        "reaction_added",
        defaults
            .refused(UnsupportedEventError.class, events("{\"type\":\"reaction_added\"}"))
            .eventType());
    defaults.refused(
        UnsupportedEventError.class, interactive("{\"type\":\"shortcut\",\"trigger_id\":\"1\"}"));
  }

  @Test
  void formsAreAnsweredEmpty() {
    var dialect = new SlackDialect();
    assertEquals(new AcceptedAnswer(200, true), dialect.acceptedAnswer(Deliveries.FORM));
    assertEquals(new AcceptedAnswer(202, false), dialect.acceptedAnswer(Deliveries.JSON));
  }

  @Test
  void neitherSignatureNorResponseAddressStaysInHeadersOrMetadata() {
    var event =
        reading.event(
            form(COMMAND).header("X-Slack-Signature", "v0=00").header("X-Slack-Retry-Num", "1"));
    assertEquals(
        List.of("Content-Type", "X-Slack-Request-Timestamp", "X-Slack-Retry-Num"),
        List.copyOf(event.rawHeaders().keySet()));
    assertFalse(Reading.plain(event).toString().contains("hooks.slack.com"));
  }
}
