package dev.hookline.application.standardize;

import dev.hookline.domain.delivery.DeliveryKey;
import dev.hookline.domain.error.WebhookError;
import dev.hookline.domain.event.StandardizedEvent;
import java.util.Map;
import java.util.Optional;

/** What an authentic delivery says. */
public sealed interface Standardization {

  /**
   * An event.
   *
   * @param key what makes its delivery the same as another
   * @param tenant whom it comes from, unique within its service: as its handler says, else the
   *     repository's owner
   */
  record Understood(StandardizedEvent event, DeliveryKey key, String tenant)
      implements Standardization {}

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
