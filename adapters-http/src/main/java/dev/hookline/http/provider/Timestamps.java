package dev.hookline.http.provider;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;

/** Times as providers write them. What lies outside the years 1970 to 9999 is no time. */
public final class Timestamps {
  private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999999999Z");

  private Timestamps() {}

  /** ISO-8601 with {@code Z} or an offset. */
  public static Optional<Instant> ofIso(String text) {
    try {
      return plausible(OffsetDateTime.parse(text).toInstant());
    } catch (DateTimeException _) {
      return Optional.empty();
    }
  }

  public static Optional<Instant> ofEpochSeconds(long seconds) {
    return seconds > LATEST.getEpochSecond()
        ? Optional.empty()
        : plausible(Instant.ofEpochSecond(Math.max(seconds, -1)));
  }

  public static Optional<Instant> ofEpochMillis(long millis) {
    return plausible(Instant.ofEpochMilli(millis));
  }

  private static Optional<Instant> plausible(Instant time) {
    return time.isBefore(Instant.EPOCH) || time.isAfter(LATEST)
        ? Optional.empty()
        : Optional.of(time);
  }
}
