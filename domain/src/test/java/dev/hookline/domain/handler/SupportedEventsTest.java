package dev.hookline.domain.handler;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SupportedEventsTest {

  @ParameterizedTest
  @CsvSource({
    "push,            push,         ,          true",
    "push,            push,         x,         true",
    "push,            pull_request, ,          false",
    "release.published, release,    published, true",
    "release.published, release,    created,   false",
    "release.published, release,    ,          false",
    "*,               anything,     at_all,    true",
    "Issue.create,    Issue,        create,    true",
  })
  void anEntryIsATypeATypeWithItsActionOrAll(
      String entry, String type, String action, boolean supported) {
    assertEquals(
        supported, SupportedEvents.of(List.of(entry)).include(type, Optional.ofNullable(action)));
  }
}
