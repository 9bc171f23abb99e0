package dev.hookline.http.provider;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;

/**
 * The configured rules of one service, tried in order: the first whose match holds in all its
 * fields is taken.
 */
public final class RepositoryMappings {
  private final List<RepositoryMapping> mappings;

  public RepositoryMappings(List<RepositoryMapping> mappings) {
    this.mappings = List.copyOf(mappings);
  }

  /**
   * @param facts what the event says of itself, by the field that a rule may match on; a field may
   *     have several values
   * @param holds whether a configured value (first) fits an event's value (second)
   */
  public Optional<RepositoryMapping> find(
      Map<String, Set<String>> facts, BiPredicate<String, String> holds) {
    return mappings.stream().filter(mapping -> fits(mapping, facts, holds)).findFirst();
  }

  private static boolean fits(
      RepositoryMapping mapping,
      Map<String, Set<String>> facts,
      BiPredicate<String, String> holds) {
    return mapping.match().entrySet().stream()
        .allMatch(
            wanted ->
                facts.getOrDefault(wanted.getKey(), Set.of()).stream()
                    .anyMatch(value -> holds.test(wanted.getValue(), value)));
  }
}
