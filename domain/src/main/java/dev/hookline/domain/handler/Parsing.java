package dev.hookline.domain.handler;

import dev.hookline.domain.error.WebhookError.EventStandardizationError.InvalidPayloadError;
import dev.hookline.domain.error.WebhookError.UnsupportedEventError;
import java.util.Map;
import java.util.Optional;

/** What a provider's dialect makes of an authentic body. */
public sealed interface Parsing<M> {

  /**
   * A message that an event can be made of.
   *
   * @param message the parsed body in the provider's dialect
   */
  record Message<M>(M message) implements Parsing<M> {}

  /**
   * The provider checks the endpoint or tells about itself; it is answered, and nothing is started.
   *
   * @param answer the JSON fields to answer with; none means an empty body
   */
  record Handshake<M>(Map<String, String> answer) implements Parsing<M> {}

  /**
   * The body is not what the provider documents.
   *
   * @param eventType its type, where it could be read all the same
   * @param eventId the provider's id of it, where it could be read all the same
   */
  record Malformed<M>(
      InvalidPayloadError error, Optional<String> eventType, Optional<String> eventId)
      implements Parsing<M> {

    /** Neither type nor id could be read. */
    public Malformed(InvalidPayloadError error) {
      this(error, Optional.empty(), Optional.empty());
    }
  }

  /**
   * A message of a kind that this handler has no way to read, whatever is switched on.
   *
   * @param eventId the provider's id of it, where it could be read
   */
  record Unsupported<M>(UnsupportedEventError error, Optional<String> eventId)
      implements Parsing<M> {}
}
