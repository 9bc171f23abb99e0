package dev.hookline.http.slack;

import dev.hookline.domain.delivery.DeliveryKey;
import dev.hookline.domain.delivery.RawBody;
import dev.hookline.http.json.Payload;
import java.time.Instant;
import java.util.Map;

/**
 * One message of Slack, in any of its three dialects.
 *
 * @param type the inner event's type, {@code slash_command}, or the interaction's type
 * @param reader reads this dialect's payloads
 * @param json the JSON as received; of a slash command its fields as an object
 * @param keptHeaders the headers that stay with the event
 */
record SlackMessage(
    String type,
    String id,
    DeliveryKey key,
    SlackReader reader,
    Payload payload,
    RawBody json,
    Map<String, String> keptHeaders,
    Instant receivedAt) {}
