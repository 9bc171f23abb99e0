package dev.hookline.bootstrap.cli;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Spans of time as people give them: ISO-8601, or a number with its unit. */
final class SpanOption {
  private static final Pattern SHORT = Pattern.compile("([0-9]{1,9})(ms|s|m|h|d)");

  private SpanOption() {}

  /**
   * @throws CommandException if the text is no span of time from zero to a day
   */
  static Duration parse(String option, String text) {
    Duration span =
        read(text)
            .orElseThrow(
                () ->
                    CommandException.usage(
                        "%s: not a duration such as PT30S, 30s or 2m: \"%s\""
                            .formatted(option, Table.printable(text))));
    if (span.isNegative() || span.compareTo(Duration.ofDays(1)) > 0) {
      throw CommandException.usage(
          "%s: from nothing to a day, not \"%s\"".formatted(option, Table.printable(text)));
    }
    return span;
  }

  /** However long it is; empty if it is none. */
  static Optional<Duration> read(String text) {
    Matcher parts = SHORT.matcher(text);
    if (parts.matches()) {
      return Optional.of(of(Long.parseLong(parts.group(1)), parts.group(2)));
    }
    try {
      return Optional.of(Duration.parse(text));
    } catch (DateTimeParseException | ArithmeticException _) {
      return Optional.empty();
    }
  }

  private static Duration of(long number, String unit) {
    return switch (unit) {
      case "ms" -> Duration.ofMillis(number);
      case "s" -> Duration.ofSeconds(number);
      case "m" -> Duration.ofMinutes(number);
      case "h" -> Duration.ofHours(number);
      default -> Duration.ofDays(number);
    };
  }
}
