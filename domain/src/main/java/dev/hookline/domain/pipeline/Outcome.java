package dev.hookline.domain.pipeline;

import java.time.Duration;

/** How one attempt ended. */
public sealed interface Outcome {

  /** The target took it. */
  record Delivered() implements Outcome {}

  /**
   * The target may take it later.
   *
   * @param error of its lines only the first is logged and traced: below it may stand what a
   *     program said, which may have repeated the event
   * @param notBefore the least time to wait, zero where the target asked for none
   * @param suspect whose fault it may be
   */
  record TryAgain(String error, Duration notBefore, Suspect suspect) implements Outcome {
    /** This event was not taken, and nothing is known against the target. */
    public TryAgain(String error) {
      this(error, Duration.ZERO);
    }

    /** The same, with a wait that the target asked for. */
    public TryAgain(String error, Duration notBefore) {
      this(error, notBefore, Suspect.EVENT);
    }

    /** The target failed on this event, and perhaps on every one. */
    public static TryAgain failed(String error) {
      return new TryAgain(error, Duration.ZERO, Suspect.EITHER);
    }

    /** The target answers that it is out of service, with a wait if it asked for one. */
    public static TryAgain outOfService(String error, Duration notBefore) {
      return new TryAgain(error, notBefore, Suspect.SERVER);
    }

    /** The event never came to it: the target itself is away. */
    public static TryAgain unreachable(String error) {
      return new TryAgain(error, Duration.ZERO, Suspect.TARGET);
    }
  }

  /** Whose fault a failed attempt may be. */
  enum Suspect {
    /** The event's: the target is well. */
    EVENT,
    /** The event's or the target's: no answer in time, a broken answer, an internal error. */
    EITHER,
    /** The target's by its own word, which an event that it breaks on may bring about as well. */
    SERVER,
    /** The target's: nobody was there. */
    TARGET
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
