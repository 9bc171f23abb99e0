package dev.hookline.domain.event;

import static dev.hookline.testing.Samples.anEvent;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.domain.delivery.RawBody;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StandardizedEventTest {

  @Test
  void textThatNoDatabaseCanHoldIsReplaced() {
    var sample = anEvent().build();
    var event =
        new StandardizedEvent(
            sample.eventId(),
            sample.service(),
            sample.eventType(),
            sample.repository(),
            "a\u0000b\uD800c\uDC00d\uD83C\uDF89",
            sample.createdAt(),
            Map.of("labels", new MetadataValue.Texts(List.of("x\u0000"))),
            Map.of(),
            sample.rawPayload());
    assertEquals("a\uFFFDb\uFFFDc\uFFFDd\uD83C\uDF89", event.userRequest());
    assertEquals(new MetadataValue.Texts(List.of("x\uFFFD")), event.metadata().get("labels"));
    assertEquals("\uFFFD", new MetadataValue.Text("\uDBFF").value());
  }

  @Test
  void anEventHasAnIdAndAType() {
    assertThrows(IllegalArgumentException.class, () -> anEvent().eventId(" ").build());
    assertThrows(IllegalArgumentException.class, () -> anEvent().eventType("").build());
  }

  @ParameterizedTest
  @ValueSource(strings = {"octo", "octo/", "/widgets", "octo/wid gets", "a/b/c", "octo/w\u0000"})
  void whatIsNoOwnerAndNameIsNoRepository(String text) {
    assertEquals(Optional.empty(), RepositoryContext.parse(text));
  }

  @Test
  void anEventKeepsItsHeadersAndWeighsItsPayloadAndRequest() {
    var event = anEvent().userRequest("four").rawPayload(RawBody.of(new byte[3])).build();
    assertEquals("application/json", event.rawHeaders().get("content-type"));
    assertEquals(7, event.bytes());
    assertEquals(
        3, anEvent().userRequest(null).rawPayload(RawBody.of(new byte[3])).build().bytes());
  }

  @Test
  void namesHaveOneToAHundredCharacters() {
    assertTrue(RepositoryContext.isName("azAZ09_.-"));
    assertTrue(RepositoryContext.isName("a".repeat(100)));
    assertFalse(RepositoryContext.isName("a".repeat(101)));
    for (String near : List.of("`", "{", "@", "[", "/", ":")) {
      assertFalse(RepositoryContext.isName(near), near);
    }
    assertEquals(Optional.empty(), RepositoryContext.parse("/"));
  }

  @ParameterizedTest
  @CsvSource({"octo/widgets", "Octo-Org/a.b_c-1", "me_corp/.github"})
  void ownerAndNameAreRead(String text) {
    assertEquals(text, RepositoryContext.parse(text).orElseThrow().fullName());
  }

  @Test
  void aRepositoryWithoutProofCannotBeWritten() {
    assertEquals(
        new RepositoryContext("octo", "widgets", null, null, false),
        RepositoryContext.parse("octo/widgets").orElseThrow());
  }
}
