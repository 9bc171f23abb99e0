package dev.hookline.domain.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {
  @ParameterizedTest
  @CsvSource({
    "octo/*, octo/widgets, true",
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
    assertEquals(fits, new Glob(pattern).matches(text));
  }

  @Test
  void caseMattersUnlessItIsToldNotTo() {
    assertFalse(new Glob("OCTO/*").matches("octo/Widgets"));
    assertTrue(new Glob("OCTO/*").matchesInAnyCase("octo/Widgets"));
  }

  @Test
  void starsAloneMatchEverything() {
    assertTrue(new Glob("**").matchesEverything());
    assertFalse(new Glob("*a").matchesEverything());
    assertFalse(new Glob("").matchesEverything());
  }
}
