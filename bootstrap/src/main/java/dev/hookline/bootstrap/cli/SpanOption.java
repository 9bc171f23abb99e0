package dev.hookline.bootstrap.cli;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Spans of time as people give them: ISO-8601, or a number with its unit. */
final class SpanOption {
  private static final Pattern SHORT = Pattern.compile("([0-9]{1,9})(ms|s|m|h)");

  private SpanOption() {}

  /**
   * @throws CommandException if the text is no span of time from zero to a day
   */
  static Duration parse(String option, String text) {
    Matcher parts = SHORT.matcher(text);
    Duration span;
    try {
      span =
          parts.matches()
              ? of(Long.parseLong(parts.group(1)), parts.group(2))
              : Duration.parse(text);
    } catch (DateTimeParseException | ArithmeticException _) {
      throw CommandException.usage(
          "%s: not a duration such as PT30S, 30s or 2m: \"%s\""
              .formatted(option, Table.printable(text)));
    }
    if (span.isNegative() || span.compareTo(Duration.ofDays(1)) > 0) {
      throw CommandException.usage(
          "%s: from nothing to a day, not \"%s\"".formatted(option, Table.printable(text)));
    }
    return span;
  }

  private static Duration of(long number, String unit) {
    return switch (unit) {
      case "ms" -> Duration.ofMillis(number);
      case "s" -> Duration.ofSeconds(number);
      case "m" -> Duration.ofMinutes(number);
      default -> Duration.ofHours(number);
    };
  }
}
