package dev.hookline.http.intake;

import dev.hookline.application.receive.Receipt;
import dev.hookline.application.receive.WebhookMetrics;
import dev.hookline.application.receive.WebhookMetrics.Status;
import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.error.WebhookError;
import dev.hookline.domain.error.WebhookError.EventStandardizationError.InvalidPayloadError;
import dev.hookline.domain.error.WebhookError.EventStandardizationError.RepositoryContextError;
import dev.hookline.domain.error.WebhookError.InvalidSignatureError;
import dev.hookline.domain.error.WebhookError.OverloadedError;
import dev.hookline.domain.error.WebhookError.RateLimitError;
import dev.hookline.domain.error.WebhookError.UnsupportedEventError;
import java.time.Duration;

/** Counts and logs how each request of a known service ended, once. */
final class Outcomes {
  private final WebhookMetrics metrics;
  private final WebhookLogger logger;

  Outcomes(WebhookMetrics metrics, WebhookLogger logger) {
    this.metrics = metrics;
    this.logger = logger;
  }

  /** A request of a known service, from its first step on. */
  Running begin(Service service, String requestId) {
    return new Running(service, requestId, System.nanoTime());
  }

  final class Running {
    private final Service service;
    private final String requestId;
    private final long start;

    private Running(Service service, String requestId, long start) {
      this.service = service;
      this.requestId = requestId;
      this.start = start;
    }

    void received(Receipt receipt) {
      switch (receipt) {
        case Receipt.Accepted accepted ->
            logger.standardized(accepted, service, requestId, count(Status.ACCEPTED));
        case Receipt.Duplicate duplicate ->
            logger.standardized(duplicate, service, requestId, count(Status.DUPLICATE));
        case Receipt.Handshake _ -> handshake();
        case Receipt.Refused(var error, var kept) -> {
          Status status = statusOf(error);
          Duration took = count(status);
          kept.ifPresentOrElse(
              refused -> logger.refused(refused, service, requestId, status, took),
              () -> logger.turnedAway(service, requestId, status, took));
        }
      }
    }

    void handshake() {
      logger.handshake(service, requestId, count(Status.HANDSHAKE));
    }

    void turnedAway(Status status) {
      logger.turnedAway(service, requestId, status, count(status));
    }

    void unavailable(RuntimeException cause) {
      logger.unavailable(cause, service, requestId, count(Status.OVERLOADED));
    }

    void defect(RuntimeException defect) {
      logger.defect(defect, service, requestId, count(Status.ERROR));
    }

    private Duration count(Status status) {
      var took = Duration.ofNanos(System.nanoTime() - start);
      metrics.received(service, status, took);
      return took;
    }
  }

  private static Status statusOf(WebhookError error) {
    return switch (error) {
      case InvalidSignatureError(var cause) ->
          switch (cause) {
            case NOT_PROVEN -> Status.INVALID_SIGNATURE;
            case STALE -> Status.STALE_TIMESTAMP;
          };
      case RateLimitError _ -> Status.RATE_LIMITED;
      case UnsupportedEventError _ -> Status.UNSUPPORTED_EVENT;
      case OverloadedError _ -> Status.OVERLOADED;
      case InvalidPayloadError _ -> Status.INVALID_PAYLOAD;
      case RepositoryContextError _ -> Status.NO_REPOSITORY;
    };
  }
}
