package dev.hookline.http.slack;

import dev.hookline.http.provider.Timestamps;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Slack's times: whole seconds, or {@code ts} with six decimals, which names a message as well.
 * Never read as floating point, which would lose the last digits.
 */
final class SlackTime {
  private static final Pattern TS = Pattern.compile("([0-9]{1,12})(?:\\.([0-9]{1,6}))?");
  private static final DateTimeFormatter SIX_DECIMALS =
      new DateTimeFormatterBuilder().appendInstant(6).toFormatter();

  private SlackTime() {}

  static boolean isDigits(String text) {
    return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  /** ISO-8601 in UTC, with six decimals if the text has any; empty if it is not a time. */
  static Optional<String> iso(String ts) {
    Matcher parts = TS.matcher(ts);
    if (!parts.matches()) {
      return Optional.empty();
    }
    Optional<Instant> second = Timestamps.ofEpochSeconds(Long.parseLong(parts.group(1)));
    String decimals = parts.group(2);
    if (decimals == null) {
      return second.map(Instant::toString);
    }
    int micros = Integer.parseInt((decimals + "00000").substring(0, 6));
    return second.map(time -> SIX_DECIMALS.format(time.plusNanos(micros * 1000L)));
  }
}
