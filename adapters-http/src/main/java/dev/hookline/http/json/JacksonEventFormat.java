package dev.hookline.http.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import com.fasterxml.jackson.databind.JsonNode;
import dev.hookline.application.format.CloudEventAttributes;
import dev.hookline.application.format.EventFormat;
import dev.hookline.domain.delivery.RawBody;
import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.event.MetadataValue;
import dev.hookline.domain.event.RepositoryContext;
import dev.hookline.domain.event.StandardizedEvent;
import dev.hookline.domain.pipeline.PipelineId;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The JSON form of an event, written and read with Jackson. Safe for use by many threads.
 *
 * <p>Fields that a later version may add are passed over when reading, so that old and new
 * processes can run side by side.
 */
public final class JacksonEventFormat implements EventFormat {
  // By default a thread keeps its buffers, and each connection has a thread of its own.
  private static final JsonFactory WRITER =
      JsonFactory.builder().recyclerPool(JsonRecyclerPools.newConcurrentDequePool()).build();
  private static final String PAYLOAD = ",\"raw_payload\":";
  private static final String DATA = ",\"data\":";

  public JacksonEventFormat() {}

  @Override
  public byte[] encode(StandardizedEvent event) {
    return line(open(encodeWithoutPayload(event)) + PAYLOAD, event.rawPayload(), "}");
  }

  @Override
  public byte[] encodeCloudEvent(PipelineId id, StandardizedEvent event) {
    String envelope =
        write(
            json -> {
              json.writeStartObject();
              for (var attribute : CloudEventAttributes.of(id, event).entrySet()) {
                json.writeStringField(attribute.getKey(), attribute.getValue());
              }
              json.writeStringField("datacontenttype", "application/json");
              json.writeEndObject();
            });
    return line(
        open(envelope) + DATA + open(encodeWithoutPayload(event)) + PAYLOAD,
        event.rawPayload(),
        "}}");
  }

  /** An object without its end, so that a field may follow. */
  private static String open(String object) {
    return object.substring(0, object.length() - 1);
  }

  /** The payload between two pieces of text, copied once, since it may be large. */
  private static byte[] line(String before, RawBody payload, String after) {
    byte[] head = before.getBytes(StandardCharsets.UTF_8);
    byte[] tail = after.getBytes(StandardCharsets.UTF_8);
    int end = head.length + payload.length();
    byte[] line = Arrays.copyOf(head, end + tail.length);
    System.arraycopy(payload.bytes(), 0, line, head.length, payload.length());
    System.arraycopy(tail, 0, line, end, tail.length);
    for (int i = head.length; i < end; i++) {
      // JSON has raw line breaks between its tokens alone; in a string they are escaped.
      if (line[i] == '\n' || line[i] == '\r') {
        line[i] = ' ';
      }
    }
    return line;
  }

  private static String write(JsonText.Content content) {
    var text = new StringWriter();
    try (JsonGenerator json = WRITER.createGenerator(text)) {
      content.write(json);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return text.toString();
  }

  @Override
  public String encodeWithoutPayload(StandardizedEvent event) {
    return write(json -> writeWithoutPayload(json, event));
  }

  private static void writeWithoutPayload(JsonGenerator json, StandardizedEvent event)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("event_id", event.eventId());
    json.writeStringField("service", event.service().name());
    json.writeStringField("event_type", event.eventType());
    json.writeFieldName("repository");
    write(json, event.repository());
    json.writeStringField("user_request", event.userRequest());
    json.writeStringField("created_at", event.createdAt().toString());
    json.writeObjectFieldStart("metadata");
    for (var entry : event.metadata().entrySet()) {
      json.writeFieldName(entry.getKey());
      write(json, entry.getValue());
    }
    json.writeEndObject();
    json.writeObjectFieldStart("raw_headers");
    for (var header : event.rawHeaders().entrySet()) {
      json.writeStringField(header.getKey(), header.getValue());
    }
    json.writeEndObject();
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, RepositoryContext repository) throws IOException {
    json.writeStartObject();
    json.writeStringField("name", repository.name());
    json.writeStringField("owner", repository.owner());
    json.writeStringField("default_branch", repository.defaultBranch());
    Long installationId = repository.installationId();
    if (installationId == null) {
      json.writeNullField("installation_id");
    } else {
      json.writeNumberField("installation_id", installationId);
    }
    json.writeBooleanField("can_write", repository.canWrite());
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, MetadataValue value) throws IOException {
    switch (value) {
      case MetadataValue.Text(String text) -> json.writeString(text);
      case MetadataValue.Whole(long whole) -> json.writeNumber(whole);
      case MetadataValue.Flag(boolean flag) -> json.writeBoolean(flag);
      case MetadataValue.Texts(List<String> texts) -> {
        json.writeStartArray();
        for (String text : texts) {
          json.writeString(text);
        }
        json.writeEndArray();
      }
    }
  }

  @Override
  public StandardizedEvent decode(String withoutPayload, RawBody payload) {
    JsonNode event = read(withoutPayload);
    JsonNode repository = object(event, "repository");
    Optional<String> userRequest = textOrNull(event, "user_request");
    Optional<String> defaultBranch = textOrNull(repository, "default_branch");
    return new StandardizedEvent(
        text(event, "event_id"),
        new Service(text(event, "service")),
        text(event, "event_type"),
        new RepositoryContext(
            text(repository, "owner"),
            text(repository, "name"),
            defaultBranch.orElse(null),
            wholeOrNull(repository, "installation_id").orElse(null),
            flag(repository, "can_write")),
        userRequest.orElse(null),
        instant(text(event, "created_at")),
        metadata(object(event, "metadata")),
        headers(object(event, "raw_headers")),
        payload);
  }

  private static JsonNode read(String text) {
    try (var parser = StrictJson.MAPPER.createParser(text)) {
      JsonNode root = StrictJson.MAPPER.readTree(parser);
      if (root != null && root.isObject() && parser.nextToken() == null) {
        return root;
      }
    } catch (IOException _) {
      // Its message would quote the text.
    }
    throw new IllegalArgumentException("not an event: no JSON object");
  }

  private static Map<String, MetadataValue> metadata(JsonNode object) {
    var metadata = new LinkedHashMap<String, MetadataValue>();
    for (var field : object.properties()) {
      metadata.put(field.getKey(), metadataValue(field.getKey(), field.getValue()));
    }
    return metadata;
  }

  private static MetadataValue metadataValue(String name, JsonNode value) {
    if (value.isTextual()) {
      return new MetadataValue.Text(value.textValue());
    }
    if (value.isBoolean()) {
      return new MetadataValue.Flag(value.booleanValue());
    }
    if (value.isIntegralNumber() && value.canConvertToLong()) {
      return new MetadataValue.Whole(value.longValue());
    }
    if (value.isArray()) {
      var texts = new ArrayList<String>();
      for (JsonNode element : value) {
        if (!element.isTextual()) {
          throw foreign(name);
        }
        texts.add(element.textValue());
      }
      return new MetadataValue.Texts(texts);
    }
    throw foreign(name);
  }

  private static Map<String, String> headers(JsonNode object) {
    var headers = new LinkedHashMap<String, String>();
    for (var field : object.properties()) {
      headers.put(field.getKey(), text(object, field.getKey()));
    }
    return headers;
  }

  private static JsonNode object(JsonNode parent, String name) {
    JsonNode found = parent.path(name);
    if (!found.isObject()) {
      throw foreign(name);
    }
    return found;
  }

  private static String text(JsonNode parent, String name) {
    JsonNode found = parent.path(name);
    if (!found.isTextual()) {
      throw foreign(name);
    }
    return found.textValue();
  }

  private static Optional<String> textOrNull(JsonNode parent, String name) {
    return parent.path(name).isNull() ? Optional.empty() : Optional.of(text(parent, name));
  }

  private static Optional<Long> wholeOrNull(JsonNode parent, String name) {
    JsonNode found = parent.path(name);
    if (found.isNull()) {
      return Optional.empty();
    }
    if (!found.isIntegralNumber() || !found.canConvertToLong()) {
      throw foreign(name);
    }
    return Optional.of(found.longValue());
  }

  private static boolean flag(JsonNode parent, String name) {
    JsonNode found = parent.path(name);
    if (!found.isBoolean()) {
      throw foreign(name);
    }
    return found.booleanValue();
  }

  private static Instant instant(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeException _) {
      throw foreign("created_at");
    }
  }

  private static IllegalArgumentException foreign(String name) {
    return new IllegalArgumentException("not an event: field " + name);
  }
}
