package dev.hookline.http.operator;

/** What an operator asked cannot be understood; the message names the parameter. */
public final class InvalidRequestException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public InvalidRequestException(String message) {
    super(message);
  }
}
