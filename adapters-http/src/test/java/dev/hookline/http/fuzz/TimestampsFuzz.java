package dev.hookline.http.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.http.provider.Timestamps;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Optional;

/** A text or number is a time from 1970 to 9999, which means the same when written out, or none. */
public final class TimestampsFuzz {
  private static final Instant END = Instant.parse("9999-12-31T23:59:59.999999999Z");

  private TimestampsFuzz() {}

  public static void fuzzerTestOneInput(byte[] bytes) {
    Optional<Instant> time = Timestamps.ofIso(new String(bytes, UTF_8));
    time.ifPresent(
        found -> {
          assertTrue(!found.isBefore(Instant.EPOCH) && !found.isAfter(END), found.toString());
          assertEquals(time, Timestamps.ofIso(found.toString()));
        });
    long number = bytes.length == 0 ? 0 : new BigInteger(bytes).longValue();
    boolean fits = number >= 0 && number <= END.getEpochSecond();
    assertEquals(
        fits ? Optional.of(Instant.EPOCH.plusSeconds(number)) : Optional.empty(),
        Timestamps.ofEpochSeconds(number));
    boolean fitsMillis = number >= 0 && number <= END.toEpochMilli();
    assertEquals(
        fitsMillis ? Optional.of(Instant.EPOCH.plusMillis(number)) : Optional.empty(),
        Timestamps.ofEpochMillis(number));
  }
}
