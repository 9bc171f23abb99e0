package dev.hookline.application.replay;

import dev.hookline.domain.delivery.RawBody;
import dev.hookline.domain.event.MetadataValue;
import dev.hookline.domain.event.MetadataValue.Flag;
import dev.hookline.domain.event.MetadataValue.Text;
import dev.hookline.domain.event.MetadataValue.Whole;
import dev.hookline.domain.event.RepositoryContext;
import dev.hookline.domain.event.StandardizedEvent;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A field of an event that two readings of the same bytes see otherwise.
 *
 * @param field as the event's JSON form names it, with a dot for each level: {@code
 *     repository.owner}, {@code metadata.sender}
 * @param then what stood there, empty if nothing did; of {@code raw_payload} its length and digest
 * @param now what stands there today, empty if nothing does
 */
public record FieldDifference(
    String field, Optional<MetadataValue> then, Optional<MetadataValue> now) {

  /**
   * Compares two readings field by field, in the order of the JSON form; times to the microsecond,
   * which is what is on record.
   */
  static List<FieldDifference> between(StandardizedEvent then, StandardizedEvent now) {
    Map<String, MetadataValue> before = fields(then);
    Map<String, MetadataValue> today = fields(now);
    var names = new LinkedHashSet<>(before.keySet());
    names.addAll(today.keySet());
    var differences = new ArrayList<FieldDifference>();
    for (String name : names) {
      add(differences, name, before.get(name), today.get(name));
    }
    if (!then.rawPayload().equals(now.rawPayload())) {
      add(differences, "raw_payload", summary(then.rawPayload()), summary(now.rawPayload()));
    }
    return List.copyOf(differences);
  }

  private static void add(
      List<FieldDifference> differences,
      String name,
      @Nullable MetadataValue then,
      @Nullable MetadataValue now) {
    var difference = new FieldDifference(name, Optional.ofNullable(then), Optional.ofNullable(now));
    if (!difference.then.equals(difference.now)) {
      differences.add(difference);
    }
  }

  private static Map<String, MetadataValue> fields(StandardizedEvent event) {
    var fields = new LinkedHashMap<String, MetadataValue>();
    fields.put("event_id", new Text(event.eventId()));
    fields.put("service", new Text(event.service().name()));
    fields.put("event_type", new Text(event.eventType()));
    RepositoryContext repository = event.repository();
    fields.put("repository.name", new Text(repository.name()));
    fields.put("repository.owner", new Text(repository.owner()));
    if (repository.defaultBranch() != null) {
      fields.put("repository.default_branch", new Text(repository.defaultBranch()));
    }
    if (repository.installationId() != null) {
      fields.put("repository.installation_id", new Whole(repository.installationId()));
    }
    fields.put("repository.can_write", new Flag(repository.canWrite()));
    if (event.userRequest() != null) {
      fields.put("user_request", new Text(event.userRequest()));
    }
    fields.put("created_at", new Text(event.createdAt().truncatedTo(ChronoUnit.MICROS).toString()));
    event.metadata().forEach((name, value) -> fields.put("metadata." + name, value));
    // Names of headers differ by their letters, not by their case.
    event
        .rawHeaders()
        .forEach(
            (name, value) ->
                fields.put("raw_headers." + name.toLowerCase(Locale.ROOT), new Text(value)));
    return fields;
  }

  private static MetadataValue summary(RawBody payload) {
    return new Text(
        "%d bytes, SHA-256 %s"
            .formatted(payload.length(), HexFormat.of().formatHex(payload.digest(), 0, 8)));
  }
}
