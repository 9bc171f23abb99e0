package dev.hookline.application.reconcile;

/** A provider does not show its log, or does not redeliver; the reason is for the operator. */
public final class DeliveryLogException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String reason;
  private final boolean lasting;

  private DeliveryLogException(String reason, boolean lasting) {
    super(reason);
    this.reason = reason;
    this.lasting = lasting;
  }

  /** This one delivery is refused; others may not be. */
  public static DeliveryLogException ofOne(String reason) {
    return new DeliveryLogException(reason, false);
  }

  /** Whatever else this hook is asked for now would fail as well. */
  public static DeliveryLogException lasting(String reason) {
    return new DeliveryLogException(reason, true);
  }

  /** What went wrong and what to do, in one line without a secret. */
  public String reason() {
    return reason;
  }

  boolean isLasting() {
    return lasting;
  }
}
