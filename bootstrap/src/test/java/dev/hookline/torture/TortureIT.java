package dev.hookline.torture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The short form; {@code bin/torture} runs longer ones, and those with planted defects. */
class TortureIT {
  private static final int KILLS = 16;

  @TempDir private Path folder;

  @Test
  void nothingIsLostDoubledOrMisorderedWhateverIsKilled() throws Exception {
    var plan =
        new Plan(1, 5000, KILLS, Duration.ofSeconds(36), Duration.ofSeconds(3), Optional.empty());
    TortureRun.Result result = new TortureRun(plan, folder, System.err::println).run();
    System.err.println(result.text());
    assertTrue(result.holds(), result::text);
    assertEquals(KILLS, result.kills());
  }
}
