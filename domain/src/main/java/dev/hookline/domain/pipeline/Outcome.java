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
   */
  record TryAgain(String error, Duration notBefore) implements Outcome {
    public TryAgain(String error) {
      this(error, Duration.ZERO);
    }
  }

  /** The target will never take it. */
  record GiveUp(String error) implements Outcome {}
}
