package dev.hookline.http.server;

import io.helidon.common.buffers.BufferData;
import io.helidon.webserver.ConnectionContext;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The time that one request has to arrive. When it is over, the sender is answered 408 unless its
 * answer is on its way, and the connection is closed, which ends whatever still reads from it.
 */
final class Deadline {
  private enum State {
    RECEIVING,
    /** Answered before its body was read: the rest is read and thrown away. */
    DRAINING,
    DONE,
    EXPIRED
  }

  private final ConnectionContext connection;
  private final String requestId;
  private final long endNanos;
  private final AtomicReference<State> state = new AtomicReference<>(State.RECEIVING);
  private volatile @Nullable Future<?> timer;
  private volatile boolean headers;

  /** Where the connection's reader was; for the thread alone that serves the connection. */
  private @Nullable Object buffer;

  /**
   * @param endNanos when it is over, by {@link System#nanoTime}
   */
  Deadline(ConnectionContext connection, String requestId, long endNanos) {
    this.connection = connection;
    this.requestId = requestId;
    this.endNanos = endNanos;
    this.buffer = ReadBuffers.current(connection.dataReader());
  }

  void expireBy(Future<?> expiry) {
    timer = expiry;
    if (isDone()) {
      expiry.cancel(false);
    }
  }

  /** Request line and headers are complete. */
  void headersCame() {
    headers = true;
  }

  boolean hasHeaders() {
    return headers;
  }

  ConnectionContext connection() {
    return connection;
  }

  /** Lets go of what was read since this request began. Called by the connection's thread. */
  void letGoOfBuffers() {
    Object current = ReadBuffers.current(connection.dataReader());
    ReadBuffers.cut(buffer, current);
    buffer = current;
  }

  String requestId() {
    return requestId;
  }

  /** The request is complete and copied. False if that comes too late. */
  boolean received() {
    letGoOfBuffers();
    if (!state.compareAndSet(State.RECEIVING, State.DONE)) {
      return !expired();
    }
    cancelTimer();
    return true;
  }

  /** The answer goes out before the request is complete; the timer runs on. */
  boolean answeredEarly() {
    return state.compareAndSet(State.RECEIVING, State.DRAINING) || !expired();
  }

  /** The rest of a body that nobody wanted was read. */
  void drained() {
    if (state.compareAndSet(State.DRAINING, State.DONE)) {
      cancelTimer();
    }
  }

  /** Whether nothing of the request is waited for, so that what comes next is another one's. */
  boolean isDone() {
    return state.get() == State.DONE;
  }

  /** How long the request may still take to arrive; negative once that is over. */
  Duration left() {
    return Duration.ofNanos(endNanos - System.nanoTime());
  }

  boolean expired() {
    return state.get() == State.EXPIRED;
  }

  /** Nothing of this request is waited for any more. */
  void disarm() {
    state.set(State.DONE);
    cancelTimer();
  }

  /** An answer goes out that did not come through the handler. */
  void answeredElsewhere() {
    if (state.compareAndSet(State.RECEIVING, State.DONE)) {
      cancelTimer();
    }
  }

  private void cancelTimer() {
    Future<?> expiry = timer;
    if (expiry != null) {
      expiry.cancel(false);
    }
  }

  void expire() {
    if (state.compareAndSet(State.RECEIVING, State.EXPIRED)) {
      sayTimedOut();
      closeConnection();
    } else if (state.compareAndSet(State.DRAINING, State.EXPIRED)) {
      closeConnection();
    }
  }

  private void sayTimedOut() {
    byte[] body =
        Errors.body("RequestTimeoutError", "the request was not complete in time", requestId);
    String head =
        """
        HTTP/1.1 408 Request Timeout\r
        Content-Type: application/json\r
        X-Request-Id: %s\r
        Connection: close\r
        Content-Length: %d\r
        \r
        """
            .formatted(requestId, body.length);
    try {
      connection
          .dataWriter()
          .writeNow(
              BufferData.create(
                  BufferData.create(head.getBytes(StandardCharsets.US_ASCII)),
                  BufferData.create(body)));
    } catch (RuntimeException _) {
      // The sender is gone already; the connection is closed next either way.
      return;
    }
  }

  private void closeConnection() {
    try {
      connection.serverSocket().close();
    } catch (UncheckedIOException _) {
      // It was closed meanwhile, which is what was wanted.
      return;
    }
  }
}
