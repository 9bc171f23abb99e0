package dev.hookline.queue.target;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hookline.application.format.EventFormat;
import dev.hookline.domain.delivery.RawBody;
import dev.hookline.domain.event.StandardizedEvent;
import dev.hookline.domain.pipeline.PipelineId;

/** The codec lives in another adapter; here the event's id stands for its JSON. */
final class IdAlone implements EventFormat {
  @Override
  public byte[] encode(StandardizedEvent event) {
    return ("{\"event_id\":\"" + event.eventId() + "\"}").getBytes(UTF_8);
  }

  @Override
  public byte[] encodeCloudEvent(PipelineId id, StandardizedEvent event) {
    return ("{\"id\":\"" + id + "\"}").getBytes(UTF_8);
  }

  @Override
  public String encodeWithoutPayload(StandardizedEvent event) {
    throw new AssertionError("targets get the payload");
  }

  @Override
  public StandardizedEvent decode(String withoutPayload, RawBody payload) {
    throw new AssertionError("targets read nothing");
  }
}
