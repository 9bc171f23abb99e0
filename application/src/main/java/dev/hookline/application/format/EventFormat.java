package dev.hookline.application.format;

import dev.hookline.domain.delivery.RawBody;
import dev.hookline.domain.event.StandardizedEvent;
import dev.hookline.domain.pipeline.PipelineId;

/**
 * Port: the JSON form of a {@link StandardizedEvent}, the same wherever it is shown, kept or handed
 * on.
 */
public interface EventFormat {

  /**
   * The whole event as one line of UTF-8 JSON. The raw payload goes in as received; only line
   * breaks between its tokens become spaces.
   */
  byte[] encode(StandardizedEvent event);

  /**
   * The event as a CloudEvent 1.0 in structured JSON mode: {@link CloudEventAttributes}, and {@code
   * data} is the whole event.
   */
  byte[] encodeCloudEvent(PipelineId id, StandardizedEvent event);

  /** The event without its raw payload, as JSON text that PostgreSQL's {@code text} can hold. */
  String encodeWithoutPayload(StandardizedEvent event);

  /**
   * Reads {@link #encodeWithoutPayload} back.
   *
   * @throws IllegalArgumentException if the text was not written by this format
   */
  StandardizedEvent decode(String withoutPayload, RawBody payload);
}
