package dev.hookline.bootstrap.run;

import static dev.hookline.testing.Samples.NOON;
import static dev.hookline.testing.Samples.aPipeline;
import static dev.hookline.testing.Samples.anEvent;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.hookline.application.dispatch.Claim;
import dev.hookline.application.dispatch.CommandDispatcher;
import dev.hookline.application.dispatch.DispatchCommand;
import dev.hookline.application.dispatch.DispatchMetrics;
import dev.hookline.application.dispatch.DispatchTracing;
import dev.hookline.application.dispatch.Due;
import dev.hookline.application.dispatch.Lane;
import dev.hookline.application.dispatch.Line;
import dev.hookline.application.dispatch.Outbox;
import dev.hookline.application.dispatch.OutboxMessage;
import dev.hookline.application.dispatch.ProcessWebhookEvent;
import dev.hookline.application.dispatch.Targets;
import dev.hookline.application.dispatch.WorkerId;
import dev.hookline.domain.delivery.RawBody;
import dev.hookline.domain.pipeline.Origin;
import dev.hookline.domain.pipeline.Pipeline;
import dev.hookline.domain.pipeline.PipelineId;
import dev.hookline.domain.pipeline.RetryPolicy;
import dev.hookline.domain.pipeline.Routes;
import dev.hookline.domain.trace.TraceContext;
import dev.hookline.http.json.JacksonEventFormat;
import dev.hookline.queue.target.ExecTarget;
import dev.hookline.queue.worker.OutboxWorker;
import dev.hookline.queue.worker.WorkerSettings;
import dev.hookline.testing.Samples;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.slf4j.LoggerFactory;
import org.slf4j.event.KeyValuePair;

/** What the log says of a message, whichever way it ends. */
@Isolated("a log that others write is listened to")
class DispatchLinesTest {
  private static final Lane LANE = new Lane(1, 1);
  private static final String SECRET = "s3cr3t-of-a-payload";

  private final Logger logger = (Logger) LoggerFactory.getLogger("dev.hookline.dispatch");
  private final BlockingQueue<ILoggingEvent> lines = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> lost = new LinkedBlockingQueue<>();
  private final AppenderBase<ILoggingEvent> appender =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent line) {
          line.prepareForDeferredProcessing();
          lines.add(line);
        }
      };

  @BeforeEach
  void listen() {
    appender.start();
    logger.setLevel(Level.INFO);
    logger.addAppender(appender);
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(appender);
  }

  /** Has one message, once. */
  private static final class OneMessage implements Outbox {
    private final AtomicReference<List<Line>> due;

    OneMessage(Pipeline pipeline) {
      due =
          new AtomicReference<>(
              List.of(
                  new Line(
                      List.of(
                          new OutboxMessage(
                              1,
                              1,
                              LANE,
                              OutboxMessage.Task.PROCESS_WEBHOOK_EVENT,
                              Optional.empty(),
                              Optional.of(NOON),
                              pipeline,
                              List.of())))));
    }

    @Override
    public Holding lease(WorkerId worker, Duration lease, Set<Lane> busy) {
      return new Holding(Set.of(LANE), Optional.empty());
    }

    @Override
    public void renew(WorkerId worker, Duration lease) {}

    @Override
    public void release(WorkerId worker) {}

    @Override
    public Due due(Claim claim) {
      return new Due(due.getAndSet(List.of()), false);
    }

    @Override
    public Set<Long> route(WorkerId worker, List<Way> ways) {
      throw new AssertionError("nothing is wanted by several");
    }

    @Override
    public Set<Long> record(WorkerId worker, Collection<OutboxMessage> messages) {
      return messages.stream().map(OutboxMessage::id).collect(Collectors.toSet());
    }
  }

  private final class Lost implements DispatchMetrics {
    @Override
    public void dispatched(
        String target, Result result, Duration took, Optional<TraceContext> trace) {}

    @Override
    public void lost(String target) {
      lost.add(target);
    }

    @Override
    public void available(String target, boolean available) {}

    @Override
    public void lag(Duration sinceAccepted) {}
  }

  private static CommandDispatcher exec(String script) {
    return new ExecTarget(
        "exec", List.of("sh", "-c", script), Duration.ofSeconds(30), new JacksonEventFormat());
  }

  private ILoggingEvent lineOf(Pipeline pipeline, Targets targets) throws InterruptedException {
    var clock = Clock.fixed(NOON, ZoneOffset.UTC);
    var once = new RetryPolicy(1, Duration.ofSeconds(1), Duration.ofSeconds(1), new Random(1));
    var outbox = new OneMessage(pipeline);
    var metrics = new Lost();
    var settings =
        new WorkerSettings(
            new WorkerId(Samples.uuid(NOON)),
            1,
            Optional.empty(),
            Long.MAX_VALUE,
            Duration.ofSeconds(8),
            Duration.ofSeconds(1),
            Outbox.Ordering.STRICT);
    try (var worker =
        new OutboxWorker(
            outbox,
            _ -> () -> {},
            new ProcessWebhookEvent(outbox, targets, once, metrics, clock),
            new DispatchCommand(targets, once, metrics, DispatchTracing.off(), clock),
            targets,
            settings,
            new Random(1),
            Duration.ofSeconds(5))) {
      worker.start();
      ILoggingEvent line = lines.poll(30, TimeUnit.SECONDS);
      assertNotNull(line, "no line");
      assertEquals(pipeline.id().toString(), values(line).get("pipeline_id"));
      return line;
    }
  }

  private static Map<String, String> values(ILoggingEvent line) {
    return line.getKeyValuePairs().stream()
        .collect(Collectors.toMap((KeyValuePair pair) -> pair.key, pair -> pair.value.toString()));
  }

  @Test
  void aCommandThatRepeatsItsInputPutsNoPayloadIntoTheLog() throws InterruptedException {
    var payload = RawBody.of(("{\"a\":\"" + SECRET + "\"}").getBytes(StandardCharsets.UTF_8));
    var pipeline = aPipeline().of(anEvent().rawPayload(payload).build()).build();
    var line = lineOf(pipeline, Targets.only(exec("cat; exit 7")));
    assertEquals("dispatch failed for good", line.getFormattedMessage());
    assertEquals("exit 7", values(line).get("error"));
    assertFalse(values(line).toString().contains(SECRET), () -> values(line).toString());
  }

  @Test
  void whatIsGivenUpSinceItsWorkerWasLostIsToldAndCounted() throws InterruptedException {
    var line = lineOf(aPipeline().onAttempt(1).build(), Targets.only(exec("exit 0")));
    assertEquals("dispatch failed for good", line.getFormattedMessage());
    assertEquals("worker lost", values(line).get("error"));
    assertEquals("1", values(line).get("attempt"));
    assertEquals("exec", lost.poll(30, TimeUnit.SECONDS));
  }

  @Test
  void theRequestThatBroughtItIsNamed() throws InterruptedException {
    var id = new PipelineId(Samples.uuid(NOON));
    var origin = new Origin(Optional.of("r1"), Optional.empty());
    var line =
        lineOf(Pipeline.received(id, anEvent().build(), origin), Targets.only(exec("exit 0")));
    assertEquals("dispatched", line.getFormattedMessage());
    assertEquals("r1", values(line).get("request_id"));
  }

  @Test
  void whatIsWantedByNoTargetIsTold() throws InterruptedException {
    var targets = new Targets(List.of(exec("exit 0")), new Routes(List.of()));
    var line = lineOf(aPipeline().build(), targets);
    assertEquals("wanted by no target", line.getFormattedMessage());
    assertEquals("0", values(line).get("attempt"));
  }
}
