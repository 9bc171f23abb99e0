package dev.hookline.domain.event;

import dev.hookline.domain.delivery.RawBody;
import dev.hookline.domain.delivery.Service;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A verified delivery of any service in the one form that the rest of the house understands.
 *
 * <p>Text taken out of the payload is cleaned on the way in: U+0000 and unpaired surrogates become
 * U+FFFD.
 *
 * @param eventId the provider's id of the delivery
 * @param eventType the provider's type: {@code issue_comment}, {@code app_mention}, {@code
 *     Issue.create}
 * @param userRequest what a person asked for, in their words; null where the event has none
 * @param createdAt when the delivery was received; the provider's own time is {@code
 *     metadata.event_timestamp}
 * @param metadata what else is useful, in the handler's order
 * @param rawHeaders the delivery's headers by allow-list, never a signature
 * @param rawPayload the JSON as received; for a form, the JSON inside it or its fields as an object
 */
public record StandardizedEvent(
    String eventId,
    Service service,
    String eventType,
    RepositoryContext repository,
    @Nullable String userRequest,
    Instant createdAt,
    Map<String, MetadataValue> metadata,
    Map<String, String> rawHeaders,
    RawBody rawPayload) {

  public StandardizedEvent {
    if (eventId.isBlank() || eventType.isBlank()) {
      throw new IllegalArgumentException("an event has an id and a type");
    }
    userRequest = userRequest == null ? null : CleanText.of(userRequest);
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    var headers = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
    headers.putAll(rawHeaders);
    rawHeaders = Collections.unmodifiableMap(headers);
  }

  /** About what it takes of memory: the payload and the request, which alone may be large. */
  public long bytes() {
    return rawPayload.length() + (userRequest == null ? 0L : userRequest.length());
  }
}
