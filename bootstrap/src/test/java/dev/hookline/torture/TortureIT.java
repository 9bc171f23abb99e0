package dev.hookline.torture;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The short form; {@code bin/torture} runs longer ones, and those with planted defects. How many of
 * the planned kills fit into its time depends on how fast the machine starts processes again.
 */
class TortureIT {
  private static final int KILLS_PLANNED = 16;
  private static final int KILLS_DEMANDED = 10;

  @TempDir private Path folder;

  @Test
  void nothingIsLostDoubledOrMisorderedWhateverIsKilled() throws Exception {
    var plan =
        new Plan(
            1,
            5000,
            KILLS_PLANNED,
            Duration.ofSeconds(36),
            Duration.ofSeconds(3),
            Optional.empty());
    TortureRun.Result result = new TortureRun(plan, folder, System.err::println).run();
    System.err.println(result.text());
    assertTrue(result.invariantsHold(), result::text);
    assertTrue(result.kills() >= KILLS_DEMANDED, result::text);
  }
}
