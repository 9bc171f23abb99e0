package dev.hookline.application.receive;

import dev.hookline.application.refused.RefusedDelivery;
import dev.hookline.domain.error.WebhookError;
import dev.hookline.domain.event.StandardizedEvent;
import dev.hookline.domain.pipeline.PipelineId;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** What became of a delivery, for whoever answers its sender. */
public sealed interface Receipt {

  /**
   * On record, durably.
   *
   * @param putOff how long its dispatch is put off, because its tenant is over its quota; else zero
   */
  record Accepted(PipelineId id, StandardizedEvent event, Duration putOff) implements Receipt {}

  /**
   * It was on record before; nothing is started twice.
   *
   * @param first the pipeline of the first one
   * @param reopened whether that pipeline had failed and was opened again
   */
  record Duplicate(PipelineId first, boolean reopened, StandardizedEvent event)
      implements Receipt {}

  /** The provider checked the endpoint. */
  record Handshake(Map<String, String> answer) implements Receipt {}

  /**
   * Turned away.
   *
   * @param kept what is kept for a replay, if it was authentic
   */
  record Refused(WebhookError error, Optional<RefusedDelivery> kept) implements Receipt {}
}
