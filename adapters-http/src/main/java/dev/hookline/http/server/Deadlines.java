package dev.hookline.http.server;

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
 * Gives every request its {@link Deadline}: Helidon has none of its own (measured on 4.5.0), so a
 * listener on the connection arms one at each request line.
 */
final class Deadlines implements AutoCloseable {
  private final Duration timeout;
  private final Supplier<String> requestIds;
  private final ScheduledThreadPoolExecutor timer;

  /** A connection is served by one thread of its own, from its first request to its last. */
  private static final ThreadLocal<@Nullable Deadline> OF_THIS_CONNECTION = new ThreadLocal<>();

  Deadlines(Duration timeout, Supplier<String> requestIds) {
    this.timeout = timeout;
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
        arm(connection);
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

  private void arm(ConnectionContext connection) {
    Deadline before = OF_THIS_CONNECTION.get();
    Object buffer = ReadBuffers.current(connection.dataReader());
    if (before != null) {
      before.disarm();
      ReadBuffers.cut(before.buffer(), buffer);
    }
    var deadline = new Deadline(connection, requestIds.get(), buffer);
    OF_THIS_CONNECTION.set(deadline);
    deadline.expireBy(
        timer.schedule(
            // Writing to a sender that does not read may block; the timer must not.
            () -> Thread.startVirtualThread(deadline::expire),
            timeout.toNanos(),
            TimeUnit.NANOSECONDS));
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
