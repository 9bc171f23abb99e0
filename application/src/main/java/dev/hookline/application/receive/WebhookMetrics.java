package dev.hookline.application.receive;

import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.trace.TraceContext;
import java.time.Duration;
import java.util.Optional;

/** Port: what intake counts. */
public interface WebhookMetrics {

  /** How a request of a known service ended. */
  enum Status {
    ACCEPTED,
    DUPLICATE,
    HANDSHAKE,
    RATE_LIMITED,
    INVALID_SIGNATURE,
    STALE_TIMESTAMP,
    UNSUPPORTED_EVENT,
    INVALID_PAYLOAD,
    NO_REPOSITORY,
    TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE,
    TIMEOUT,
    OVERLOADED,
    ERROR
  }

  /**
   * One request was answered.
   *
   * @param trace its span, as an example of such a time
   */
  void received(
      Service service, Status status, Duration processingTime, Optional<TraceContext> trace);

  /** A signature matched this secret; positions count from 1. */
  void secretMatched(Service service, int position);

  /** A connection was closed at once, because its peer had enough of them. */
  void connectionRefused();

  /** A request was no HTTP, or broke off before its headers were whole. */
  void requestUnreadable();
}
