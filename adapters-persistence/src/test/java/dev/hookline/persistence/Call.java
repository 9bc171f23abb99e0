package dev.hookline.persistence;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** A call on a thread of its own, of which the test knows when it waits for its answer. */
final class Call<R> {
  static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(1);

  private final FutureTask<R> task;
  private final Thread thread;

  private Call(Callable<R> call) {
    task = new FutureTask<>(call);
    thread = Thread.ofVirtual().start(task);
  }

  /** Begins the call, and comes back once it waits with a limit or is over. */
  static <R> Call<R> begun(Callable<R> callable) {
    var call = new Call<>(callable);
    until(call::isWaitingOrOver);
    return call;
  }

  /** Begins them all at once, and comes back when each waits with a limit or is over. */
  static <R> List<Call<R>> begun(List<Callable<R>> callables) {
    var calls = new ArrayList<Call<R>>();
    callables.forEach(callable -> calls.add(new Call<>(callable)));
    calls.forEach(
        call -> until(() -> call.thread.getState() == Thread.State.TIMED_WAITING || call.isOver()));
    return calls;
  }

  static <R> List<R> answers(List<Call<R>> calls) throws Exception {
    var answers = new ArrayList<R>();
    for (Call<R> call : calls) {
      answers.add(call.answer());
    }
    return answers;
  }

  private boolean isWaitingOrOver() {
    return thread.getState() == Thread.State.TIMED_WAITING || isOver();
  }

  boolean isOver() {
    return task.isDone();
  }

  void interrupt() {
    thread.interrupt();
  }

  R answer() throws Exception {
    return task.get(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** What the call threw. */
  Throwable failure() throws InterruptedException, TimeoutException {
    try {
      R answer = task.get(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
      throw new AssertionError("it did not fail but gave " + answer);
    } catch (ExecutionException e) {
      return requireNonNull(e.getCause());
    }
  }

  /** Waits until it holds. */
  static void until(BooleanSupplier condition) {
    until(PATIENCE, condition);
  }

  /** Waits until it holds, which it has to in time. */
  static void until(Duration patience, BooleanSupplier condition) {
    long deadline = System.nanoTime() + patience.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("it never came to hold");
      }
      LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
    }
  }
}
