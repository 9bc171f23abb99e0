package dev.hookline.http.acme;

import dev.hookline.domain.delivery.DeliveryKey;
import dev.hookline.domain.delivery.RawBody;
import dev.hookline.http.json.Payload;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * One event of Acme Builds.
 *
 * @param keptHeaders the headers that stay with the event
 */
record AcmeMessage(
    String type,
    Optional<String> action,
    DeliveryKey deliveryId,
    Payload payload,
    RawBody json,
    Map<String, String> keptHeaders,
    Instant receivedAt) {}
