package dev.hookline.http.github;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {
  @ParameterizedTest
  @CsvSource({
    "octo/*, octo/widgets, true",
    "OCTO/*, octo/Widgets, true",
    "octo/*, octopus/widgets, false",
    "*, octo/widgets, true",
    "*/widgets, octo/widgets, true",
    "octo/w*s, octo/widgets, true",
    "octo/w*s*s, octo/widgets, false",
    "octo/**, octo/widgets, true",
    "octo/widgets, octo/widgets, true",
    "octo/widget, octo/widgets, false",
    "octo/widgets*, octo/widgets, true",
    "octo.*, octo/widgets, false",
    "*a*b*c*d, aXbXcX, false"
  })
  void starStandsForAnyRun(String pattern, String text, boolean fits) {
    assertEquals(fits, Glob.matches(pattern, text));
  }
}
