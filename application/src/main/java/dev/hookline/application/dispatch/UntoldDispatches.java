package dev.hookline.application.dispatch;

import dev.hookline.domain.pipeline.Pipeline;
import dev.hookline.domain.pipeline.PipelineState;
import dev.hookline.domain.trace.TraceContext;
import java.util.Optional;

/** No tracing: one span for all, which goes nowhere. */
final class UntoldDispatches implements DispatchTracing, DispatchTracing.Step {
  @Override
  public Step begin(String target, Pipeline begun) {
    return this;
  }

  @Override
  public Optional<TraceContext> context() {
    return Optional.empty();
  }

  @Override
  public void replied(Reply reply) {}

  @Override
  public void end(PipelineState settled) {}
}
