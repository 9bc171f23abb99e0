package dev.hookline.application.dispatch;

import dev.hookline.domain.trace.TraceContext;
import java.time.Duration;
import java.util.Optional;

/** Port: what dispatching counts. */
public interface DispatchMetrics {

  /** How an attempt ended for the message. */
  enum Result {
    SUCCESS,
    RETRY,
    DEAD
  }

  /**
   * One attempt was made at a target.
   *
   * @param trace its span, as an example of such a time
   */
  void dispatched(String target, Result result, Duration took, Optional<TraceContext> trace);

  /** A message was given up since its last attempt was lost with its worker. */
  void lost(String target);

  /** Whether a target is there, or away as a whole so that nothing is dispatched to it. */
  void available(String target, boolean available);

  /** The first dispatch of an event succeeded this long after it was accepted. */
  void lag(Duration sinceAccepted);
}
