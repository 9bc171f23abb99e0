package dev.hookline.http.json;

import static dev.hookline.testing.Samples.NOON;
import static dev.hookline.testing.Samples.anEvent;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.domain.delivery.RawBody;
import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.event.MetadataValue;
import dev.hookline.domain.event.RepositoryContext;
import dev.hookline.domain.event.StandardizedEvent;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JacksonEventFormatTest {
  private final JacksonEventFormat format = new JacksonEventFormat();

  private static StandardizedEvent event(@Nullable String request, String payload) {
    var metadata = new LinkedHashMap<String, MetadataValue>();
    metadata.put("sender", new MetadataValue.Text("octo\u0000cat\uD800 🎉"));
    metadata.put("issue_number", new MetadataValue.Whole(Long.MAX_VALUE));
    metadata.put("draft", new MetadataValue.Flag(false));
    metadata.put("labels", new MetadataValue.Texts(List.of("a\nb", "", "\"")));
    return new StandardizedEvent(
        "d-1",
        new Service("github"),
        "issue_comment",
        new RepositoryContext("octo", "widgets", "main", 42L, true),
        request,
        NOON.plusNanos(123_456_000),
        metadata,
        Map.of("X-GitHub-Event", "issue_comment", "User-Agent", "a\u0000\u00ff\"\\"),
        RawBody.of(payload.getBytes(StandardCharsets.UTF_8)));
  }

  private String encoded(StandardizedEvent event) {
    return new String(format.encode(event), StandardCharsets.UTF_8);
  }

  @Test
  void fieldsStandInTheOrderOfTheContract() {
    assertEquals(
        "{\"event_id\":\"d-1\",\"service\":\"github\",\"event_type\":\"issue_comment\","
            + "\"repository\":{\"name\":\"widgets\",\"owner\":\"octo\",\"default_branch\":\"main\","
            + "\"installation_id\":42,\"can_write\":true},\"user_request\":\"do"
            + " it\",\"created_at\":\"2026-03-01T12:00:00.123456Z\",\"metadata\":{\"sender\":\"octo\uFFFDcat\uFFFD"
            + " 🎉\",\"issue_number\":9223372036854775807,\"draft\":false,\"labels\":[\"a\\n"
            + "b\",\"\",\"\\\"\"]},"
            + "\"raw_headers\":{\"User-Agent\":\"a\\u0000\u00ff\\\"\\\\\",\"X-GitHub-Event\":\"issue_comment\"},\"raw_payload\":{\"a\":"
            + " 1e5}}",
        encoded(event("do it", "{\"a\": 1e5}")));
  }

  @Test
  void whatIsAbsentIsNull() {
    var event = anEvent().repository("octo/widgets").build();
    String json = format.encodeWithoutPayload(event);
    assertTrue(
        json.contains("\"default_branch\":null,\"installation_id\":null,\"can_write\":false"),
        json);
    assertTrue(
        format.encodeWithoutPayload(event(null, "{}")).contains("\"user_request\":null"), json);
  }

  @Test
  void thePayloadIsSplicedInAsReceivedButOnOneLine() {
    String payload = "{\r\n  \"k\" : [ 1.0 ,\n 1e2, \"\\n\\u0000\\ud800 ä\" ]\n}\n";
    String line = encoded(event("a\nb", payload));
    assertFalse(line.contains("\n"));
    assertFalse(line.contains("\r"));
    assertTrue(
        line.endsWith("\"raw_payload\":{    \"k\" : [ 1.0 ,  1e2, \"\\n\\u0000\\ud800 ä\" ] } }"),
        line);
  }

  @Test
  void theEncodedEventIsJson() {
    byte[] line = format.encode(event("\u0000 \uD800 \u2028 \n", "{\n\"a\":\"\\u0000\"}\n"));
    assertTrue(Payload.read(line).isPresent());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "plain",
        "",
        "\u0000",
        "\uD83C\uDF89 and \uDF89 alone",
        "a\r\nb\tc",
        "\u2028\u2029"
      })
  void anEventComesBackAsItWas(String request) {
    var event = event(request, "{\"a\":1}");
    assertEquals(event, format.decode(format.encodeWithoutPayload(event), event.rawPayload()));
  }

  @Test
  void anEventWithoutRequestBranchAndInstallationComesBack() {
    var event =
        new StandardizedEvent(
            "e",
            new Service("linear"),
            "Issue.create",
            new RepositoryContext("octo", "widgets", null, null, false),
            null,
            NOON,
            Map.of(),
            Map.of(),
            RawBody.of(new byte[] {'{', '}'}));
    assertEquals(event, format.decode(format.encodeWithoutPayload(event), event.rawPayload()));
  }

  @Test
  void theTextFitsPostgresText() {
    assertFalse(format.encodeWithoutPayload(event("\u0000", "{}")).contains("\u0000"));
  }

  @Test
  void fieldsOfALaterVersionArePassedOver() {
    var event = event("x", "{}");
    String later =
        format.encodeWithoutPayload(event).replaceFirst("\\{", "{\"later\":{\"a\":[1]},");
    assertEquals(event, format.decode(later, event.rawPayload()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "null",
        "[]",
        "{}",
        "{\"event_id\":\"a\"}",
        "\"event_id\":\"d-1\" -> \"event_id\":1",
        "\"event_id\":\"d-1\" -> \"event_id\":\"\"",
        "\"service\":\"github\" -> \"service\":\"Git Hub\"",
        "\"owner\":\"octo\" -> \"owner\":\"oc/to\"",
        "\"owner\":\"octo\" -> \"owner\":null",
        "\"installation_id\":42 -> \"installation_id\":4.2",
        "\"installation_id\":42 -> \"installation_id\":99999999999999999999",
        "\"installation_id\":42, -> ",
        "\"can_write\":true -> \"can_write\":\"true\"",
        "\"user_request\":\"x\", -> ",
        "\"user_request\":\"x\" -> \"user_request\":[]",
        "2026-03-01T12 -> 2026-13-01T12",
        "\"draft\":false -> \"draft\":null",
        "\"draft\":false -> \"draft\":0.5",
        "\"draft\":false -> \"draft\":{}",
        "\"draft\":false -> \"draft\":[1]",
        "\"metadata\":{ -> \"metadata\":3,\"m\":{",
        "\"X-GitHub-Event\":\"issue_comment\" -> \"X-GitHub-Event\":null"
      })
  void foreignTextIsRefused(String change) {
    var event = event("x", "{}");
    String text = change;
    if (change.contains(" -> ")) {
      String written = format.encodeWithoutPayload(event);
      String[] sides = change.split(" -> ", 2);
      text = written.replace(sides[0], sides[1]);
      assertFalse(text.equals(written), change);
    }
    String foreign = text;
    assertThrows(IllegalArgumentException.class, () -> format.decode(foreign, event.rawPayload()));
  }
}
