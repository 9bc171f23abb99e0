package dev.hookline.application.inspect;

import java.time.Duration;

/**
 * What there is to do for one service. Outbox messages are counted as in {@link OutboxDepth}: at
 * the most a million of all services.
 *
 * @param waiting outbox messages that nobody is attempting now
 * @param underWay outbox messages being attempted now
 * @param oldestWaiting the age of the oldest that waits, zero if there is none
 * @param dead its dead letters among the newest {@value #MOST_COUNTED} of all services
 * @param refused its refused deliveries among the newest {@value #MOST_COUNTED} of all services
 */
public record Standing(
    String service, long waiting, long underWay, Duration oldestWaiting, long dead, long refused) {
  /** So many dead letters and refused deliveries are counted: nobody needs to know more of them. */
  public static final int MOST_COUNTED = 2_000;
}
