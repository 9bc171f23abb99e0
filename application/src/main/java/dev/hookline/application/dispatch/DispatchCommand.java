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
import dev.hookline.domain.trace.TraceContext;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

/**
 * Use case, the task {@code dispatch_command}: hand a begun pipeline's command to its target once.
 * No transaction is open meanwhile; the settled message is still to be recorded.
 */
public final class DispatchCommand {
  private final Targets targets;
  private final RetryPolicy policy;
  private final DispatchMetrics metrics;
  private final DispatchTracing tracing;
  private final Clock clock;

  public DispatchCommand(
      Targets targets,
      RetryPolicy policy,
      DispatchMetrics metrics,
      DispatchTracing tracing,
      Clock clock) {
    this.targets = targets;
    this.policy = policy;
    this.metrics = metrics;
    this.tracing = tracing;
    this.clock = clock;
  }

  /**
   * Begins an attempt of a message that was claimed behind another one of its line, and whose turn
   * has come.
   */
  public OutboxMessage begin(OutboxMessage next) {
    return next.with(next.pipeline().begin(policy, clock.instant()));
  }

  /**
   * An attempt that is over.
   *
   * @param message with its pipeline settled
   * @param trace where the attempt stands in a trace, if it was told of
   */
  public record Attempt(OutboxMessage message, Optional<TraceContext> trace) {}

  /**
   * Dispatches, and gives the message back with its pipeline settled.
   *
   * @param othersWait whether other messages wait behind it in its line
   */
  public Attempt dispatch(OutboxMessage begun, boolean othersWait) {
    Pipeline pipeline = begun.pipeline();
    String target = targets.nameFor(begun);
    DispatchTracing.Step span = tracing.begin(target, pipeline);
    Optional<TraceContext> trace = span.context();
    var command =
        new Command(
            pipeline.id(),
            pipeline.state().attempts(),
            pipeline.event(),
            othersWait,
            trace.or(() -> pipeline.origin().trace()),
            span::replied);
    long start = System.nanoTime();
    Outcome outcome = targets.dispatch(target, command);
    var took = Duration.ofNanos(System.nanoTime() - start);
    Pipeline settled =
        pipeline.settle(
            begun.target().isPresent() ? named(target, outcome) : outcome, policy, clock.instant());
    span.end(settled.state());
    count(target, begun, settled, took, trace);
    return new Attempt(begun.with(settled), trace);
  }

  /** Of several targets' errors, each says whose it is. */
  private static Outcome named(String target, Outcome outcome) {
    return switch (outcome) {
      case Outcome.Delivered delivered -> delivered;
      case Outcome.TryAgain(String error, Duration notBefore, var suspect) ->
          new Outcome.TryAgain(target + ": " + error, notBefore, suspect);
      case Outcome.Postponed(String error, Duration notBefore) ->
          new Outcome.Postponed(target + ": " + error, notBefore);
      case Outcome.GiveUp(String error) -> new Outcome.GiveUp(target + ": " + error);
    };
  }

  private void count(
      String target,
      OutboxMessage begun,
      Pipeline settled,
      Duration took,
      Optional<TraceContext> trace) {
    switch (settled.state()) {
      case Dispatched dispatched -> {
        metrics.dispatched(target, Result.SUCCESS, took, trace);
        begun.acceptedAt().ifPresent(at -> metrics.lag(Duration.between(at, dispatched.at())));
      }
      case Retrying _ -> metrics.dispatched(target, Result.RETRY, took, trace);
      case Failed _ -> metrics.dispatched(target, Result.DEAD, took, trace);
      case Received _, Attempting _ ->
          throw new IllegalStateException("settling leaves no attempt open: " + settled);
    }
  }
}
