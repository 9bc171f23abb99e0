package dev.hookline.http.github;

import dev.hookline.domain.delivery.DeliveryKey;
import dev.hookline.domain.delivery.RawBody;
import dev.hookline.http.json.Payload;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * One event of GitHub.
 *
 * @param event the event's name, from a header, for GitHub writes it nowhere else
 * @param json the payload's bytes, out of the form if there was one
 * @param keptHeaders the headers that stay with the event
 */
record GitHubMessage(
    String event,
    DeliveryKey deliveryId,
    Payload payload,
    RawBody json,
    Map<String, String> keptHeaders,
    Instant receivedAt) {

  Optional<String> action() {
    return payload.words("action");
  }
}
