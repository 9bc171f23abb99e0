package dev.hookline.application.reconcile;

import java.time.Instant;

/**
 * One attempt of a provider to deliver an event, as its log has it.
 *
 * @param attemptId names the attempt; a redelivery is asked for by it
 * @param eventId names the event, and is the same in each attempt; its delivery key as well
 * @param eventType the provider's type of the event
 * @param sentAt when it was attempted, by the provider's clock
 * @param redelivery whether it was sent before
 * @param statusCode the answer that the provider got; outside 100 to 599 if it got none
 */
public record SentDelivery(
    String attemptId,
    String eventId,
    String eventType,
    Instant sentAt,
    boolean redelivery,
    int statusCode) {

  /** Whether the provider was told that the delivery had been taken. */
  boolean wasTaken() {
    return statusCode >= 200 && statusCode < 300;
  }
}
