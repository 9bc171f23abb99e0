package dev.hookline.application.dispatch;

import dev.hookline.domain.event.StandardizedEvent;
import dev.hookline.domain.pipeline.PipelineId;

/**
 * What is handed to a target.
 *
 * @param id the idempotency key: the same on every attempt
 * @param attempt from 1
 * @param othersWait whether other events wait behind this one, so that it fails for more than
 *     itself
 */
public record Command(PipelineId id, int attempt, StandardizedEvent event, boolean othersWait) {
  /** A command for an event that nothing waits behind. */
  public Command(PipelineId id, int attempt, StandardizedEvent event) {
    this(id, attempt, event, false);
  }
}
