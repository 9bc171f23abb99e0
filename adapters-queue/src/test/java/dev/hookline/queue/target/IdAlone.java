package dev.hookline.queue.target;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;

import dev.hookline.application.format.CloudEventAttributes;
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

  /** A CloudEvent whose data is the payload. */
  @Override
  public byte[] encodeCloudEvent(PipelineId id, StandardizedEvent event) {
    return CloudEventAttributes.of(id, event).entrySet().stream()
        .map(attribute -> "\"%s\":\"%s\",".formatted(attribute.getKey(), attribute.getValue()))
        .collect(
            joining("", "{", "\"data\":" + new String(event.rawPayload().bytes(), UTF_8) + "}"))
        .getBytes(UTF_8);
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
