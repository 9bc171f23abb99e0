package dev.hookline.torture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * The short form; {@code bin/torture} runs longer ones, and those with planted defects. How many of
 * the planned kills fit into its time depends on how fast the machine starts processes again.
 */
@Isolated("it measures, and wants the processors for itself")
class TortureIT {
  private static final int KILLS_PLANNED = 16;
  private static final int KILLS_DEMANDED = 10;

  /** Each of them is planned at least twice. */
  private static final Set<Fault> DEMANDED =
      Set.of(Fault.KILL_INTAKE, Fault.KILL_WORKER, Fault.KILL_POSTGRES, Fault.WITHHOLD_COMMIT);

  @TempDir private Path folder;

  @Test
  void nothingIsLostDoubledOrMisorderedWhateverIsKilled() throws Exception {
    var plan =
        new Plan(
            1,
            5000,
            KILLS_PLANNED,
            List.of(),
            Duration.ofSeconds(36),
            Duration.ofSeconds(3),
            Optional.empty());
    var mistaken = new ArrayList<String>();
    TortureRun.Result result =
        new TortureRun(plan, folder, System.err::println)
            .run(
                (held, evidence) -> {
                  System.err.println(held.text());
                  if (held.invariantsHold()) {
                    mistaken.addAll(Falsifications.mistaken(evidence));
                  }
                });
    assertTrue(result.invariantsHold(), result::text);
    assertTrue(result.chronicle().kills() >= KILLS_DEMANDED, result::text);
    for (Fault fault : DEMANDED) {
      assertTrue(result.chronicle().happened().containsKey(fault.name()), result::text);
    }
    // It would have found what it looks for.
    assertEquals(List.of(), mistaken);
  }
}
