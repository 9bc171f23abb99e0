package dev.hookline.queue.target;

import static dev.hookline.testing.Samples.aPipeline;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.application.dispatch.Command;
import dev.hookline.domain.pipeline.Outcome;
import dev.hookline.domain.pipeline.Outcome.Delivered;
import dev.hookline.domain.pipeline.Outcome.TryAgain;
import dev.hookline.domain.pipeline.Pipeline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExecTargetTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  @TempDir private Path folder;
  private final Pipeline pipeline = aPipeline().build();
  private final Command command = new Command(pipeline.id(), 3, pipeline.event());

  private Outcome run(Duration timeout, String... line) {
    return new ExecTarget("exec", List.of(line), timeout, new IdAlone()).dispatch(command);
  }

  @Test
  void theCommandGetsTheLineAndTheNamesOfTheEvent() throws IOException {
    Path seen = folder.resolve("seen");
    var script =
        "{ cat; echo $HOOKLINE_PIPELINE_ID $HOOKLINE_SERVICE $HOOKLINE_EVENT_TYPE"
            + " $HOOKLINE_REPOSITORY $HOOKLINE_ATTEMPT; } > "
            + seen;
    assertEquals(new Delivered(), run(MINUTE, "sh", "-c", script));
    var lines = Files.readAllLines(seen);
    assertEquals(
        "{\"pipeline_id\":\"%s\",\"attempt\":3,\"event\":{\"event_id\":\"%s\"}}"
            .formatted(pipeline.id(), pipeline.event().eventId()),
        lines.getFirst());
    assertEquals(pipeline.id() + " github issue_comment octo/widgets 3", lines.getLast());
  }

  @Test
  void aFailedCommandIsTriedAgainWithWhatItSaid() {
    var outcome =
        assertInstanceOf(TryAgain.class, run(MINUTE, "sh", "-c", "echo no disk >&2; exit 7"));
    assertEquals("exit 7: no disk", outcome.error());
  }

  @Test
  void onlyTheBeginningOfALongOutputIsKept() {
    var outcome =
        assertInstanceOf(TryAgain.class, run(MINUTE, "sh", "-c", "yes | head -c 1000000; exit 1"));
    assertTrue(outcome.error().length() <= ExecTarget.MAX_OUTPUT + 10);
  }

  @Test
  void aCommandThatDoesNotReadItsInputMaySucceed() {
    assertEquals(new Delivered(), run(MINUTE, "true"));
  }

  @Test
  void aCommandThatTakesTooLongIsKilledWithAllItStarted() throws Exception {
    Path pid = folder.resolve("pid");
    var outcome =
        run(Duration.ofMillis(500), "sh", "-c", "sleep 600 & echo $! > " + pid + "; wait");
    assertEquals(new TryAgain("killed after PT0.5S"), outcome);
    long child = Long.parseLong(Files.readString(pid).strip());
    ProcessHandle.of(child).ifPresent(handle -> handle.onExit().join());
    assertFalse(ProcessHandle.of(child).isPresent());
  }

  @Test
  void aCommandThatDoesNotExistIsTriedAgain() {
    var outcome = assertInstanceOf(TryAgain.class, run(MINUTE, "/no/such/program"));
    assertTrue(outcome.error().contains("cannot be started"));
  }

  @Test
  void theLineIsNeverReadByAShell() {
    assertEquals(
        new Delivered(), run(MINUTE, "test", "$HOOKLINE_SERVICE", "=", "$HOOKLINE_SERVICE"));
    assertInstanceOf(TryAgain.class, run(MINUTE, "test", "$HOOKLINE_SERVICE", "=", "github"));
  }
}
