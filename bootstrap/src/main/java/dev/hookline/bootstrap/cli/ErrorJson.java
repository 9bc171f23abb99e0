package dev.hookline.bootstrap.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;

/** The error body, as the admin endpoint answers it; it names no request, since there was none. */
final class ErrorJson {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private ErrorJson() {}

  static String of(String error, String message) {
    return MAPPER
        .createObjectNode()
        .put("error", error)
        .put("message", message)
        .putNull("request_id")
        .toString();
  }

  static String notFound(String message) {
    return of("NotFoundError", message);
  }
}
