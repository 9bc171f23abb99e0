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
 * @param allowance how much of their events may come into memory
 */
public record Claim(
    Set<Lane> lanes,
    Ordering ordering,
    Collection<Long> busy,
    Optional<String> only,
    Set<String> shut,
    int lines,
    int fresh,
    int run,
    Allowance allowance) {

  /**
   * How much of events a claim may bring, in bytes. A first event may be allowed more, so that one
   * which is larger than all that there is goes too, once it is alone.
   *
   * @param bytes for all together, at least 1
   * @param first for the first of them, at least as much
   */
  public record Allowance(long bytes, long first) {
    /** As much as there is. */
    public static final Allowance UNBOUNDED = new Allowance(Long.MAX_VALUE, Long.MAX_VALUE);

    public Allowance {
      if (bytes < 1 || first < bytes) {
        throw new IllegalArgumentException(
            "an allowance of %d bytes, %d for the first".formatted(bytes, first));
      }
    }
  }
}
