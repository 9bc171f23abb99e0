package dev.hookline.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

class WatermarkTest {
  private final Watermark watermark = new Watermark();

  private void look(long lowest, String... writers) {
    watermark.looked(OptionalLong.of(lowest), Set.of(writers), "up since noon");
  }

  @Test
  void claimsBeginAtTheLowestMessageOnceItsWritersHaveEnded() {
    look(50);
    look(60);
    assertEquals(0, watermark.from());
    look(70);
    assertEquals(50, watermark.from());
  }

  @Test
  void aWriterThatWasThereHoldsTheMarkBackUntilItHasEnded() {
    look(50);
    for (int round = 0; round < 5; round++) {
      look(60, "3/17", "4/" + round);
    }
    look(60, "4/5");
    assertEquals(0, watermark.from());
    look(60);
    assertEquals(50, watermark.from());
  }

  @Test
  void whatALateWriterLeftBelowTheMarkIsNotPassedOver() {
    look(50);
    look(50, "3/17");
    look(50);
    look(42);
    assertEquals(42, watermark.from());
  }

  @Test
  void ofAnEmptyOutboxTheHighestMessageSeenCounts() {
    look(1);
    watermark.seen(90);
    watermark.seen(70);
    for (int round = 0; round < 4; round++) {
      watermark.looked(OptionalLong.empty(), Set.of(), "up since noon");
    }
    assertEquals(90, watermark.from());
  }

  @Test
  void anotherServerMayDrawTheIdsAgain() {
    look(50);
    look(50);
    look(50);
    assertEquals(50, watermark.from());
    watermark.looked(OptionalLong.of(80), Set.of(), "up since one");
    assertEquals(0, watermark.from());
  }
}
