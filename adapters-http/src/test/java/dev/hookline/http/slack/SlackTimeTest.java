package dev.hookline.http.slack;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SlackTimeTest {
  @ParameterizedTest
  @CsvSource({
    "1355517523.000005, 2012-12-14T20:38:43.000005Z",
    "1355517523.000000, 2012-12-14T20:38:43.000000Z",
    "1355517523.900000, 2012-12-14T20:38:43.900000Z",
    "1355517523.9, 2012-12-14T20:38:43.900000Z",
    "1355517523, 2012-12-14T20:38:43Z",
    "0, 1970-01-01T00:00:00Z"
  })
  void decimalsAreKeptToTheLastDigit(String ts, String iso) {
    assertEquals(Optional.of(iso), SlackTime.iso(ts));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        ".5",
        "1.",
        "-1",
        "1e9",
        " 1",
        "1.0000001",
        "999999999999",
        "99999999999999999999"
      })
  void whatIsNoTimeIsAbsent(String text) {
    assertEquals(Optional.empty(), SlackTime.iso(text));
  }

  @Test
  void onlyAsciiDigitsAreDigits() {
    assertEquals(true, SlackTime.isDigits("0123456789"));
    assertEquals(false, SlackTime.isDigits("١"));
    assertEquals(false, SlackTime.isDigits(""));
  }
}
