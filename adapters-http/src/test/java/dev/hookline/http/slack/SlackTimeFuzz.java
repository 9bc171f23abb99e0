package dev.hookline.http.slack;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.Optional;

/** A {@code ts} is the exact time that its digits say, or none. */
public final class SlackTimeFuzz {
  private static final BigDecimal END = new BigDecimal("253402300800");
  private static final BigDecimal NANOS = BigDecimal.valueOf(1_000_000_000);

  private SlackTimeFuzz() {}

  public static void fuzzerTestOneInput(byte[] bytes) {
    String text = new String(bytes, UTF_8);
    assertEquals(expected(text), SlackTime.iso(text).map(Instant::parse));
  }

  private static Optional<Instant> expected(String text) {
    if (!text.matches("[0-9]{1,12}(\\.[0-9]{1,6})?")) {
      return Optional.empty();
    }
    var seconds = new BigDecimal(text);
    if (seconds.compareTo(END) >= 0) {
      return Optional.empty();
    }
    BigDecimal[] parts = seconds.divideAndRemainder(BigDecimal.ONE);
    return Optional.of(
        Instant.ofEpochSecond(
            parts[0].longValueExact(), parts[1].multiply(NANOS).longValueExact()));
  }
}
