package dev.hookline.application.pipeline;

import dev.hookline.domain.delivery.Delivery;
import dev.hookline.domain.delivery.DeliveryKey;
import dev.hookline.domain.pipeline.Pipeline;
import java.time.Duration;

/**
 * A pipeline to be put on record, with the delivery it came from.
 *
 * @param delivery its body is kept byte for byte; of its headers only those the event keeps
 * @param key what makes the delivery the same as another
 * @param guardBody whether the same signed body under another key is the same delivery too (the
 *     replay guard)
 * @param putOff how long its dispatch is put off, zero for not at all
 */
public record NewPipeline(
    Pipeline pipeline, Delivery delivery, DeliveryKey key, boolean guardBody, Duration putOff) {
  /** A pipeline whose dispatch may begin at once. */
  public NewPipeline(Pipeline pipeline, Delivery delivery, DeliveryKey key, boolean guardBody) {
    this(pipeline, delivery, key, guardBody, Duration.ZERO);
  }
}
