package dev.hookline.queue.worker;

import dev.hookline.application.dispatch.Outbox.Ordering;
import dev.hookline.application.dispatch.WorkerId;
import java.time.Duration;
import java.util.Optional;

/**
 * How one worker works.
 *
 * @param concurrency lines worked at the same time, at least 1: under strict ordering repositories,
 *     else events
 * @param maxRate the most dispatches begun in a second, at least 1; empty: unbounded
 * @param maxBytes of events in memory at once, about, at least 1; one that is larger goes alone
 * @param lease how long the worker's lanes stay its own after it was last heard of
 * @param pollInterval how long an idle worker waits for a signal before it looks by itself
 */
public record WorkerSettings(
    WorkerId worker,
    int concurrency,
    Optional<Integer> maxRate,
    long maxBytes,
    Duration lease,
    Duration pollInterval,
    Ordering ordering) {

  public WorkerSettings {
    if (concurrency < 1) {
      throw new IllegalArgumentException("concurrency is at least 1, not " + concurrency);
    }
    if (maxBytes < 1) {
      throw new IllegalArgumentException("at least one byte, not " + maxBytes);
    }
  }

  /**
   * How often the lease is renewed, and looked for free lanes: more often only where another
   * worker's lease is about to end.
   */
  Duration renewal() {
    return lease.dividedBy(8);
  }
}
