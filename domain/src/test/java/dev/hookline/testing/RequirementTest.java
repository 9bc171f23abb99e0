package dev.hookline.testing;

import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

class RequirementTest {
  private final String before = System.getProperty(Requirement.PROPERTY, "");

  @AfterEach
  void restore() {
    System.setProperty(Requirement.PROPERTY, before);
  }

  @Test
  void whatIsMissingSkipsATestUnlessAllIsRequired() {
    System.clearProperty(Requirement.PROPERTY);
    assertThrows(TestAbortedException.class, () -> Requirement.met(false, "nothing is here"));

    System.setProperty(Requirement.PROPERTY, "all");
    assertThrows(AssertionFailedError.class, () -> Requirement.met(false, "nothing is here"));
    Requirement.met(true, "nothing is here");
  }
}
