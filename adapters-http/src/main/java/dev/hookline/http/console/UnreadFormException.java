package dev.hookline.http.console;

import dev.hookline.http.server.BodyReading;

/** A form is too long, or could not be received. */
final class UnreadFormException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient BodyReading.Failed why;

  UnreadFormException(BodyReading.Failed why) {
    super("the form was not read");
    this.why = why;
  }

  BodyReading.Failed why() {
    return why;
  }
}
