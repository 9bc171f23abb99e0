package dev.hookline.persistence;

import java.util.HashSet;
import java.util.OptionalLong;
import java.util.Set;

/**
 * An id below which no message is live and none will be: a claim that begins there passes over the
 * dead rows in front of it, which VACUUM cannot clear away while some transaction is long open.
 * Safe for use by many threads.
 *
 * <p>Ids are drawn before their rows are committed, so the lowest live id is no such bound by
 * itself. It is once everybody has ended who was writing after it was read, and a later look, which
 * sees what they have left, has found nothing lower.
 */
final class Watermark {
  private volatile long from;
  private Stage stage = new Read(0);
  private String server = "";
  private long highestSeen;

  /** What is known of the next bound. */
  private sealed interface Stage {}

  /** It was read just now. */
  private record Read(long bound) implements Stage {}

  /**
   * @param writers those that may have drawn a lower id before it was read, and have not ended
   */
  private record Pending(long bound, Set<String> writers) implements Stage {}

  /** Where claims begin. */
  long from() {
    return from;
  }

  /** A message with this id was live. */
  synchronized void seen(long id) {
    highestSeen = Math.max(highestSeen, id);
  }

  /**
   * Tells of another look at the outbox, taken after the last one was told of.
   *
   * @param lowest the lowest live id from {@link #from} on; empty if there is none
   * @param writers the transactions that were writing messages
   * @param incarnation of the server: after a restart or a failover ids that were not flushed or
   *     replicated are drawn again
   */
  synchronized void looked(OptionalLong lowest, Set<String> writers, String incarnation) {
    if (!incarnation.equals(server)) {
      server = incarnation;
      from = 0;
      highestSeen = 0;
      stage = new Read(lowest.orElse(0));
      return;
    }
    long now = lowest.orElse(highestSeen);
    stage =
        switch (stage) {
          case Read(long bound) -> new Pending(bound, Set.copyOf(writers));
          case Pending(long bound, Set<String> left) when left.isEmpty() -> {
            from = Math.max(from, Math.min(bound, now));
            yield new Read(now);
          }
          case Pending(long bound, Set<String> left) -> new Pending(bound, both(left, writers));
        };
  }

  private static Set<String> both(Set<String> some, Set<String> others) {
    var both = new HashSet<>(some);
    both.retainAll(others);
    return both;
  }
}
