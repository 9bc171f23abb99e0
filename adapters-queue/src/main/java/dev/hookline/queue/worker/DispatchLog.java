package dev.hookline.queue.worker;

import dev.hookline.application.dispatch.OutboxMessage;
import dev.hookline.domain.event.StandardizedEvent;
import dev.hookline.domain.pipeline.Pipeline;
import dev.hookline.domain.pipeline.PipelineState;
import dev.hookline.domain.pipeline.PipelineState.Attempting;
import dev.hookline.domain.pipeline.PipelineState.Dispatched;
import dev.hookline.domain.pipeline.PipelineState.Failed;
import dev.hookline.domain.pipeline.PipelineState.Received;
import dev.hookline.domain.pipeline.PipelineState.Retrying;
import dev.hookline.domain.trace.TraceContext;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * One line per dispatch: which event, which attempt, how it ended. Never a payload, and so not what
 * a program said, which may have repeated it.
 */
final class DispatchLog {
  private static final Logger LOG = LoggerFactory.getLogger("dev.hookline.dispatch");

  private DispatchLog() {}

  static void settled(OutboxMessage message, Optional<TraceContext> trace, Duration took) {
    Pipeline pipeline = message.pipeline();
    switch (pipeline.state()) {
      case Dispatched(int attempts, _) ->
          line(Level.INFO, message, trace, took)
              .log(attempts == 0 ? "wanted by no target" : "dispatched");
      case Retrying retrying ->
          line(Level.WARN, message, trace, took)
              .addKeyValue("error", PipelineState.inShort(retrying.error()))
              .addKeyValue("next_attempt_at", retrying.nextAttempt())
              .log("dispatch failed, to be tried again");
      case Failed failed ->
          line(Level.ERROR, message, trace, took)
              .addKeyValue("error", PipelineState.inShort(failed.error()))
              .log("dispatch failed for good");
      case Received _, Attempting _ -> throw new IllegalStateException("not settled: " + pipeline);
    }
  }

  private static LoggingEventBuilder line(
      Level level, OutboxMessage message, Optional<TraceContext> trace, Duration took) {
    Pipeline pipeline = message.pipeline();
    StandardizedEvent event = pipeline.event();
    LoggingEventBuilder line =
        LOG.atLevel(level)
            .addKeyValue("service", event.service().name())
            .addKeyValue("event_type", event.eventType())
            .addKeyValue("event_id", event.eventId())
            .addKeyValue("pipeline_id", pipeline.id().toString())
            .addKeyValue("repository", event.repository().fullName())
            .addKeyValue("attempt", pipeline.state().attempts())
            .addKeyValue("duration_ms", took.toMillis());
    line = with(line, "request_id", pipeline.origin().requestId());
    line = with(line, "target", message.target());
    line = with(line, "trace_id", trace.map(TraceContext::traceId));
    return with(line, "span_id", trace.map(TraceContext::spanId));
  }

  private static LoggingEventBuilder with(
      LoggingEventBuilder line, String key, Optional<String> value) {
    return value.map(known -> line.addKeyValue(key, known)).orElse(line);
  }
}
