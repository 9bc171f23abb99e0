package dev.hookline.queue.target;

import static dev.hookline.testing.Samples.aPipeline;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.application.dispatch.Command;
import dev.hookline.domain.pipeline.Outcome.Delivered;
import dev.hookline.domain.pipeline.Outcome.TryAgain;
import dev.hookline.domain.pipeline.Pipeline;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LogTargetTest {
  private final Pipeline pipeline = aPipeline().build();
  private final Command command = new Command(pipeline.id(), 2, pipeline.event());

  @Test
  void aCommandIsOneLineOfJson() {
    var out = new ByteArrayOutputStream();
    assertEquals(new Delivered(), new LogTarget("log", new IdAlone(), out).dispatch(command));
    String expected =
        "{\"pipeline_id\":\"%s\",\"attempt\":2,\"event\":{\"event_id\":\"%s\"}}\n"
            .formatted(pipeline.id(), pipeline.event().eventId());
    assertEquals(expected, out.toString(UTF_8));
  }

  @Test
  void anOutputThatCannotBeWrittenIsTriedAgain() {
    var full =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("No space left on device");
          }
        };
    var outcome =
        assertInstanceOf(
            TryAgain.class, new LogTarget("log", new IdAlone(), full).dispatch(command));
    assertTrue(outcome.error().contains("No space left"));
  }

  @Test
  void whoHasWaitedTooLongForAFullPipeWritesNoLineLater() throws Exception {
    var full = new CountDownLatch(1);
    var begun = new CountDownLatch(1);
    var out =
        new ByteArrayOutputStream() {
          @Override
          public void flush() throws IOException {
            begun.countDown();
            try {
              full.await();
            } catch (InterruptedException e) {
              throw new InterruptedIOException();
            }
          }
        };
    var log = new LogTarget("log", new IdAlone(), out);
    Thread first = Thread.ofVirtual().start(() -> log.dispatch(command));
    begun.await();

    var late = new TimeLimitedTarget(log, Duration.ofMillis(50)).dispatch(command);
    assertInstanceOf(TryAgain.class, late);
    full.countDown();
    first.join();
    assertEquals(new Delivered(), log.dispatch(command));
    assertEquals(2, out.toString(UTF_8).lines().count());
  }

  @Test
  void linesOfConcurrentCommandsNeverMix() {
    var out = new ByteArrayOutputStream();
    var target = new LogTarget("log", new IdAlone(), out);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      IntStream.range(0, 500).forEach(_ -> threads.execute(() -> target.dispatch(command)));
    }
    List<String> lines = out.toString(UTF_8).lines().distinct().toList();
    assertEquals(1, lines.size());
    assertEquals(500, out.toString(UTF_8).lines().count());
  }
}
