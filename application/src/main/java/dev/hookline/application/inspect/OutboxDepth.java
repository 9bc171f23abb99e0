package dev.hookline.application.inspect;

import java.time.Duration;

/**
 * How much work waits. At the most a million messages are counted, and at the most a million dead
 * pipelines, so that it is told in time however much waits.
 *
 * @param pending messages never attempted
 * @param leased messages being attempted now
 * @param retrying messages that wait for their next attempt
 * @param dead pipelines given up
 * @param oldestPending the age of the oldest message that is pending or retrying, zero if there is
 *     none; of more than are counted it is found among these and the first accepted
 */
public record OutboxDepth(
    long pending, long leased, long retrying, long dead, Duration oldestPending) {
  /** So many messages are counted, and so many dead pipelines. */
  public static final int MOST_COUNTED = 1_000_000;

  /** Whether there may be more messages than were counted. */
  public boolean isCapped() {
    return pending + leased + retrying >= MOST_COUNTED;
  }
}
