package dev.hookline.domain.delivery;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * The header fields of one request. Names compare without regard to case (RFC 9110, section 5.1)
 * and keep the spelling they arrived in; a field that occurs twice keeps both values, in order.
 * Immutable.
 */
public final class Headers {
  private final NavigableMap<String, List<String>> fields;

  private Headers(NavigableMap<String, List<String>> fields) {
    this.fields = fields;
  }

  /** Copies the fields; names that differ only in case are one field. */
  public static Headers of(Map<String, List<String>> fields) {
    var copy = new TreeMap<String, List<String>>(String.CASE_INSENSITIVE_ORDER);
    fields.forEach(
        (name, values) -> copy.computeIfAbsent(name, _ -> new ArrayList<>()).addAll(values));
    copy.replaceAll((_, values) -> List.copyOf(values));
    return new Headers(copy);
  }

  /** Copies fields that have one value each. */
  public static Headers ofSingle(Map<String, String> fields) {
    var copy = new TreeMap<String, List<String>>(String.CASE_INSENSITIVE_ORDER);
    fields.forEach((name, value) -> copy.put(name, List.of(value)));
    return new Headers(copy);
  }

  /** All values of a field in the order of arrival; empty if it is absent. */
  public List<String> all(String name) {
    return fields.getOrDefault(name, List.of());
  }

  /** The value of a field that occurs exactly once; empty if it is absent or doubled. */
  public Optional<String> only(String name) {
    List<String> values = all(name);
    return values.size() == 1 ? Optional.of(values.getFirst()) : Optional.empty();
  }

  /** The fields whose name is wanted, as one value each: of a doubled field the first. */
  public Map<String, String> select(Predicate<String> wanted) {
    var chosen = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
    fields.forEach(
        (name, values) -> {
          if (wanted.test(name)) {
            chosen.put(name, values.getFirst());
          }
        });
    return chosen;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Headers that && fields.equals(that.fields);
  }

  @Override
  public int hashCode() {
    return fields.entrySet().stream()
        .mapToInt(
            field ->
                field.getKey().toLowerCase(Locale.ROOT).hashCode() ^ field.getValue().hashCode())
        .sum();
  }

  /** The names alone: values may be secret. */
  @Override
  public String toString() {
    return fields.keySet().toString();
  }
}
