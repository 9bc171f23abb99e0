package dev.hookline.http.server;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many bytes of request bodies may be in memory at once, over all requests. Safe for use by
 * many threads.
 */
public final class ByteBudget {
  private final AtomicLong free;

  /**
   * @param bytes at least 1
   */
  public ByteBudget(long bytes) {
    if (bytes < 1) {
      throw new IllegalArgumentException("a budget of %d bytes".formatted(bytes));
    }
    this.free = new AtomicLong(bytes);
  }

  /** Takes so many bytes, all or none, and says whether they were there. */
  boolean tryTake(long bytes) {
    long before = free.get();
    while (before >= bytes) {
      long witness = free.compareAndExchange(before, before - bytes);
      if (witness == before) {
        return true;
      }
      before = witness;
    }
    return false;
  }

  void giveBack(long bytes) {
    free.addAndGet(bytes);
  }

  /** What is left now. */
  public long free() {
    return free.get();
  }
}
