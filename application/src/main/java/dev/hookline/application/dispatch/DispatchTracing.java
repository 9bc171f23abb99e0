package dev.hookline.application.dispatch;

import dev.hookline.domain.pipeline.Pipeline;
import dev.hookline.domain.pipeline.PipelineState;
import dev.hookline.domain.trace.TraceContext;
import java.util.Optional;

/** Port: tells a tracing system of attempts at targets. Never fails, and waits for nobody. */
public interface DispatchTracing {
  /** Nobody is told. */
  static DispatchTracing off() {
    return new UntoldDispatches();
  }

  /**
   * Begins the span of an attempt, in its pipeline's trace if it has one.
   *
   * @param target its name
   * @param begun with the attempt's number
   */
  Step begin(String target, Pipeline begun);

  /** An attempt under way. One that is not ended is not told of. */
  interface Step {

    /** Where it stands, for the target and for the log; empty if nobody is told. */
    Optional<TraceContext> context();

    /** Something came back from the target. */
    void replied(Reply reply);

    /**
     * The attempt is over.
     *
     * @param settled how its pipeline stands towards the target now
     */
    void end(PipelineState settled);
  }
}
