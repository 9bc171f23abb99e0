package dev.hookline.http.provider;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.hookline.domain.event.RepositoryContext;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RepositoryMappingTest {
  private static final RepositoryContext WIDGETS =
      new RepositoryContext("octo", "widgets", "main", 1L, false);

  private static RepositoryMapping rule(Map<String, String> match, String repository) {
    return new RepositoryMapping(
        match,
        RepositoryContext.parse(repository),
        Optional.of("trunk"),
        Optional.of(42L),
        Optional.of(true));
  }

  @Test
  void aRuleSpeaksOverWhatWasKnown() {
    assertEquals(
        new RepositoryContext("octo", "widgets", "trunk", 42L, true),
        rule(Map.of(), "x/y").over(WIDGETS));
  }

  @Test
  void whereARuleIsSilentTheKnownStays() {
    var silent =
        new RepositoryMapping(
            Map.of(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    assertEquals(WIDGETS, silent.over(WIDGETS));
    assertEquals(Optional.empty(), silent.namedRepository());
  }

  @Test
  void theFirstRuleThatHoldsInAllItsFieldsIsTaken() {
    var mappings =
        new RepositoryMappings(
            List.of(
                rule(Map.of("team", "T1", "channel", "C1"), "octo/both"),
                rule(Map.of("team", "T1"), "octo/team"),
                rule(Map.of(), "octo/rest")));
    assertEquals("both", name(mappings, Map.of("team", Set.of("T1"), "channel", Set.of("C1"))));
    assertEquals(
        "team", name(mappings, Map.of("team", Set.of("T0", "T1"), "channel", Set.of("C2"))));
    assertEquals("rest", name(mappings, Map.of("channel", Set.of("C1"))));
  }

  private static String name(RepositoryMappings mappings, Map<String, Set<String>> facts) {
    return mappings
        .find(facts, String::equals)
        .flatMap(RepositoryMapping::namedRepository)
        .orElseThrow()
        .name();
  }
}
