package dev.hookline.queue.worker;

import dev.hookline.application.dispatch.DispatchMetrics;
import dev.hookline.domain.trace.TraceContext;
import java.time.Duration;
import java.util.Optional;

/** Counts nothing. */
class Uncounted implements DispatchMetrics {
  @Override
  public void dispatched(
      String target, Result result, Duration took, Optional<TraceContext> trace) {}

  @Override
  public void lost(String target) {}

  @Override
  public void available(String target, boolean available) {}

  @Override
  public void lag(Duration sinceAccepted) {}
}
