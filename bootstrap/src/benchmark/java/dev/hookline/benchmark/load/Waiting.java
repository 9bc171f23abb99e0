package dev.hookline.benchmark.load;

import java.time.Duration;

/** Waits that a benchmark consists of. */
final class Waiting {
  private Waiting() {}

  static void millis(long millis) {
    try {
      Thread.sleep(Duration.ofMillis(millis));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchmarkException("interrupted", e);
    }
  }

  static void seconds(long seconds) {
    millis(1000 * seconds);
  }
}
