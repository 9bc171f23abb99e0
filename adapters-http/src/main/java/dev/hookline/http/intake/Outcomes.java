package dev.hookline.http.intake;

import dev.hookline.application.receive.Receipt;
import dev.hookline.application.receive.WebhookMetrics;
import dev.hookline.application.receive.WebhookMetrics.Status;
import dev.hookline.application.receive.WebhookTracing;
import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.error.WebhookError;
import dev.hookline.domain.error.WebhookError.EventStandardizationError.InvalidPayloadError;
import dev.hookline.domain.error.WebhookError.EventStandardizationError.RepositoryContextError;
import dev.hookline.domain.error.WebhookError.InvalidSignatureError;
import dev.hookline.domain.error.WebhookError.OverloadedError;
import dev.hookline.domain.error.WebhookError.RateLimitError;
import dev.hookline.domain.error.WebhookError.UnsupportedEventError;
import dev.hookline.domain.pipeline.PipelineId;
import dev.hookline.http.server.BodyReading;
import java.time.Duration;
import java.util.Optional;

/**
 * Counts and logs how each request of a known service ended, once, and tells of it as a span unless
 * a stranger may have sent it.
 */
final class Outcomes {
  private final WebhookMetrics metrics;
  private final WebhookLogger logger;

  Outcomes(WebhookMetrics metrics, WebhookLogger logger) {
    this.metrics = metrics;
    this.logger = logger;
  }

  /** A request of a known service, from its first step on. */
  Running begin(Service service, String requestId, WebhookTracing.Step span) {
    return new Running(service, requestId, span, System.nanoTime());
  }

  final class Running {
    private final Service service;
    private final String requestId;
    private final WebhookTracing.Step span;
    private final long start;
    private Optional<Status> told = Optional.empty();

    private Running(Service service, String requestId, WebhookTracing.Step span, long start) {
      this.service = service;
      this.requestId = requestId;
      this.span = span;
      this.start = start;
    }

    void received(Receipt receipt) {
      switch (receipt) {
        case Receipt.Accepted accepted -> {
          onRecord(Status.ACCEPTED, accepted.id());
          logger.standardized(accepted, service, requestId, span.context(), count(Status.ACCEPTED));
        }
        case Receipt.Duplicate duplicate -> {
          onRecord(Status.DUPLICATE, duplicate.first());
          logger.standardized(
              duplicate, service, requestId, span.context(), count(Status.DUPLICATE));
        }
        case Receipt.Handshake _ -> {
          told = Optional.of(Status.HANDSHAKE);
          logger.handshake(service, requestId, count(Status.HANDSHAKE));
        }
        case Receipt.Refused(var error, var kept) -> {
          Status status = statusOf(error);
          told = kept.map(_ -> status);
          Duration took = count(status);
          kept.ifPresentOrElse(
              refused -> logger.refused(refused, service, requestId, span.context(), status, took),
              () -> logger.turnedAway(service, requestId, status, took));
        }
      }
    }

    /** The endpoint was checked by somebody who proved nothing. */
    void unsignedCheck() {
      logger.unsignedCheck(service, requestId, count(Status.HANDSHAKE));
    }

    void turnedAway(Status status) {
      logger.turnedAway(service, requestId, status, count(status));
    }

    void unavailable(RuntimeException cause) {
      told = Optional.of(Status.OVERLOADED);
      logger.unavailable(cause, service, requestId, span.context(), count(Status.OVERLOADED));
    }

    void defect(Throwable defect) {
      told = Optional.of(Status.ERROR);
      logger.defect(defect, service, requestId, span.context(), count(Status.ERROR));
    }

    /**
     * The last of a request.
     *
     * @param httpStatus of its answer
     */
    void answered(int httpStatus) {
      told.ifPresent(status -> span.end(status, httpStatus));
    }

    private void onRecord(Status status, PipelineId id) {
      told = Optional.of(status);
      span.onRecord(id, status == Status.DUPLICATE);
    }

    private Duration count(Status status) {
      var took = Duration.ofNanos(System.nanoTime() - start);
      metrics.received(service, status, took, told.isPresent() ? span.context() : Optional.empty());
      return took;
    }
  }

  /** How a request is counted whose body did not come in whole. */
  static Status statusOf(BodyReading.Failed why) {
    return switch (why) {
      case BodyReading.TooLarge _ -> Status.TOO_LARGE;
      case BodyReading.Broken _ -> Status.INVALID_PAYLOAD;
      case BodyReading.NoMemory _ -> Status.OVERLOADED;
      case BodyReading.TimedOut _ -> Status.TIMEOUT;
    };
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
