package dev.hookline.application.inspect;

import dev.hookline.domain.event.StandardizedEvent;
import dev.hookline.domain.pipeline.PipelineId;
import dev.hookline.domain.pipeline.PipelineState;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One pipeline as an operator sees it.
 *
 * @param repository {@code owner/name}
 * @param createdAt when the delivery was received
 */
public record PipelineView(
    PipelineId id,
    String eventId,
    String service,
    String eventType,
    String repository,
    PipelineState state,
    Instant createdAt) {

  /** Why the last attempt failed, while that is its standing. */
  public Optional<String> error() {
    return switch (state) {
      case PipelineState.Retrying retrying -> Optional.of(retrying.error());
      case PipelineState.Failed failed -> Optional.of(failed.error());
      case PipelineState.Received _, PipelineState.Attempting _, PipelineState.Dispatched _ ->
          Optional.empty();
    };
  }

  /** When the next attempt is due, while one is waited for. */
  public Optional<Instant> nextAttemptAt() {
    return state instanceof PipelineState.Retrying retrying
        ? Optional.of(retrying.nextAttempt())
        : Optional.empty();
  }

  /**
   * A pipeline with its event and all that happened to it.
   *
   * @param history oldest first
   */
  public record Detailed(
      PipelineView pipeline, List<HistoryEntry> history, StandardizedEvent event) {}

  /**
   * One step of a pipeline's life.
   *
   * @param state the pipeline's state after the step
   * @param attempt the attempt it belongs to, 0 before the first
   * @param target the target it belongs to, where the pipeline goes to several
   * @param targetState how that target ended, DISPATCHED or FAILED, if it did by this step
   */
  public record HistoryEntry(
      PipelineState.Name state,
      Instant at,
      int attempt,
      Optional<String> error,
      Optional<String> target,
      Optional<PipelineState.Name> targetState) {
    /** A step of the pipeline as a whole. */
    public HistoryEntry(PipelineState.Name state, Instant at, int attempt, Optional<String> error) {
      this(state, at, attempt, error, Optional.empty(), Optional.empty());
    }
  }
}
