package dev.hookline.http.server;

import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * How many bytes of request bodies may be in memory at once, over all requests. Safe for use by
 * many threads.
 *
 * <p>Bodies take what they need as they come, so a sender who announces much and sends little holds
 * little. Of what is still being read no sender has more than half, so that one who sends slowly
 * leaves the other half to the others. An eighth is kept for small bodies, so that large ones do
 * not shut them out.
 *
 * <p>What cannot be had now is waited for, in the order in which it was asked for, but past those
 * whose sender has its half. Nobody waits for ever: every wait ends with its patience. And none
 * waits for another in a circle: as long as any is in want, one body is favoured and waits for
 * nothing. It is beside the budget, which so is exceeded by one body at the most.
 */
public final class ByteBudget {
  private static final int KEPT_SHARE = 8;
  private static final int SENDERS_SHARE = 2;

  /** Most deliveries are no longer. */
  private static final long SMALL = 64 * 1024;

  /** So many bodies of a sender that has its half wait; more would only be more to look through. */
  static final int MOST_WAITING = 64;

  private final long kept;
  private final long ofOneSender;
  private final long small;
  private final ReentrantLock lock = new ReentrantLock();
  private final SequencedSet<Share> inWant = new LinkedHashSet<>();
  private final Map<String, Sender> senders = new HashMap<>();
  private @Nullable Share favoured;
  private long free;

  /**
   * @param bytes at least 1
   */
  public ByteBudget(long bytes) {
    this(bytes, SMALL);
  }

  /**
   * @param small up to how many bytes a body may use what is kept
   */
  ByteBudget(long bytes, long small) {
    if (bytes < 1) {
      throw new IllegalArgumentException("a budget of %d bytes".formatted(bytes));
    }
    this.free = bytes;
    this.kept = bytes / KEPT_SHARE;
    this.ofOneSender = bytes / SENDERS_SHARE;
    this.small = small;
  }

  /**
   * What one body takes. For use by one thread.
   *
   * @param sender whom it counts for while it is read; empty if it may have all
   */
  Share open(Optional<String> sender) {
    return new Share(sender);
  }

  /** What is left now, beside a favoured body. */
  public long free() {
    lock.lock();
    try {
      return free;
    } finally {
      lock.unlock();
    }
  }

  /** What is being read of one sender. It is forgotten with its last body. */
  private static final class Sender {
    private final String name;
    private int bodies;
    private int waiting;
    private long taken;

    Sender(String name) {
      this.name = name;
    }
  }

  /** Tells the one whose turn it is now, if there is one. */
  private void changed() {
    Share next = next();
    if (next != null) {
      next.itsTurn.signal();
    }
  }

  /**
   * Whose turn it is: the first whose sender has room and who finds room itself, small ones also
   * past large ones that find none. Where there is none, and none is favoured, the first whose
   * sender has room is to be, or else the first of all. Null if all have to wait.
   */
  private @Nullable Share next() {
    Share first = null;
    for (Share share : inWant) {
      if (share.isWithinItsHalf(share.wanted) && (first == null || share.wanted <= small)) {
        if (share.hasRoom(share.wanted)) {
          return share;
        }
        if (first == null) {
          first = share;
        }
      }
    }
    if (favoured != null || inWant.isEmpty()) {
      return null;
    }
    return first == null ? inWant.getFirst() : first;
  }

  /** One body's part of the budget. */
  final class Share implements AutoCloseable {
    private final Condition itsTurn = lock.newCondition();
    private final Optional<String> name;
    private @Nullable Sender sender;
    private long taken;
    private long wanted;

    private Share(Optional<String> name) {
      this.name = name;
    }

    /**
     * Takes the first bytes, all or none. Only its sender's half is waited for: where nothing is
     * left for anybody, what has not begun is turned away at once.
     *
     * @return whether they could be had in time
     */
    boolean begin(long bytes, Duration patience) throws InterruptedException {
      lock.lock();
      try {
        name.ifPresent(this::enter);
        return (bytes <= free || !isWithinItsHalf(bytes)) && grow(bytes, patience);
      } finally {
        lock.unlock();
      }
    }

    private void enter(String of) {
      Sender entered = senders.computeIfAbsent(of, Sender::new);
      entered.bodies++;
      sender = entered;
    }

    /**
     * Takes more bytes, all or none, and waits for its turn if need be.
     *
     * @return whether they could be had in time
     */
    boolean grow(long bytes, Duration patience) throws InterruptedException {
      lock.lock();
      try {
        if (mayNotEvenWait(bytes)) {
          return false;
        }
        wanted = bytes;
        join();
        try {
          if (!awaitTurn(patience.toNanos())) {
            return false;
          }
          take(bytes);
          return true;
        } finally {
          leave();
          changed();
        }
      } finally {
        lock.unlock();
      }
    }

    private boolean mayNotEvenWait(long bytes) {
      return favoured != this
          && sender != null
          && sender.waiting >= MOST_WAITING
          && !isWithinItsHalf(bytes);
    }

    private void join() {
      inWant.addLast(this);
      if (sender != null) {
        sender.waiting++;
      }
    }

    private void leave() {
      inWant.remove(this);
      if (sender != null) {
        sender.waiting--;
      }
    }

    private boolean awaitTurn(long nanos) throws InterruptedException {
      long left = nanos;
      while (favoured != this) {
        if (next() == this) {
          if (!isWithinItsHalf(wanted) || !hasRoom(wanted)) {
            favour();
          }
          return true;
        }
        if (left <= 0) {
          return false;
        }
        left = itsTurn.awaitNanos(left);
      }
      return true;
    }

    private boolean isWithinItsHalf(long bytes) {
      return sender == null || sender.taken + bytes <= ofOneSender;
    }

    private boolean hasRoom(long bytes) {
      return bytes <= (bytes <= small ? free : free - kept);
    }

    /** From now on it is beside the budget, with what it has. */
    private void favour() {
      long soFar = taken;
      take(-soFar);
      favoured = this;
      taken = soFar;
    }

    private void take(long bytes) {
      taken += bytes;
      if (favoured != this) {
        free -= bytes;
        if (sender != null) {
          sender.taken += bytes;
        }
      }
    }

    /** Gives a part back. */
    void giveBack(long bytes) {
      lock.lock();
      try {
        take(-bytes);
        changed();
      } finally {
        lock.unlock();
      }
    }

    /** All of the body has come: what it has counts no longer for its sender. */
    void isRead() {
      lock.lock();
      try {
        leaveSender();
        changed();
      } finally {
        lock.unlock();
      }
    }

    private void leaveSender() {
      if (sender == null) {
        return;
      }
      if (favoured != this) {
        sender.taken -= taken;
      }
      sender.bodies--;
      if (sender.bodies == 0) {
        senders.remove(sender.name);
      }
      sender = null;
    }

    /** Gives back all that is left. */
    @Override
    public void close() {
      lock.lock();
      try {
        leaveSender();
        take(-taken);
        if (favoured == this) {
          favoured = null;
        }
        changed();
      } finally {
        lock.unlock();
      }
    }
  }
}
