package dev.hookline.testing;

import dev.hookline.application.format.EventFormat;
import dev.hookline.domain.delivery.RawBody;
import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.event.MetadataValue;
import dev.hookline.domain.event.RepositoryContext;
import dev.hookline.domain.event.StandardizedEvent;
import dev.hookline.domain.pipeline.PipelineId;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A format for tests that need an event to come back as it was and do not look at the text. Of the
 * metadata it keeps texts alone.
 */
public final class PlainEventFormat implements EventFormat {

  @Override
  public byte[] encode(StandardizedEvent event) {
    String payload = new String(event.rawPayload().bytes(), StandardCharsets.UTF_8);
    return (encodeWithoutPayload(event) + "&raw_payload=" + code(payload))
        .getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public byte[] encodeCloudEvent(PipelineId id, StandardizedEvent event) {
    return ("id=" + id + "&data=" + code(encodeWithoutPayload(event)))
        .getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public String encodeWithoutPayload(StandardizedEvent event) {
    var fields = new LinkedHashMap<String, @Nullable String>();
    fields.put("event_id", event.eventId());
    fields.put("service", event.service().name());
    fields.put("event_type", event.eventType());
    fields.put("repository", event.repository().fullName());
    fields.put("default_branch", event.repository().defaultBranch());
    Long installation = event.repository().installationId();
    fields.put("installation_id", installation == null ? null : installation.toString());
    fields.put("can_write", Boolean.toString(event.repository().canWrite()));
    fields.put("user_request", event.userRequest());
    fields.put("created_at", event.createdAt().toString());
    event
        .metadata()
        .forEach(
            (name, value) -> {
              if (value instanceof MetadataValue.Text(String text)) {
                fields.put("metadata." + name, text);
              }
            });
    event.rawHeaders().forEach((name, value) -> fields.put("header." + name, value));
    return fields.entrySet().stream()
        .filter(field -> field.getValue() != null)
        .map(field -> code(field.getKey()) + "=" + code(field.getValue()))
        .collect(Collectors.joining("&"));
  }

  @Override
  public StandardizedEvent decode(String withoutPayload, RawBody payload) {
    var fields = new LinkedHashMap<String, String>();
    for (String field : withoutPayload.split("&", -1)) {
      int equals = field.indexOf('=');
      if (equals < 0) {
        throw new IllegalArgumentException("not of this format");
      }
      fields.put(decode(field.substring(0, equals)), decode(field.substring(equals + 1)));
    }
    var named = RepositoryContext.parse(field(fields, "repository")).orElseThrow();
    String installation = fields.get("installation_id");
    var metadata = new LinkedHashMap<String, MetadataValue>();
    within(fields, "metadata.")
        .forEach((name, text) -> metadata.put(name, new MetadataValue.Text(text)));
    return new StandardizedEvent(
        field(fields, "event_id"),
        new Service(field(fields, "service")),
        field(fields, "event_type"),
        new RepositoryContext(
            named.owner(),
            named.name(),
            fields.get("default_branch"),
            installation == null ? null : Long.valueOf(installation),
            Boolean.parseBoolean(fields.get("can_write"))),
        fields.get("user_request"),
        Instant.parse(field(fields, "created_at")),
        metadata,
        within(fields, "header."),
        payload);
  }

  private static String field(Map<String, String> fields, String name) {
    String value = fields.get(name);
    if (value == null) {
      throw new IllegalArgumentException("no " + name);
    }
    return value;
  }

  private static Map<String, String> within(Map<String, String> fields, String prefix) {
    var found = new TreeMap<String, String>();
    fields.forEach(
        (name, value) -> {
          if (name.startsWith(prefix)) {
            found.put(name.substring(prefix.length()), value);
          }
        });
    return found;
  }

  private static String code(@Nullable String text) {
    // U+0000 stays as it is, so that a store shows what it does with it.
    return text == null
        ? ""
        : URLEncoder.encode(text, StandardCharsets.UTF_8).replace("%00", "\u0000");
  }

  private static String decode(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }
}
