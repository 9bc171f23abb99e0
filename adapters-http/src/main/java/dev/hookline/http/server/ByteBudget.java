package dev.hookline.http.server;

import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
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
 * <p>What cannot be had now is waited for, in the order in which the bodies began, so that the
 * eldest ends and gives back what it has, instead of all growing in step until none can; but past
 * those whose sender has its half. Nobody waits for ever: every wait ends with its patience. And
 * none waits for another in a circle: as long as any is in want, one body is favoured and waits for
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
  private final NavigableSet<Share> inWant =
      new TreeSet<>(Comparator.comparingLong((Share share) -> share.number));
  private final Map<String, Sender> senders = new HashMap<>();
  private @Nullable Share favoured;
  private long opened;
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
   * What one body takes. For use by one thread, which has to close it.
   *
   * @param name of the sender whom it counts for until it is read; empty if it may have all
   */
  Share open(Optional<String> name) {
    lock.lock();
    try {
      Sender sender = name.map(this::sender).orElseGet(Sender::unbounded);
      sender.bodies++;
      return new Share(opened++, sender);
    } finally {
      lock.unlock();
    }
  }

  private Sender sender(String name) {
    return senders.computeIfAbsent(name, _ -> new Sender(name, ofOneSender));
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
    private final long most;
    private int bodies;
    private long taken;

    Sender(String name, long most) {
      this.name = name;
      this.most = most;
    }

    static Sender unbounded() {
      return new Sender("", Long.MAX_VALUE);
    }
  }

  /** Changes what the others wait for. */
  private void change(Runnable how) {
    lock.lock();
    try {
      how.run();
      tellNext();
    } finally {
      lock.unlock();
    }
  }

  private void tellNext() {
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
      if (share.isWithinItsHalf() && (first == null || share.isSmall())) {
        if (share.hasRoom()) {
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
    return first == null ? inWant.first() : first;
  }

  /** One body's part of the budget. */
  final class Share implements AutoCloseable {
    private final Condition itsTurn = lock.newCondition();
    private final long number;
    private Sender sender;
    private long taken;
    private long wanted;

    private Share(long number, Sender sender) {
      this.number = number;
      this.sender = sender;
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
        wanted = bytes;
        return (bytes <= free || !isWithinItsHalf()) && grow(bytes, patience);
      } finally {
        lock.unlock();
      }
    }

    /**
     * Takes more bytes, all or none, and waits for its turn if need be.
     *
     * @return whether they could be had in time
     */
    boolean grow(long bytes, Duration patience) throws InterruptedException {
      lock.lock();
      try {
        wanted = bytes;
        if (favoured == this) {
          take(bytes);
          return true;
        }
        return (isWithinItsHalf() || !isCrowded()) && growInTurn(patience.toNanos());
      } finally {
        lock.unlock();
      }
    }

    private boolean growInTurn(long nanos) throws InterruptedException {
      inWant.add(this);
      try {
        if (!awaitTurn(nanos)) {
          return false;
        }
        if (!isWithinItsHalf() || !hasRoom()) {
          favour();
        }
        take(wanted);
        return true;
      } finally {
        inWant.remove(this);
        tellNext();
      }
    }

    private boolean awaitTurn(long nanos) throws InterruptedException {
      long left = nanos;
      while (next() != this) {
        if (left <= 0) {
          return false;
        }
        left = itsTurn.awaitNanos(left);
      }
      return true;
    }

    private boolean isWithinItsHalf() {
      // Not as a sum, which may be more than a long holds.
      return sender.taken <= sender.most - wanted;
    }

    private boolean isCrowded() {
      return inWant.stream().filter(share -> share.sender == sender).count() >= MOST_WAITING;
    }

    private boolean isSmall() {
      return wanted <= small;
    }

    private boolean hasRoom() {
      return wanted <= (isSmall() ? free : free - kept);
    }

    /** From now on it is beside the budget, with what it has. */
    private void favour() {
      free += taken;
      sender.taken -= taken;
      favoured = this;
    }

    private void take(long bytes) {
      taken += bytes;
      if (favoured != this) {
        free -= bytes;
        sender.taken += bytes;
      }
    }

    /** Gives a part back. */
    void giveBack(long bytes) {
      change(() -> take(-bytes));
    }

    /** All of the body has come: what it has counts no longer for its sender. */
    void isRead() {
      change(this::leaveSender);
    }

    private void leaveSender() {
      if (favoured != this) {
        sender.taken -= taken;
      }
      if (--sender.bodies == 0) {
        senders.remove(sender.name, sender);
      }
      sender = Sender.unbounded();
    }

    /** Gives back all that is left. */
    @Override
    public void close() {
      change(
          () -> {
            leaveSender();
            take(-taken);
            if (favoured == this) {
              favoured = null;
            }
          });
    }
  }
}
