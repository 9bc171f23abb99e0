package dev.hookline.application.dispatch;

import dev.hookline.domain.pipeline.Pipeline;
import java.time.Instant;

/**
 * "Work this pipeline", as its worker holds it.
 *
 * @param id rises in the order in which events were accepted or replayed
 * @param orderingKey a 64-bit hash of the repository's full name; messages with equal keys stand in
 *     one line
 * @param lane under whose epoch the message was claimed
 * @param task what is to be done next
 * @param queuedAt when the event was accepted or replayed, by the database's clock
 * @param pipeline as it stands on record
 */
public record OutboxMessage(
    long id, long orderingKey, Lane lane, Task task, Instant queuedAt, Pipeline pipeline) {

  /** What a message asks for. */
  public enum Task {
    /** The pipeline was never begun. */
    PROCESS_WEBHOOK_EVENT,
    /** It was begun: its command is to be dispatched. */
    DISPATCH_COMMAND
  }

  /** The same message with its pipeline one step on. */
  public OutboxMessage with(Pipeline next) {
    return new OutboxMessage(id, orderingKey, lane, Task.DISPATCH_COMMAND, queuedAt, next);
  }
}
