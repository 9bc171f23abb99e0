package dev.hookline.bootstrap.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ScheduleTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final Schedule paced = new Schedule(3, 2 * SECOND, 5 * SECOND);

  @Test
  void eachIsPlannedAtItsNumberOverTheRate() {
    assertEquals(0, paced.instantOf(0));
    assertEquals(333_333_333, paced.instantOf(1));
    assertEquals(SECOND, paced.instantOf(3));
  }

  @Test
  void roundingDoesNotAddUp() {
    assertEquals(3600 * SECOND, paced.instantOf(3L * 3600));
    long afterAnHour = new Schedule(7777, 0, Long.MAX_VALUE).instantOf(7777L * 3600);
    assertTrue(Math.abs(3600 * SECOND - afterAnHour) < 1000, () -> "off to " + afterAnHour);
  }

  @Test
  void whatIsPlannedBeforeAnInstantIsCounted() {
    assertEquals(0, paced.plannedBefore(0));
    assertEquals(1, paced.plannedBefore(1));
    assertEquals(3, paced.plannedBefore(SECOND));
    assertEquals(4, paced.plannedBefore(SECOND + 1));
  }

  @Test
  void theWarmUpAndWhatComesAfterTheEndDoNotCount() {
    assertFalse(paced.counts(2 * SECOND - 1));
    assertTrue(paced.counts(2 * SECOND));
    assertTrue(paced.counts(5 * SECOND - 1));
    assertFalse(paced.counts(5 * SECOND));
  }

  @Test
  void withoutARateNothingIsPlanned() {
    var unpaced = new Schedule(0, 0, SECOND);
    assertFalse(unpaced.isPaced());
    assertEquals(0, unpaced.plannedBefore(SECOND));
  }
}
