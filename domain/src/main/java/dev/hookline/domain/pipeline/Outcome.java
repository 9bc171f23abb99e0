package dev.hookline.domain.pipeline;

import java.time.Duration;

/** How one attempt ended. */
public sealed interface Outcome {

  /** The target took it. */
  record Delivered() implements Outcome {}

  /**
   * The target may take it later.
   *
   * @param notBefore the least time to wait, zero where the target asked for none
   * @param unavailable whether this speaks of the target rather than of the event: no connection,
   *     no answer in time, an error of the server's; event after event of these is an outage
   */
  record TryAgain(String error, Duration notBefore, boolean unavailable) implements Outcome {
    /** This event was not taken, and nothing is known against the target. */
    public TryAgain(String error) {
      this(error, Duration.ZERO, false);
    }

    /** The same, with a wait that the target asked for. */
    public TryAgain(String error, Duration notBefore) {
      this(error, notBefore, false);
    }

    /** The target itself seems to be away. */
    public static TryAgain unavailable(String error) {
      return new TryAgain(error, Duration.ZERO, true);
    }
  }

  /**
   * The target is known to be away: the attempt does not count, and the event waits until the
   * target is back.
   *
   * @param notBefore the least time to wait, zero where the target asked for none
   */
  record Postponed(String error, Duration notBefore) implements Outcome {}

  /** The target will never take it. */
  record GiveUp(String error) implements Outcome {}
}
