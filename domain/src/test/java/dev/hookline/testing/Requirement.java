package dev.hookline.testing;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * What a test needs of its machine, and not every machine has: where it is missing the test is
 * skipped, or under {@code -Dhookline.require=all} fails.
 */
public final class Requirement {
  static final String PROPERTY = "hookline.require";

  private Requirement() {}

  /**
   * @param lack says what is missing if it is not met
   */
  public static void met(boolean isMet, String lack) {
    if ("all".equals(System.getProperty(PROPERTY))) {
      assertTrue(isMet, lack);
    } else {
      assumeTrue(isMet, lack);
    }
  }
}
