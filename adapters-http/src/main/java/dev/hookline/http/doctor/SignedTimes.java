package dev.hookline.http.doctor;

import dev.hookline.domain.delivery.Delivery;
import dev.hookline.http.doctor.Finding.Cause;
import dev.hookline.http.json.Payload;
import dev.hookline.http.provider.SigningScheme;
import dev.hookline.http.provider.SigningScheme.SignedTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** What a delivery says of when it was signed, and what is wrong with that. */
final class SignedTimes {
  private static final Pattern DIGITS = Pattern.compile("[0-9]{1,18}");
  private static final Duration NEAR = Duration.ofDays(366);

  private final Delivery delivery;
  private final Optional<Duration> tolerance;
  private final List<Finding> findings = new ArrayList<>();
  private final List<String> texts = new ArrayList<>();

  private SignedTimes(Delivery delivery, Optional<Duration> tolerance) {
    this.delivery = delivery;
    this.tolerance = tolerance;
  }

  /**
   * @param hasBody whether the body is there to be read
   */
  static SignedTimes of(
      Delivery delivery, SigningScheme scheme, Optional<Duration> tolerance, boolean hasBody) {
    var times = new SignedTimes(delivery, tolerance);
    switch (scheme.time()) {
      case SignedTime.None _ -> times.texts.add("");
      case SignedTime.Header(var name, _, _) -> times.readHeader(name);
      case SignedTime.Member(var name) -> {
        times.texts.add("");
        if (hasBody) {
          times.readMember(name);
        }
      }
    }
    return times;
  }

  List<Finding> findings() {
    return findings;
  }

  /** What may have stood for the time in what was signed; none if there is no time. */
  List<String> texts() {
    return texts;
  }

  private void readHeader(String name) {
    List<String> values = delivery.headers().all(name);
    if (values.isEmpty()) {
      found(
          Cause.TIME_MISSING,
          "There is no header %s, which is signed with the body.".formatted(name),
          "Have whatever stands between pass it on.");
      return;
    }
    if (values.size() > 1) {
      found(
          Cause.HEADER_DOUBLED,
          "The header %s came %d times, and must come once.".formatted(name, values.size()),
          "See whether a proxy or a library adds it a second time.");
    }
    String text = values.getFirst();
    texts.add(text);
    String bare = text.strip();
    if (!DIGITS.matcher(bare).matches()) {
      found(
          Cause.TIME_MALFORMED,
          "The value of %s is not a number of seconds since 1970 in digits.".formatted(name),
          "Send the time of signing as a whole number of seconds since 1970.");
      return;
    }
    long number = Long.parseLong(bare);
    if (isNear(Instant.ofEpochMilli(number))) {
      texts.add(Long.toString(number / 1000));
      found(
          Cause.TIME_IN_OTHER_UNITS,
          "%s is in milliseconds, and should be in seconds.".formatted(name),
          "Divide it by a thousand, in the header and in what is signed.");
    } else {
      compare(seconds(number));
    }
  }

  private void readMember(String name) {
    Optional<Payload> payload = Payload.read(delivery.body().bytes());
    if (payload.isEmpty()) {
      return;
    }
    Optional<Long> number = payload.get().whole(name);
    if (number.isEmpty()) {
      found(
          Cause.TIME_MISSING,
          "The body has no whole number %s, which is the time of signing.".formatted(name),
          "Put the time of signing into the body, in milliseconds since 1970.");
    } else if (isNear(seconds(number.get()))) {
      found(
          Cause.TIME_IN_OTHER_UNITS,
          "%s is in seconds, and should be in milliseconds.".formatted(name),
          "Multiply it by a thousand.");
    } else {
      compare(Instant.ofEpochMilli(number.get()));
    }
  }

  private static Instant seconds(long number) {
    return Instant.ofEpochSecond(Math.clamp(number, 0, Instant.MAX.getEpochSecond()));
  }

  private boolean isNear(Instant time) {
    return Duration.between(time, delivery.receivedAt()).abs().compareTo(NEAR) <= 0;
  }

  private void compare(Instant signed) {
    Duration late = Duration.between(signed, delivery.receivedAt());
    if (tolerance.isEmpty() || late.abs().compareTo(tolerance.get()) <= 0) {
      return;
    }
    String apart =
        "It was signed %d seconds %s it was received; %d are allowed."
            .formatted(
                late.abs().toSeconds(),
                late.isNegative() ? "after" : "before",
                tolerance.get().toSeconds());
    found(
        Cause.TIME_OUT_OF_TOLERANCE,
        apart,
        late.isNegative()
            ? "The sender's clock is ahead, or the one here behind: set both by NTP."
            : "It came late, was sent once more as it was, or the sender's clock is behind or the"
                + " one here ahead: set both by NTP, and have it signed anew.");
  }

  private void found(Cause cause, String what, String next) {
    findings.add(new Finding(cause, what, next));
  }
}
