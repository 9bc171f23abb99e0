package dev.hookline.http.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.hookline.application.format.EventFormat;
import dev.hookline.application.inspect.OutboxDepth;
import dev.hookline.application.inspect.Page;
import dev.hookline.application.inspect.PipelineView;
import dev.hookline.application.inspect.PipelineView.Detailed;
import dev.hookline.application.inspect.PipelineView.HistoryEntry;
import dev.hookline.application.inspect.RefusedView;
import dev.hookline.http.json.JsonText;
import dev.hookline.http.operator.Cursor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;

/**
 * The JSON that the admin endpoint answers with and the commands print: each document is one line
 * of UTF-8. Times are ISO-8601 in UTC.
 */
public final class AdminJson {
  private final EventFormat events;

  public AdminJson(EventFormat events) {
    this.events = events;
  }

  /** {@code {"pipelines":[…],"next_cursor":…}}. */
  public byte[] pipelines(Page<PipelineView> page) {
    return JsonText.of(
        json -> {
          json.writeStartObject();
          json.writeArrayFieldStart("pipelines");
          for (PipelineView pipeline : page.items()) {
            json.writeStartObject();
            fields(json, pipeline);
            json.writeEndObject();
          }
          json.writeEndArray();
          nextCursor(json, page.next());
          json.writeEndObject();
        });
  }

  /** One pipeline with its history and its event. */
  public byte[] pipeline(Detailed detailed) {
    String event = new String(events.encode(detailed.event()), StandardCharsets.UTF_8);
    return JsonText.of(
        json -> {
          json.writeStartObject();
          fields(json, detailed.pipeline());
          json.writeArrayFieldStart("history");
          for (HistoryEntry entry : detailed.history()) {
            json.writeStartObject();
            json.writeStringField("state", entry.state().name());
            json.writeStringField("at", entry.at().toString());
            json.writeNumberField("attempt", entry.attempt());
            optional(json, "error", entry.error());
            if (entry.target().isPresent()) {
              json.writeStringField("target", entry.target().get());
              optional(json, "target_state", entry.targetState().map(Enum::name));
            }
            json.writeEndObject();
          }
          json.writeEndArray();
          json.writeFieldName("event");
          json.writeRawValue(event);
          json.writeEndObject();
        });
  }

  /** {@code {"refused":[…],"next_cursor":…}}. */
  public byte[] refused(Page<RefusedView> page) {
    return JsonText.of(
        json -> {
          json.writeStartObject();
          json.writeArrayFieldStart("refused");
          for (RefusedView refused : page.items()) {
            fields(json, refused);
          }
          json.writeEndArray();
          nextCursor(json, page.next());
          json.writeEndObject();
        });
  }

  /** {@code {"pending","leased","retrying","dead","oldest_pending_seconds"}}. */
  public byte[] outbox(OutboxDepth depth) {
    return JsonText.of(
        json -> {
          json.writeStartObject();
          json.writeNumberField("pending", depth.pending());
          json.writeNumberField("leased", depth.leased());
          json.writeNumberField("retrying", depth.retrying());
          json.writeNumberField("dead", depth.dead());
          json.writeNumberField(
              "oldest_pending_seconds", depth.oldestPending().toMillis() / 1000.0);
          json.writeEndObject();
        });
  }

  private static void fields(JsonGenerator json, PipelineView pipeline) throws IOException {
    json.writeStringField("pipeline_id", pipeline.id().toString());
    json.writeStringField("event_id", pipeline.eventId());
    json.writeStringField("service", pipeline.service());
    json.writeStringField("event_type", pipeline.eventType());
    json.writeStringField("repository", pipeline.repository());
    json.writeStringField("state", pipeline.state().name().name());
    optional(json, "error", pipeline.error());
    json.writeNumberField("attempts", pipeline.state().attempts());
    optional(json, "next_attempt_at", pipeline.nextAttemptAt().map(Object::toString));
    json.writeStringField("created_at", pipeline.createdAt().toString());
    json.writeStringField("updated_at", pipeline.state().at().toString());
  }

  private static void fields(JsonGenerator json, RefusedView refused) throws IOException {
    json.writeStartObject();
    json.writeStringField("refused_id", refused.id().toString());
    json.writeStringField("service", refused.service());
    optional(json, "event_type", refused.eventType());
    optional(json, "event_id", refused.eventId());
    json.writeStringField("error", refused.error());
    json.writeStringField("message", refused.message());
    json.writeStringField("received_at", refused.receivedAt().toString());
    json.writeEndObject();
  }

  private static void nextCursor(JsonGenerator json, Optional<UUID> next) throws IOException {
    optional(json, "next_cursor", next.map(Cursor::write));
  }

  private static void optional(JsonGenerator json, String name, Optional<String> value)
      throws IOException {
    if (value.isPresent()) {
      json.writeStringField(name, value.get());
    } else {
      json.writeNullField(name);
    }
  }
}
