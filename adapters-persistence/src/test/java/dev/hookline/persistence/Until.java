package dev.hookline.persistence;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waits for what another thread does. */
final class Until {
  private Until() {}

  /** Returns as soon as it holds. */
  static void holds(BooleanSupplier condition) {
    long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("it never came to hold");
      }
      Thread.onSpinWait();
    }
  }
}
