package dev.hookline.application.dispatch;

import dev.hookline.application.dispatch.DispatchMetrics.Result;
import dev.hookline.domain.pipeline.Outcome;
import dev.hookline.domain.pipeline.Pipeline;
import dev.hookline.domain.pipeline.PipelineState.Attempting;
import dev.hookline.domain.pipeline.PipelineState.Dispatched;
import dev.hookline.domain.pipeline.PipelineState.Failed;
import dev.hookline.domain.pipeline.PipelineState.Received;
import dev.hookline.domain.pipeline.PipelineState.Retrying;
import dev.hookline.domain.pipeline.RetryPolicy;
import java.time.Clock;
import java.time.Duration;

/**
 * Use case, the task {@code dispatch_command}: hand a begun pipeline's command to the target once.
 * No transaction is open meanwhile; the settled message is still to be recorded.
 */
public final class DispatchCommand {
  private final CommandDispatcher dispatcher;
  private final RetryPolicy policy;
  private final DispatchMetrics metrics;
  private final Clock clock;

  public DispatchCommand(
      CommandDispatcher dispatcher, RetryPolicy policy, DispatchMetrics metrics, Clock clock) {
    this.dispatcher = dispatcher;
    this.policy = policy;
    this.metrics = metrics;
    this.clock = clock;
  }

  /** Dispatches, and gives the message back with its pipeline settled. */
  public OutboxMessage dispatch(OutboxMessage begun) {
    Pipeline pipeline = begun.pipeline();
    var command = new Command(pipeline.id(), pipeline.state().attempts(), pipeline.event());
    long start = System.nanoTime();
    Outcome outcome = dispatcher.dispatch(command);
    var took = Duration.ofNanos(System.nanoTime() - start);
    Pipeline settled = pipeline.settle(outcome, policy, clock.instant());
    count(begun, settled, took);
    return begun.with(settled);
  }

  private void count(OutboxMessage begun, Pipeline settled, Duration took) {
    String target = dispatcher.target();
    switch (settled.state()) {
      case Dispatched dispatched -> {
        metrics.dispatched(target, Result.SUCCESS, took);
        metrics.lag(Duration.between(begun.queuedAt(), dispatched.at()));
      }
      case Retrying _ -> metrics.dispatched(target, Result.RETRY, took);
      case Failed _ -> metrics.dispatched(target, Result.DEAD, took);
      case Received _, Attempting _ ->
          throw new IllegalStateException("settling leaves no attempt open: " + settled);
    }
  }
}
