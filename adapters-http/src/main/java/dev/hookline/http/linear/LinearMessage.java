package dev.hookline.http.linear;

import dev.hookline.domain.delivery.DeliveryKey;
import dev.hookline.domain.delivery.RawBody;
import dev.hookline.http.json.Payload;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * One event of Linear.
 *
 * @param type the kind of entity: {@code Issue}, {@code Comment}
 * @param action what happened to it; empty where the body has none
 * @param keptHeaders the headers that stay with the event
 */
record LinearMessage(
    String type,
    Optional<String> action,
    DeliveryKey deliveryId,
    Payload payload,
    RawBody json,
    Map<String, String> keptHeaders,
    Instant receivedAt) {

  /** {@code Issue.create}, or the type alone where there is no action. */
  String eventType() {
    return eventType(type, action);
  }

  static String eventType(String type, Optional<String> action) {
    return action.map(found -> type + "." + found).orElse(type);
  }
}
