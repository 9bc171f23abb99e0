package dev.hookline.queue.worker;

import static dev.hookline.testing.Samples.NOON;
import static dev.hookline.testing.Samples.THREE_TIMES;
import static dev.hookline.testing.Samples.aDelivery;
import static dev.hookline.testing.Samples.aPipeline;
import static dev.hookline.testing.Samples.anEvent;
import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.application.dispatch.Command;
import dev.hookline.application.dispatch.DispatchCommand;
import dev.hookline.application.dispatch.DispatchTracing;
import dev.hookline.application.dispatch.Outbox.Ordering;
import dev.hookline.application.dispatch.ProcessWebhookEvent;
import dev.hookline.application.dispatch.Targets;
import dev.hookline.application.dispatch.WorkerId;
import dev.hookline.application.format.EventFormat;
import dev.hookline.application.pipeline.NewPipeline;
import dev.hookline.domain.delivery.DeliveryKey;
import dev.hookline.domain.pipeline.Outcome.TryAgain;
import dev.hookline.domain.pipeline.Pipeline;
import dev.hookline.domain.pipeline.PipelineId;
import dev.hookline.domain.pipeline.PipelineState.Dispatched;
import dev.hookline.queue.target.FileTarget;
import dev.hookline.queue.target.TimeLimitedTarget;
import dev.hookline.testing.InMemoryStorage;
import dev.hookline.testing.MovableClock;
import dev.hookline.testing.PlainEventFormat;
import dev.hookline.testing.Samples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example of a new target, behind a real worker. */
class FileTargetTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir private Path folder;
  private final EventFormat format = new PlainEventFormat();
  private final MovableClock clock = new MovableClock(NOON);
  private final InMemoryStorage storage = new InMemoryStorage(clock);

  private OutboxWorker worker(Path file) {
    var target =
        new TimeLimitedTarget(new FileTarget("file", file, format), Duration.ofSeconds(10));
    var targets = Targets.only(target);
    return new OutboxWorker(
        storage.outbox(),
        storage.outboxSignal(),
        new ProcessWebhookEvent(storage.outbox(), targets, THREE_TIMES, new Uncounted(), clock),
        new DispatchCommand(targets, THREE_TIMES, new Uncounted(), DispatchTracing.off(), clock),
        targets,
        new WorkerSettings(
            new WorkerId(Samples.uuid(NOON)),
            32,
            Optional.empty(),
            Long.MAX_VALUE,
            Duration.ofSeconds(8),
            Duration.ofMillis(20),
            Ordering.STRICT),
        new Random(1),
        Duration.ofSeconds(5));
  }

  private PipelineId accept(String repository) {
    var pipeline =
        Pipeline.received(
            new PipelineId(Samples.uuid(NOON)), anEvent().repository(repository).build());
    storage
        .pipelines()
        .accept(
            new NewPipeline(
                pipeline,
                aDelivery(Samples.GITHUB),
                new DeliveryKey(pipeline.event().eventId()),
                true),
            Duration.ofSeconds(1));
    return pipeline.id();
  }

  private void awaitDispatched(List<PipelineId> ids) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!ids.stream().allMatch(this::isDispatched)) {
      assertTrue(System.nanoTime() < deadline, "not dispatched in time");
      Thread.sleep(5);
    }
  }

  private boolean isDispatched(PipelineId id) {
    return storage.records().pipeline(id).orElseThrow().pipeline().state() instanceof Dispatched;
  }

  @Test
  void aWorkerAppendsEachEventOnceInTheOrderOfItsRepository() throws Exception {
    Path file = Files.writeString(folder.resolve("events.jsonl"), "a line that was there\n");
    var ids = Stream.generate(() -> accept("octo/widgets")).limit(20).toList();
    try (var worker = worker(file)) {
      worker.start();
      awaitDispatched(ids);
    }
    List<String> lines = Files.readAllLines(file);
    assertEquals("a line that was there", lines.getFirst());
    assertEquals(
        ids.stream().map(PipelineId::toString).collect(joining("\n")),
        lines.stream().skip(1).map(FileTargetTest::idIn).collect(joining("\n")));
  }

  private static String idIn(String line) {
    return line.replaceAll(
        "\\{\"pipeline_id\":\"([0-9a-f-]{36})\",\"attempt\":1,\"event\":.*}", "$1");
  }

  @Test
  void aFileThatCannotBeWrittenIsTriedAgain() throws IOException {
    Path aFolder = Files.createDirectory(folder.resolve("folder"));
    var pipeline = aPipeline().build();
    var outcome =
        assertInstanceOf(
            TryAgain.class,
            new FileTarget("file", aFolder, format)
                .dispatch(new Command(pipeline.id(), 1, pipeline.event())));
    assertTrue(outcome.error().startsWith("the file cannot be written: "), outcome::error);
  }
}
