package dev.hookline.http.operator;

import dev.hookline.application.inspect.PipelineFilter;
import dev.hookline.application.inspect.RefusedFilter;
import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.event.RepositoryContext;
import dev.hookline.domain.pipeline.PipelineState;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;

/**
 * The parameters of a listing or replay, from a query or a JSON object. An empty value narrows
 * nothing; an unknown name, a doubled one or a bad value is an {@link InvalidRequestException}.
 */
public final class Parameters {
  private static final int MAX_TEXT = 255;

  /** The years of RFC 3339; far beyond them no database has times. */
  private static final Instant EARLIEST = Instant.parse("0001-01-01T00:00:00Z");

  private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999999999Z");

  private final Map<String, String> values;

  private Parameters(Map<String, String> values) {
    this.values = values;
  }

  public static Parameters ofQuery(String rawQuery, Set<String> known) {
    var values = new LinkedHashMap<String, String>();
    for (String pair : rawQuery.split("&", -1)) {
      if (!pair.isEmpty()) {
        int equals = pair.indexOf('=');
        String name = decoded(equals < 0 ? pair : pair.substring(0, equals));
        String value = equals < 0 ? "" : decoded(pair.substring(equals + 1));
        put(values, name, value, known);
      }
    }
    return new Parameters(values);
  }

  public static Parameters of(Map<String, String> fields, Set<String> known) {
    var values = new LinkedHashMap<String, String>();
    fields.forEach((name, value) -> put(values, name, value, known));
    return new Parameters(values);
  }

  private static void put(
      Map<String, String> values, String name, String value, Set<String> known) {
    if (!known.contains(name)) {
      throw new InvalidRequestException(
          "%s is not known here; known are %s"
              .formatted(quoted(name), known.stream().sorted().toList()));
    }
    if (values.put(name, value) != null) {
      throw new InvalidRequestException(name + " is given more than once");
    }
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException _) {
      throw new InvalidRequestException("the query is not percent-encoded as it should be");
    }
  }

  /** All that was given, as it was. */
  public Map<String, String> fields() {
    return Collections.unmodifiableMap(values);
  }

  /** A value as it was given; empty if it was not. */
  public String field(String name) {
    return values.getOrDefault(name, "");
  }

  public PipelineFilter pipelineFilter() {
    return new PipelineFilter(
        read("state", "one of " + Arrays.toString(PipelineState.Name.values()), Parameters::state),
        service(),
        text("event_type"),
        read(
            "repository",
            "owner/name",
            value -> RepositoryContext.parse(value).map(RepositoryContext::fullName)),
        instant("since"),
        instant("until"));
  }

  public RefusedFilter refusedFilter() {
    return new RefusedFilter(
        service(), text("event_type"), text("error"), instant("since"), instant("until"));
  }

  public int limit(int standard, int max) {
    return read("limit", "a number from 1 to " + max, value -> number(value, max)).orElse(standard);
  }

  public Optional<UUID> cursor() {
    return read("cursor", "a next_cursor of this listing", Cursor::read);
  }

  public Optional<String> service() {
    return read("service", "a service's name", Parameters::serviceName);
  }

  /** A text of the caller's own. */
  public Optional<String> text(String name) {
    return read(
        name,
        "at most %d characters".formatted(MAX_TEXT),
        value ->
            value.length() <= MAX_TEXT && value.indexOf('\0') < 0
                ? Optional.of(value)
                : Optional.empty());
  }

  private Optional<Instant> instant(String name) {
    return read(name, "a time like 2026-03-01T12:00:00Z", Parameters::time);
  }

  private <T> Optional<T> read(
      String name, String expected, Function<String, Optional<T>> reading) {
    String value = values.getOrDefault(name, "");
    if (value.isEmpty()) {
      return Optional.empty();
    }
    Optional<T> read = reading.apply(value);
    if (read.isEmpty()) {
      throw new InvalidRequestException(
          "%s must be %s, not %s".formatted(name, expected, quoted(value)));
    }
    return read;
  }

  private static Optional<PipelineState.Name> state(String value) {
    return Arrays.stream(PipelineState.Name.values())
        .filter(name -> name.name().equals(value.toUpperCase(Locale.ROOT)))
        .findFirst();
  }

  private static Optional<String> serviceName(String value) {
    try {
      return Optional.of(new Service(value).name());
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  private static Optional<Instant> time(String value) {
    try {
      return Optional.of(Instant.parse(value))
          .filter(time -> !time.isBefore(EARLIEST) && !time.isAfter(LATEST));
    } catch (DateTimeParseException _) {
      return Optional.empty();
    }
  }

  private static Optional<Integer> number(String value, int max) {
    if (!value.matches("[0-9]{1,9}")) {
      return Optional.empty();
    }
    int number = Integer.parseInt(value);
    return number >= 1 && number <= max ? Optional.of(number) : Optional.empty();
  }

  private static String quoted(String text) {
    return "'" + (text.length() <= 60 ? text : text.substring(0, 60) + "…") + "'";
  }
}
