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
}
