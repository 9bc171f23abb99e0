package dev.hookline.application.dispatch;

import dev.hookline.domain.event.StandardizedEvent;
import dev.hookline.domain.pipeline.PipelineId;
import dev.hookline.domain.trace.TraceContext;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What is handed to a target.
 *
 * @param id the idempotency key: the same on every attempt
 * @param attempt from 1
 * @param othersWait whether other events wait behind this one, so that it fails for more than
 *     itself
 * @param trace what the target's own work is caused by, for targets that can be told
 * @param observer is told what comes back, before the attempt is judged by it
 */
public record Command(
    PipelineId id,
    int attempt,
    StandardizedEvent event,
    boolean othersWait,
    Optional<TraceContext> trace,
    Consumer<Reply> observer) {
  /** A command for an event that nothing waits behind, in no trace. */
  public Command(PipelineId id, int attempt, StandardizedEvent event) {
    this(id, attempt, event, false, Optional.empty());
  }

  /** A command that nobody observes. */
  public Command(
      PipelineId id,
      int attempt,
      StandardizedEvent event,
      boolean othersWait,
      Optional<TraceContext> trace) {
    this(id, attempt, event, othersWait, trace, _ -> {});
  }
}
