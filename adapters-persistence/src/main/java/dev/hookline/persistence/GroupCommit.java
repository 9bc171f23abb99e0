package dev.hookline.persistence;

import dev.hookline.application.pipeline.StoreUnavailableException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToLongFunction;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Lets concurrent callers share statements, and so commits: while some are on their way to disk the
 * next gather. Nobody waits for others to come, so a caller who is alone is a batch of one. What
 * the database refuses fails alone, never its neighbours. Safe for use by many threads.
 *
 * @param <C> what a caller wants written
 * @param <R> what becomes of it
 */
final class GroupCommit<C, R> {
  /** With a third one batches get smaller, which costs PostgreSQL more than the wait saved. */
  static final int BATCHES_AT_ONCE = 2;

  static final int MOST_IN_BATCH = 64;

  /** A batch that is already so large takes no more in: its neighbours would wait for the large. */
  static final long FULL_BYTES = 1024L * 1024;

  /** An idempotent write of several candidates, in one transaction. */
  @FunctionalInterface
  interface Write<C, R> {
    /** What became of each, in their order; nothing for one that has to be written again. */
    List<Optional<R>> write(Handle handle, List<C> candidates);
  }

  private final Sessions sessions;
  private final ToLongFunction<C> bytes;
  private final Write<C, R> write;
  private final ReentrantLock lock = new ReentrantLock();
  private final Queue<Waiting> queue = new ArrayDeque<>();
  private int batches;

  /**
   * @param bytes how large a candidate is, about
   */
  GroupCommit(Sessions sessions, ToLongFunction<C> bytes, Write<C, R> write) {
    this.sessions = sessions;
    this.bytes = bytes;
    this.write = write;
  }

  /** One caller's candidate. */
  private final class Waiting {
    private final C candidate;
    private final CompletableFuture<R> end = new CompletableFuture<>();
    private volatile @Nullable RuntimeException lastFault;

    private Waiting(C candidate) {
      this.candidate = candidate;
    }
  }

  /**
   * Writes the candidate in the next batch, and again while the database is away.
   *
   * @param budget how long the caller waits; what is on its way then may still commit
   * @throws StoreUnavailableException if the budget is spent
   */
  R write(C candidate, Duration budget) {
    var waiting = new Waiting(candidate);
    enqueue(waiting);
    try {
      return waiting.end.get(budget.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      // What has ended just now counts: it may be on record.
      if (!waiting.end.cancel(false)) {
        return ended(waiting.end);
      }
      RuntimeException fault = waiting.lastFault;
      throw fault == null
          ? new StoreUnavailableException("no commit within " + budget, e)
          : Fault.translate(fault);
    } catch (ExecutionException _) {
      return ended(waiting.end);
    } catch (InterruptedException e) {
      waiting.end.cancel(false);
      Thread.currentThread().interrupt();
      throw new StoreUnavailableException("interrupted while waiting for a commit", e);
    }
  }

  private static <R> R ended(CompletableFuture<R> end) {
    try {
      return end.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  private void enqueue(Waiting waiting) {
    lock.lock();
    try {
      queue.add(waiting);
      if (batches == BATCHES_AT_ONCE) {
        return;
      }
      batches++;
    } finally {
      lock.unlock();
    }
    Thread.ofVirtual().name("commit").start(this::writeAll);
  }

  private void writeAll() {
    for (var batch = nextBatch(); !batch.isEmpty(); batch = nextBatch()) {
      write(batch);
    }
  }

  /** What has gathered, in the order it came; if nothing has, the calling thread is to end. */
  private List<Waiting> nextBatch() {
    lock.lock();
    try {
      var batch = new ArrayList<Waiting>();
      long size = 0;
      while (!queue.isEmpty() && batch.size() < MOST_IN_BATCH && size < FULL_BYTES) {
        Waiting next = queue.remove();
        if (!next.end.isDone()) {
          batch.add(next);
          size += bytes.applyAsLong(next.candidate);
        }
      }
      if (batch.isEmpty()) {
        batches--;
      }
      return batch;
    } finally {
      lock.unlock();
    }
  }

  private void write(List<Waiting> batch) {
    try {
      writeUntilOver(batch);
    } catch (InterruptedException e) {
      // Nobody interrupts these threads; if somebody did, callers must not wait out their budgets.
      Thread.currentThread().interrupt();
      batch.forEach(
          waiting ->
              waiting.end.completeExceptionally(
                  new StoreUnavailableException("interrupted while committing", e)));
    } catch (RuntimeException | Error e) {
      // Thrown on, it would end this thread, whose place among the batches nobody would take.
      batch.forEach(waiting -> waiting.end.completeExceptionally(e));
    }
  }

  private void writeUntilOver(List<Waiting> batch) throws InterruptedException {
    List<Waiting> open = stillWaiting(batch);
    for (int attempt = 1; !open.isEmpty(); attempt++) {
      RuntimeException fault = null;
      try {
        writeOnce(open);
      } catch (RuntimeException e) {
        if (Fault.of(e) == Fault.DEFECT) {
          isolate(open, e);
          return;
        }
        fault = e;
      }
      open = stillWaiting(open);
      for (Waiting waiting : open) {
        waiting.lastFault = fault;
      }
      if (!open.isEmpty()) {
        sessions.pause(attempt, fault);
      }
    }
  }

  private void writeOnce(List<Waiting> batch) {
    var candidates = batch.stream().map(waiting -> waiting.candidate).toList();
    List<Optional<R>> ends = sessions.once(handle -> write.write(handle, candidates));
    for (int i = 0; i < ends.size(); i++) {
      ends.get(i).ifPresent(batch.get(i).end::complete);
    }
  }

  /** Tells the one that the database refuses from those that only came with it. */
  private void isolate(List<Waiting> batch, RuntimeException defect) throws InterruptedException {
    if (batch.size() == 1) {
      batch.getFirst().end.completeExceptionally(defect);
      return;
    }
    int half = batch.size() / 2;
    writeUntilOver(batch.subList(0, half));
    writeUntilOver(batch.subList(half, batch.size()));
  }

  private List<Waiting> stillWaiting(List<Waiting> batch) {
    return batch.stream().filter(waiting -> !waiting.end.isDone()).toList();
  }
}
