package dev.hookline.application.pipeline;

/**
 * The database is away, or did not commit in time. Whether something was stored is unknown; storing
 * it again is safe, because the delivery's key decides.
 */
public final class StoreUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public StoreUnavailableException(String message) {
    super(message);
  }

  public StoreUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }

  /** In one line for operators, what the way to the database ended in. */
  public String why() {
    Throwable root = this;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String message = root.getMessage() == null ? "" : root.getMessage();
    return "%s: %s"
        .formatted(
            root.getClass().getSimpleName(), message.lines().findFirst().orElse("no reason"));
  }
}
