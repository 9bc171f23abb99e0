package dev.hookline.application.dispatch;

/** What came back from a target, or from the way to it, for those who look into an attempt. */
public sealed interface Reply {

  /** An answer by HTTP. */
  record HttpAnswer(int status) implements Reply {}

  /** A log has the record. */
  record Recorded(int partition, long offset) implements Reply {}

  /** A program has ended by itself. */
  record Exited(int code) implements Reply {}

  /**
   * Nothing that can be read came back.
   *
   * @param kind of the failure, one of few: the name of an exception's class, or {@code timeout}
   */
  record Broken(String kind) implements Reply {
    /** Nothing in time. */
    public static final Broken TIMEOUT = new Broken("timeout");

    /** Told by the exception. */
    public static Broken by(Throwable failure) {
      return new Broken(failure.getClass().getName());
    }
  }
}
