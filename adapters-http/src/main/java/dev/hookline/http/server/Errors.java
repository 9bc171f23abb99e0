package dev.hookline.http.server;

import dev.hookline.domain.error.WebhookError;
import dev.hookline.domain.error.WebhookError.EventStandardizationError.InvalidPayloadError;
import dev.hookline.domain.error.WebhookError.EventStandardizationError.RepositoryContextError;
import dev.hookline.domain.error.WebhookError.InvalidSignatureError;
import dev.hookline.domain.error.WebhookError.OverloadedError;
import dev.hookline.domain.error.WebhookError.RateLimitError;
import dev.hookline.domain.error.WebhookError.UnsupportedEventError;
import dev.hookline.http.json.JsonText;
import java.time.Duration;

/**
 * The answers to what goes wrong: one body for all of them, {@code {"error","message",
 * "request_id"}}.
 */
public final class Errors {
  private static final int MAX_MESSAGE = 500;
  private static final Duration SOON = Duration.ofSeconds(1);

  private Errors() {}

  /** An error's answer. */
  public static Answer answer(int status, String error, String message, String requestId) {
    return Answer.of(status, "application/json", body(error, message, requestId));
  }

  /** The answer to a delivery that was turned away. */
  public static Answer answer(WebhookError error, String requestId) {
    Answer answer = answer(statusOf(error), error.name(), error.message(), requestId);
    return switch (error) {
      case RateLimitError(Duration retryAfter) -> answer.retryAfter(retryAfter);
      case OverloadedError(Duration retryAfter) -> answer.retryAfter(retryAfter);
      case InvalidSignatureError _,
          UnsupportedEventError _,
          InvalidPayloadError _,
          RepositoryContextError _ ->
          answer;
    };
  }

  /**
   * The answer to a request whose body did not come in whole.
   *
   * @param max the most bytes it may have
   */
  public static Answer unread(BodyReading.Failed why, long max, String requestId) {
    return switch (why) {
      case BodyReading.TooLarge _ ->
          answer(413, "PayloadTooLargeError", "a body may have %d bytes".formatted(max), requestId);
      case BodyReading.Broken _ ->
          answer(400, "InvalidPayloadError", "the body is broken or incomplete", requestId);
      case BodyReading.NoMemory _ ->
          overloaded("too much is being received at once", SOON, requestId);
      case BodyReading.TimedOut _ ->
          answer(408, "RequestTimeoutError", "the request was not complete in time", requestId);
    };
  }

  /** 503, to be tried again soon. */
  public static Answer overloaded(String message, Duration retryAfter, String requestId) {
    return answer(503, "OverloadedError", message, requestId).retryAfter(retryAfter);
  }

  /** 500, with nothing of the inside. */
  public static Answer internal(String requestId) {
    return answer(500, "InternalError", "something went wrong here; it was logged", requestId);
  }

  static byte[] body(String error, String message, String requestId) {
    return JsonText.of(
        json -> {
          json.writeStartObject();
          json.writeStringField("error", error);
          json.writeStringField("message", capped(message));
          json.writeStringField("request_id", requestId);
          json.writeEndObject();
        });
  }

  private static int statusOf(WebhookError error) {
    return switch (error) {
      case InvalidSignatureError _ -> 401;
      case RateLimitError _ -> 429;
      case UnsupportedEventError _, InvalidPayloadError _ -> 400;
      case RepositoryContextError _ -> 422;
      case OverloadedError _ -> 503;
    };
  }

  private static String capped(String message) {
    return message.length() <= MAX_MESSAGE ? message : message.substring(0, MAX_MESSAGE) + "…";
  }
}
