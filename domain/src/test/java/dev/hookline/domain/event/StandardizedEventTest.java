package dev.hookline.domain.event;

import static dev.hookline.testing.Samples.anEvent;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

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
