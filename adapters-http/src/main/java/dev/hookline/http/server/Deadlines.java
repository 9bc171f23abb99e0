package dev.hookline.http.server;

import io.helidon.http.Headers;
import io.helidon.http.HttpPrologue;
import io.helidon.http.Status;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http1.Http1ConnectionListener;
import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Gives every request its {@link Deadline}, from its first byte on: Helidon has none of its own
 * (measured on 4.5.0). Half of the time is for the request line and the headers.
 */
final class Deadlines implements AutoCloseable {
  private final long headersNanos;
  private final long bodyNanos;
  private final Supplier<String> requestIds;
  private final ScheduledThreadPoolExecutor timer;

  /** A connection is served by one thread of its own, from its first request to its last. */
  private static final ThreadLocal<@Nullable Deadline> OF_THIS_CONNECTION = new ThreadLocal<>();

  Deadlines(Duration timeout, Supplier<String> requestIds) {
    this.headersNanos = timeout.toNanos() / 2;
    this.bodyNanos = timeout.toNanos() - headersNanos;
    this.requestIds = requestIds;
    this.timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("request-deadlines").factory());
    timer.setRemoveOnCancelPolicy(true);
    timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  Http1ConnectionListener onReceive() {
    return new Http1ConnectionListener() {
      @Override
      public void prologue(ConnectionContext connection, HttpPrologue prologue) {
        // It may have come whole, together with the request before.
        bytesHaveCome(connection);
      }

      @Override
      public void headers(ConnectionContext connection, Headers headers) {
        current().headersCame();
      }
    };
  }

  Http1ConnectionListener onSend() {
    return new Http1ConnectionListener() {
      @Override
      public void status(ConnectionContext connection, Status status) {
        Deadline deadline = OF_THIS_CONNECTION.get();
        if (deadline != null) {
          deadline.answeredElsewhere();
        }
      }
    };
  }

  /** The deadline of the request that this thread is serving. */
  Deadline current() {
    Deadline deadline = OF_THIS_CONNECTION.get();
    if (deadline == null) {
      throw new IllegalStateException("no request is being served by this thread");
    }
    return deadline;
  }

  /** Bytes of this thread's connection are there; unless a request is under way, one begins. */
  void bytesHaveCome(ConnectionContext connection) {
    Deadline before = OF_THIS_CONNECTION.get();
    if (before == null || before.isDone()) {
      arm(connection, before);
    }
  }

  /** This thread's connection has ended. */
  void ended() {
    Deadline last = OF_THIS_CONNECTION.get();
    if (last != null) {
      last.disarm();
      OF_THIS_CONNECTION.remove();
    }
  }

  private void arm(ConnectionContext connection, @Nullable Deadline before) {
    if (before != null) {
      before.letGoOfBuffers();
    }
    long endNanos = System.nanoTime() + headersNanos + bodyNanos;
    var deadline = new Deadline(connection, requestIds.get(), endNanos);
    OF_THIS_CONNECTION.set(deadline);
    deadline.expireBy(timer.schedule(() -> halfTime(deadline), headersNanos, TimeUnit.NANOSECONDS));
  }

  private void halfTime(Deadline deadline) {
    if (deadline.hasHeaders()) {
      deadline.expireBy(timer.schedule(() -> expire(deadline), bodyNanos, TimeUnit.NANOSECONDS));
    } else {
      expire(deadline);
    }
  }

  /** Does something that does not block, unless all is over before. */
  void later(Duration time, Runnable action) {
    var _ = timer.schedule(action, time.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Writing to a sender that does not read may block; the timer must not. */
  private static void expire(Deadline deadline) {
    Thread.startVirtualThread(deadline::expire);
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
