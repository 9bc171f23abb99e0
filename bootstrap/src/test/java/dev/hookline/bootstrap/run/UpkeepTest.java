package dev.hookline.bootstrap.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;

class UpkeepTest {
  @Test
  void afterAFailureTheNextRoundComesSoon() throws InterruptedException {
    Iterator<Boolean> rounds = List.of(true, false, true).iterator();
    var pauses = new ArrayList<Duration>();
    Upkeep.repeat(
        rounds::next,
        pause -> {
          pauses.add(pause);
          return !rounds.hasNext();
        });
    assertEquals(List.of(Duration.ofHours(1), Duration.ofMinutes(1), Duration.ofHours(1)), pauses);
  }
}
