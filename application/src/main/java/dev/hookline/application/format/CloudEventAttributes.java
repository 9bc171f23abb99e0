package dev.hookline.application.format;

import dev.hookline.domain.event.StandardizedEvent;
import dev.hookline.domain.pipeline.PipelineId;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * What an event is called as a CloudEvent, the same in its JSON and in the headers of a protocol:
 * the context attributes of CloudEvents 1.0.
 */
public final class CloudEventAttributes {
  private CloudEventAttributes() {}

  /**
   * Name to value: {@code specversion} 1.0; {@code id} is the pipeline's, so that every attempt is
   * the same CloudEvent; {@code source} is {@code /webhooks/SERVICE}, {@code type} {@code
   * dev.hookline.SERVICE.EVENT_TYPE}, {@code subject} the repository, {@code time} the receipt.
   */
  public static SequencedMap<String, String> of(PipelineId id, StandardizedEvent event) {
    String service = event.service().name();
    var attributes = new LinkedHashMap<String, String>();
    attributes.put("specversion", "1.0");
    attributes.put("id", id.toString());
    attributes.put("source", "/webhooks/" + service);
    attributes.put("type", "dev.hookline." + service + "." + event.eventType());
    attributes.put("subject", event.repository().fullName());
    attributes.put("time", event.createdAt().toString());
    return Collections.unmodifiableSequencedMap(attributes);
  }
}
