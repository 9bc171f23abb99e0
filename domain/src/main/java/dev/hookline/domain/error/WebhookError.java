package dev.hookline.domain.error;

import java.time.Duration;

/**
 * Why a delivery was turned away: a value, returned. Its message tells the sender what to mend and
 * shows nothing of the inside.
 */
public sealed interface WebhookError {

  /** The answer's {@code error}, which is also what is kept and listed by. */
  default String name() {
    return getClass().getSimpleName();
  }

  /** What the sender is told. */
  String message();

  /**
   * The signature is missing, wrong, doubled, or its time is missing or outside the tolerance. The
   * sender hears one and the same answer for all of them; the cause is for the operator alone.
   */
  record InvalidSignatureError(Cause cause) implements WebhookError {
    /** What the operator sees apart: a stale one was signed with the right secret. */
    public enum Cause {
      NOT_PROVEN,
      STALE
    }

    @Override
    public String message() {
      return "the signature does not hold for this body";
    }
  }

  /**
   * Too many requests from one address.
   *
   * @param retryAfter how long until one more may pass
   */
  record RateLimitError(Duration retryAfter) implements WebhookError {
    @Override
    public String message() {
      return "too many requests from this address";
    }
  }

  /**
   * Authentic, but of a kind that is not switched on.
   *
   * @param eventType the type, with its action where the service has actions
   */
  record UnsupportedEventError(String eventType) implements WebhookError {
    @Override
    public String message() {
      return "event type " + eventType + " is not supported here";
    }
  }

  /**
   * The event could not be made durable in time. It may have been stored all the same: sent again,
   * it is recognised.
   *
   * @param retryAfter when to try again
   */
  record OverloadedError(Duration retryAfter) implements WebhookError {
    @Override
    public String message() {
      return "the delivery could not be stored in time; send it again";
    }
  }

  /** The delivery is authentic and wanted, but cannot be translated into a standardized event. */
  sealed interface EventStandardizationError extends WebhookError {

    /**
     * The body, or a header that the event needs, is not what the provider documents.
     *
     * @param message what is missing or malformed
     */
    record InvalidPayloadError(String message) implements EventStandardizationError {}

    /**
     * No repository can be derived from the payload or the configured mappings.
     *
     * @param message what was looked for
     */
    record RepositoryContextError(String message) implements EventStandardizationError {}
  }
}
