package dev.hookline.torture;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The short form; {@code bin/torture} runs longer ones, and those with planted defects. */
class TortureIT {
  /** Some crash points are not passed often enough, and some blows hit what is down already. */
  private static final int KILLS = 20;

  private static final int KILLS_AT_LEAST = 15;

  @TempDir private Path folder;

  @Test
  void nothingIsLostDoubledOrMisorderedWhateverIsKilled() throws Exception {
    var plan =
        new Plan(1, 5000, KILLS, Duration.ofSeconds(36), Duration.ofSeconds(3), Optional.empty());
    TortureRun.Result result = new TortureRun(plan, folder, System.err::println).run();
    System.err.println(result.text());
    assertTrue(result.holds(), result::text);
    assertTrue(result.kills() >= KILLS_AT_LEAST, () -> result.kills() + " kills");
  }
}
