package dev.hookline.application.inspect;

import dev.hookline.application.refused.RefusedDelivery;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * One refused delivery as a listing shows it: without its headers and body, which may be large.
 *
 * @param error the simple name of the {@code WebhookError}
 * @param message what its sender was told
 */
public record RefusedView(
    UUID id,
    String service,
    Optional<String> eventType,
    Optional<String> eventId,
    String error,
    String message,
    Instant receivedAt) {

  public static RefusedView of(RefusedDelivery refused) {
    return new RefusedView(
        refused.id(),
        refused.delivery().service().name(),
        refused.eventType(),
        refused.eventId(),
        refused.error(),
        refused.message(),
        refused.delivery().receivedAt());
  }
}
