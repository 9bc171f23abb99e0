package dev.hookline.queue.target;

import static dev.hookline.testing.Samples.aPipeline;
import static dev.hookline.testing.Samples.anEvent;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.application.dispatch.Command;
import dev.hookline.application.dispatch.Reply;
import dev.hookline.domain.pipeline.Outcome;
import dev.hookline.domain.pipeline.Outcome.Delivered;
import dev.hookline.domain.pipeline.Outcome.TryAgain;
import dev.hookline.domain.pipeline.Pipeline;
import dev.hookline.domain.trace.TraceContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
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
  void theCommandIsToldWhereItStandsInATrace() throws IOException {
    Path seen = folder.resolve("seen");
    var script = "echo \"$TRACEPARENT $TRACESTATE.\" > " + seen;
    var target = new ExecTarget("exec", List.of("sh", "-c", script), MINUTE, new IdAlone());
    var trace = new TraceContext("a".repeat(32), "b".repeat(16), 0, "c=d");

    target.dispatch(new Command(pipeline.id(), 1, pipeline.event(), false, Optional.of(trace)));
    assertEquals(trace.traceparent() + " c=d.", Files.readString(seen).strip());
    target.dispatch(command);
    assertEquals(" .", Files.readString(seen).stripTrailing());
  }

  @Test
  void aFailedCommandIsTriedAgainWithWhatItSaid() {
    var outcome =
        assertInstanceOf(TryAgain.class, run(MINUTE, "sh", "-c", "echo no disk >&2; exit 7"));
    assertEquals("exit 7\nno disk", outcome.error());
  }

  @Test
  void onlyTheBeginningOfALongOutputIsKept() {
    var outcome =
        assertInstanceOf(TryAgain.class, run(MINUTE, "sh", "-c", "yes | head -c 1000000; exit 1"));
    assertEquals("exit 1\n" + "y\n".repeat(ExecTarget.MAX_OUTPUT / 2).strip(), outcome.error());
  }

  @Test
  void outputThatIsNoTextIsMadeOne() {
    var outcome =
        assertInstanceOf(
            TryAgain.class,
            run(
                MINUTE,
                "sh",
                "-c",
                "printf 'a\\000b\\377c\\033[31md\\r\\n\\te\\303\\244'; exit 3"));
    assertEquals("exit 3\na\uFFFDb\uFFFDc\uFFFD[31md\uFFFD\n\teä", outcome.error());
  }

  @Test
  void aCommandThatSaysNothingIsKnownByItsExit() {
    assertEquals(new TryAgain("exit 255"), run(MINUTE, "sh", "-c", "exit 255"));
    assertEquals(new TryAgain("exit 143"), run(MINUTE, "sh", "-c", "kill $$"));
  }

  @Test
  void aCommandThatDoesNotReadItsInputMaySucceed() {
    assertEquals(new Delivered(), run(MINUTE, "true"));
  }

  /** Larger than a pipe, so that writing it must fail at the command's end. */
  @Test
  void norMustItReadAHugeInput() {
    var huge = anEvent().eventId("x".repeat(5_000_000)).build();
    var target = new ExecTarget("exec", List.of("true"), MINUTE, new IdAlone());
    assertEquals(new Delivered(), target.dispatch(new Command(pipeline.id(), 1, huge)));
  }

  /** Starts a child that ignores SIGTERM and a grandchild that init adopts, and says so. */
  private String stubborn() {
    return """
    trap '' TERM
    sleep 600 & echo $! > %1$s/child
    (sleep 600 & echo $! > %1$s/adopted)
    mv %1$s/adopted %1$s/grandchild
    echo started
    sleep 600
    """
        .formatted(folder);
  }

  private Optional<ProcessHandle> process(String name) throws IOException {
    return ProcessHandle.of(Long.parseLong(Files.readString(folder.resolve(name)).strip()));
  }

  private void assertEnds(String name) throws IOException {
    process(name).ifPresent(handle -> handle.onExit().orTimeout(20, TimeUnit.SECONDS).join());
  }

  @Test
  void aCommandThatTakesTooLongIsKilledWithAllItStarted() throws IOException {
    assertEquals(
        new TryAgain("killed after PT2S\nstarted"),
        run(Duration.ofSeconds(2), "sh", "-c", stubborn()));
    assertEnds("child");
    assertEnds("grandchild");
  }

  @Test
  void aWorkerThatStopsKillsWhatIsStillAtWork() throws Exception {
    var attempt = new FutureTask<>(() -> run(MINUTE, "sh", "-c", stubborn()));
    Thread thread = Thread.ofVirtual().start(attempt);
    awaitFile("grandchild");
    thread.interrupt();
    assertEquals(new TryAgain("the worker was stopped"), attempt.get(20, TimeUnit.SECONDS));
    assertEnds("child");
    assertEnds("grandchild");
  }

  private void awaitFile(String name) throws Exception {
    try (var watch = folder.getFileSystem().newWatchService()) {
      folder.register(watch, StandardWatchEventKinds.ENTRY_CREATE);
      while (!Files.exists(folder.resolve(name))) {
        var key = watch.poll(20, TimeUnit.SECONDS);
        assertNotNull(key, "nothing new in the folder");
        key.pollEvents();
        key.reset();
      }
    }
  }

  @Test
  void withoutSetsidAtLeastTheDescendantsAreKilled() throws IOException {
    var target =
        new ExecTarget(
            "exec",
            List.of("sh", "-c", "sleep 600 & echo $! > " + folder + "/child; wait"),
            Duration.ofSeconds(2),
            new IdAlone(),
            "");
    assertEquals(new TryAgain("killed after PT2S"), target.dispatch(command));
    assertEnds("child");
  }

  @Test
  void whatASuccessfulCommandLeavesBehindGoesOn() throws IOException {
    String script = "sleep 600 > /dev/null 2>&1 & echo $! > " + folder + "/left";
    assertEquals(new Delivered(), run(MINUTE, "sh", "-c", script));
    assertTrue(process("left").orElseThrow().destroyForcibly());
  }

  /** A process left behind holds the output open. */
  @Test
  void aFailedCommandIsHeardThoughItsOutputHasNoEnd() throws IOException {
    String script = "echo no disk; sleep 600 & echo $! > " + folder + "/left; exit 7";
    assertEquals(new TryAgain("exit 7\nno disk"), run(MINUTE, "sh", "-c", script));
    assertTrue(process("left").orElseThrow().destroyForcibly());
  }

  @Test
  void aCommandThatDoesNotExistIsTriedAgain() {
    var outcome = assertInstanceOf(TryAgain.class, run(MINUTE, "/no/such/program"));
    assertTrue(outcome.error().contains("/no/such/program"), outcome.error());
    var withoutSetsid =
        new ExecTarget("exec", List.of("/no/such/program"), MINUTE, new IdAlone(), "");
    outcome = assertInstanceOf(TryAgain.class, withoutSetsid.dispatch(command));
    assertTrue(outcome.error().startsWith("the command cannot be started"), outcome.error());
  }

  @Test
  void theLineIsNeverReadByAShell() {
    assertEquals(
        new Delivered(), run(MINUTE, "test", "$HOOKLINE_SERVICE", "=", "$HOOKLINE_SERVICE"));
    assertInstanceOf(TryAgain.class, run(MINUTE, "test", "$HOOKLINE_SERVICE", "=", "github"));
  }

  @Test
  void whoeverObservesIsToldTheExitCodeOrThatThereIsNone() {
    var replies = new ArrayList<Reply>();
    var observed =
        new Command(pipeline.id(), 1, pipeline.event(), false, Optional.empty(), replies::add);
    for (String script : List.of("cat", "cat; exit 3")) {
      new ExecTarget("exec", List.of("sh", "-c", script), MINUTE, new IdAlone()).dispatch(observed);
    }
    new ExecTarget("exec", List.of("sleep", "60"), Duration.ofMillis(200), new IdAlone())
        .dispatch(observed);
    new ExecTarget("exec", List.of("/no/such/program"), MINUTE, new IdAlone()).dispatch(observed);
    assertEquals(
        List.of(new Reply.Exited(0), new Reply.Exited(3), new Reply.Broken("timeout")),
        replies.subList(0, 3));
    // With a leader of its group it is that which finds no program, and ends so.
    assertEquals(4, replies.size());
  }
}
