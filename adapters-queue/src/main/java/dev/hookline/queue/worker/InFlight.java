package dev.hookline.queue.worker;

import dev.hookline.application.dispatch.Claim.Allowance;
import dev.hookline.application.dispatch.Lane;
import dev.hookline.application.dispatch.OutboxMessage;
import dev.hookline.application.dispatch.Targets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The turns that one worker has given and that are not on record yet, and the room that they leave
 * for more: of lines worked at the same time, and of events' bytes. All calls but {@link #ended}
 * come from one thread.
 */
final class InFlight {
  /**
   * The most bytes of events in one claim, but for a first that is larger: so much is read while
   * the lease waits for its renewal.
   */
  private static final long MOST_CLAIMED = 32L << 20;

  /** Of several targets none gets the last part in so many of what the worker has. */
  private static final int RESERVED_SHARE = 4;

  /**
   * Lines that have their turn or wait for their record, per line worked at the same time: what is
   * repeated when the worker dies stays bounded.
   */
  private static final int MOST_UNRECORDED = 2;

  private final WorkerSettings settings;
  private final Set<String> names;
  private final boolean single;

  /** By ordering key, or without ordering by message. */
  private final Map<Long, Turn> turns = new HashMap<>();

  /** How many turns have not ended. */
  private final AtomicInteger working = new AtomicInteger();

  /** Bytes of the events that the turns hold. */
  private long bytes;

  InFlight(WorkerSettings settings, Targets targets) {
    this.settings = settings;
    this.names = targets.names();
    this.single = targets.only().isPresent();
  }

  /** What a line, or without ordering a message, is known by. */
  long key(OutboxMessage message) {
    return switch (settings.ordering()) {
      case STRICT -> message.orderingKey();
      case NONE -> message.id();
    };
  }

  void begin(Turn turn) {
    turns.put(key(turn.head()), turn);
    bytes += turn.bytes();
    working.incrementAndGet();
  }

  /** A turn is over, and is still to be recorded. Called from the turn's thread. */
  void ended() {
    working.decrementAndGet();
  }

  /** A turn is on record. */
  void forget(Turn turn) {
    turns.remove(key(turn.head()));
    bytes -= turn.bytes();
  }

  int turns() {
    return turns.size();
  }

  Set<Long> keys() {
    return turns.keySet();
  }

  Set<Lane> lanes() {
    return turns.values().stream().map(turn -> turn.head().lane()).collect(Collectors.toSet());
  }

  private Stream<Turn> to(String target) {
    return turns.values().stream()
        .filter(turn -> turn.head().target().filter(target::equals).isPresent());
  }

  long freeBytes() {
    return settings.maxBytes() - bytes;
  }

  /**
   * How much a target's next claim may bring; empty if nothing now. The first event of a target
   * that has nothing in flight may take more than the target's share, and alone even be larger than
   * all there is.
   */
  Optional<Allowance> allowance(String target) {
    long taken = single ? bytes : to(target).mapToLong(Turn::bytes).sum();
    long most = settings.maxBytes();
    long share = single ? most : most - most / RESERVED_SHARE;
    long left = Math.min(freeBytes(), share - taken);
    if (left <= 0) {
      return Optional.empty();
    }
    long first = taken == 0 ? freeBytes() : left;
    return Optional.of(
        new Allowance(Math.min(left, MOST_CLAIMED), bytes == 0 ? Long.MAX_VALUE : first));
  }

  /** How many more lines may be begun. */
  int room() {
    int most = settings.concurrency();
    return Math.max(0, Math.min(most - working.get(), MOST_UNRECORDED * most - turns.size()));
  }

  /**
   * How many more lines a target may have. Where there are several, slow ones do not get all that
   * the worker has: a part is shared out among the others, and what they do not use of it stays
   * free for them. Only a target that has nothing under way may always have one.
   */
  int roomFor(String target) {
    int others = names.size() - 1;
    if (single || others < 1) {
      return room();
    }
    int own = Math.ceilDiv(Math.ceilDiv(settings.concurrency(), RESERVED_SHARE), others);
    long kept =
        names.stream()
            .filter(other -> !other.equals(target))
            .mapToLong(other -> Math.max(0, own - to(other).count()))
            .sum();
    boolean idle = to(target).findAny().isEmpty();
    return Math.min(room(), Math.max(idle ? 1 : 0, room() - (int) kept));
  }
}
