package dev.hookline.application.refused;

import dev.hookline.domain.delivery.Delivery;
import java.util.Optional;
import java.util.UUID;

/**
 * An authentic delivery that could not be used, kept with the reason so that it can be replayed.
 *
 * @param id a UUIDv7
 * @param delivery the body is kept byte for byte, the headers by the service's allow-list
 * @param error the simple name of the {@code WebhookError}
 * @param message what its sender was told
 * @param eventType its type, where it could be read
 * @param eventId the provider's id of it, where it could be read
 */
public record RefusedDelivery(
    UUID id,
    Delivery delivery,
    String error,
    String message,
    Optional<String> eventType,
    Optional<String> eventId) {}
