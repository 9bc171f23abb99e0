package dev.hookline.queue.worker;

import dev.hookline.application.dispatch.DispatchMetrics;
import java.time.Duration;

/** Counts nothing. */
final class Uncounted implements DispatchMetrics {
  @Override
  public void dispatched(String target, Result result, Duration took) {}

  @Override
  public void available(String target, boolean available) {}

  @Override
  public void lag(Duration sinceQueued) {}
}
