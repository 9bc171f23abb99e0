package dev.hookline.application.inspect;

import java.time.Duration;

/**
 * How much work waits.
 *
 * @param pending messages never attempted
 * @param leased messages being attempted now
 * @param retrying messages that wait for their next attempt
 * @param dead pipelines given up
 * @param oldestPending the age of the oldest message that is pending or retrying, zero if there is
 *     none
 */
public record OutboxDepth(
    long pending, long leased, long retrying, long dead, Duration oldestPending) {}
