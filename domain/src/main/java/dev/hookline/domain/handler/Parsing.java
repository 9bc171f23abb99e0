package dev.hookline.domain.handler;

import dev.hookline.domain.error.WebhookError.EventStandardizationError.InvalidPayloadError;
import java.util.Map;

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

  /** The body is not what the provider documents. */
  record Malformed<M>(InvalidPayloadError error) implements Parsing<M> {}
}
