package dev.hookline.application.standardize;

import dev.hookline.domain.delivery.DeliveryKey;
import dev.hookline.domain.error.WebhookError;
import dev.hookline.domain.event.StandardizedEvent;
import java.util.Map;
import java.util.Optional;

/** What an authentic delivery says. */
public sealed interface Standardization {

  /** An event, and what makes its delivery the same as another. */
  record Understood(StandardizedEvent event, DeliveryKey key) implements Standardization {}

  /** A handshake and the fields that answer it. */
  record Handshake(Map<String, String> answer) implements Standardization {}

  /**
   * Unusable: unsupported, malformed, or without a repository.
   *
   * @param eventType its type, where it could be read
   * @param eventId the provider's id of it, where it could be read
   */
  record Unusable(WebhookError error, Optional<String> eventType, Optional<String> eventId)
      implements Standardization {}
}
