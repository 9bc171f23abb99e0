package dev.hookline.application.dispatch;

import dev.hookline.domain.pipeline.Pipeline;
import dev.hookline.domain.pipeline.PipelineState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * "Work this pipeline", as its worker holds it. A pipeline that goes to several targets has a
 * message for each, and each is retried apart.
 *
 * @param id rises in the order in which events were accepted or replayed
 * @param orderingKey a 64-bit hash of the repository's full name, and of the target where there are
 *     several; messages with equal keys stand in one line
 * @param lane under whose epoch the message was claimed
 * @param task what is to be done next
 * @param target where it goes; empty: where the worker's routes say
 * @param acceptedAt when the event was accepted, by the database's clock; empty for a replay, whose
 *     dispatch is not the event's first
 * @param pipeline as it stands towards this message's target
 * @param unrecorded the states that it went through and that are not on record yet, oldest first
 */
public record OutboxMessage(
    long id,
    long orderingKey,
    Lane lane,
    Task task,
    Optional<String> target,
    Optional<Instant> acceptedAt,
    Pipeline pipeline,
    List<PipelineState> unrecorded) {

  /** What a message asks for. */
  public enum Task {
    /** The pipeline was never begun. */
    PROCESS_WEBHOOK_EVENT,
    /** It was begun: its command is to be dispatched. */
    DISPATCH_COMMAND
  }

  public OutboxMessage {
    unrecorded = List.copyOf(unrecorded);
  }

  /** The same message with its pipeline one step on. */
  public OutboxMessage with(Pipeline next) {
    var steps = new ArrayList<>(unrecorded);
    steps.add(next.state());
    return new OutboxMessage(
        id, orderingKey, lane, Task.DISPATCH_COMMAND, target, acceptedAt, next, steps);
  }

  /** The same message once its first unrecorded states are on record. */
  public OutboxMessage recorded(int states) {
    return new OutboxMessage(
        id,
        orderingKey,
        lane,
        task,
        target,
        acceptedAt,
        pipeline,
        unrecorded.subList(states, unrecorded.size()));
  }
}
