package dev.hookline.bootstrap.cli;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/** Points in time as people give them: an instant, a day in UTC, or how long ago. */
final class TimeOption {
  private TimeOption() {}

  /**
   * @throws CommandException if the text is none of them
   */
  static Optional<Instant> parse(String option, Optional<String> text, Clock clock) {
    return text.map(
        t ->
            instant(t)
                .or(() -> day(t))
                .or(() -> ago(t, clock))
                .orElseThrow(
                    () ->
                        CommandException.usage(
                            "%s: not a time such as 2026-01-31T12:00:00Z, 2026-01-31, PT1H or 1h (ago): \"%s\""
                                .formatted(option, t))));
  }

  private static Optional<Instant> instant(String text) {
    try {
      return Optional.of(OffsetDateTime.parse(text).toInstant());
    } catch (DateTimeParseException _) {
      return Optional.empty();
    }
  }

  private static Optional<Instant> day(String text) {
    try {
      return Optional.of(LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant());
    } catch (DateTimeParseException _) {
      return Optional.empty();
    }
  }

  private static Optional<Instant> ago(String text, Clock clock) {
    try {
      return SpanOption.read(text).map(clock.instant()::minus);
    } catch (DateTimeException | ArithmeticException _) {
      // Longer ago than there is time.
      return Optional.empty();
    }
  }
}
