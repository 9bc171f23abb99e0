package dev.hookline.application.dispatch;

import dev.hookline.application.dispatch.Outbox.Ordering;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;

/**
 * What a worker asks the outbox for.
 *
 * @param lanes those that it holds
 * @param busy ordering keys (under strict ordering) or message ids (else) that are in flight and
 *     are left out
 * @param only the target of messages that name none; empty if those are to be routed first
 * @param shut names of targets whose messages are left out
 * @param lines the most lines, at least 1
 * @param fresh how many of these lines are looked for among the newest messages first, so that a
 *     backlog does not hold up what has just come
 * @param run the most messages of one line, at least 1
 */
public record Claim(
    Set<Lane> lanes,
    Ordering ordering,
    Collection<Long> busy,
    Optional<String> only,
    Set<String> shut,
    int lines,
    int fresh,
    int run) {}
