package dev.hookline.http.admin;

/** What an operator asked cannot be understood; the message names the parameter. */
final class InvalidRequestException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  InvalidRequestException(String message) {
    super(message);
  }
}
