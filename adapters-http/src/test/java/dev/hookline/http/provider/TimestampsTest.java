package dev.hookline.http.provider;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TimestampsTest {
  private static final Optional<Instant> TIME = Optional.of(Instant.parse("2019-05-15T15:20:18Z"));

  @Test
  void offsetsAreTakenOut() {
    assertEquals(TIME, Timestamps.ofIso("2019-05-15T15:20:18Z"));
    assertEquals(TIME, Timestamps.ofIso("2019-05-15T15:20:18+00:00"));
    assertEquals(TIME, Timestamps.ofIso("2019-05-15T11:20:18-04:00"));
    assertEquals(TIME, Timestamps.ofEpochSeconds(1557933618));
    assertEquals(TIME, Timestamps.ofEpochMillis(1557933618000L));
  }

  @Test
  void whatIsNoTimeIsAbsent() {
    assertEquals(Optional.empty(), Timestamps.ofIso(""));
    assertEquals(Optional.empty(), Timestamps.ofIso("2019-05-15"));
    assertEquals(Optional.empty(), Timestamps.ofIso("2019-05-15T15:20:18"));
    assertEquals(Optional.empty(), Timestamps.ofIso("+999999999-12-31T23:59:59-18:00"));
    assertEquals(Optional.empty(), Timestamps.ofEpochSeconds(-1));
    assertEquals(Optional.empty(), Timestamps.ofEpochSeconds(253402300800L));
    assertEquals(Optional.empty(), Timestamps.ofEpochSeconds(Long.MAX_VALUE));
    assertEquals(Optional.empty(), Timestamps.ofEpochSeconds(Long.MIN_VALUE));
    assertEquals(Optional.empty(), Timestamps.ofEpochMillis(Long.MAX_VALUE));
    assertEquals(Optional.empty(), Timestamps.ofEpochMillis(Long.MIN_VALUE));
  }
}
