package dev.hookline.http.server;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * How many bytes of request bodies may be in memory at once, over all requests. Safe for use by
 * many threads.
 *
 * <p>Bodies take what they need as they come, so a sender who announces much and sends little holds
 * little. That none waits for another in a circle, one of those that are in want goes beyond the
 * budget, by one body at the most; the others have their turn in the order in which they came. An
 * eighth is kept for bodies that begin, so that large ones do not shut small ones out.
 */
public final class ByteBudget {
  private static final int KEPT_SHARE = 8;

  private final long kept;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<Share> inWant = new ArrayDeque<>();
  private @Nullable Share favoured;
  private long free;

  /**
   * @param bytes at least 1
   */
  public ByteBudget(long bytes) {
    if (bytes < 1) {
      throw new IllegalArgumentException("a budget of %d bytes".formatted(bytes));
    }
    this.free = bytes;
    this.kept = bytes / KEPT_SHARE;
  }

  /** What one body takes. For use by one thread. */
  Share open() {
    return new Share();
  }

  /** What is left now; below zero while one body goes beyond. */
  public long free() {
    lock.lock();
    try {
      return free;
    } finally {
      lock.unlock();
    }
  }

  /** One body's part of the budget. */
  final class Share implements AutoCloseable {
    private long taken;

    private Share() {}

    /** Takes the first bytes, all or none, and says whether they were there. */
    boolean begin(long bytes) {
      lock.lock();
      try {
        if (bytes > free) {
          return false;
        }
        take(bytes);
        return true;
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
        if (!hasRoom(bytes) || !inWant.isEmpty()) {
          inWant.addLast(this);
          try {
            if (!awaitTurn(bytes, patience.toNanos())) {
              return false;
            }
          } finally {
            inWant.remove(this);
            changed.signalAll();
          }
        }
        take(bytes);
        return true;
      } finally {
        lock.unlock();
      }
    }

    private boolean awaitTurn(long bytes, long nanos) throws InterruptedException {
      long left = nanos;
      while (favoured != this) {
        if (inWant.peekFirst() == this) {
          if (hasRoom(bytes)) {
            return true;
          }
          if (favoured == null) {
            favoured = this;
            return true;
          }
        }
        if (left <= 0) {
          return false;
        }
        left = changed.awaitNanos(left);
      }
      return true;
    }

    private boolean hasRoom(long bytes) {
      return bytes <= free - kept;
    }

    private void take(long bytes) {
      free -= bytes;
      taken += bytes;
    }

    /** Gives a part back. */
    void giveBack(long bytes) {
      lock.lock();
      try {
        take(-bytes);
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }

    /** Gives back all that is left. */
    @Override
    public void close() {
      lock.lock();
      try {
        take(-taken);
        if (favoured == this) {
          favoured = null;
        }
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }
}
