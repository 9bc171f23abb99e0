package dev.hookline.application.receive;

import dev.hookline.application.receive.WebhookMetrics.Status;
import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.pipeline.PipelineId;
import dev.hookline.domain.trace.TraceContext;
import java.util.Optional;

/** Port: tells a tracing system of requests at the intake. Never fails, and waits for nobody. */
public interface WebhookTracing {
  /** Nobody is told. */
  static WebhookTracing off() {
    return new UntoldWebhooks();
  }

  /**
   * Begins the span of a request of a known service.
   *
   * @param sender where its sender says that it stands in a trace
   * @param trusted whether the sender may also say whether the trace is recorded
   */
  Step begin(Service service, Optional<TraceContext> sender, boolean trusted);

  /** A request under way. One that is not ended is not told of. */
  interface Step {

    /** Where it stands, for what it causes and for the log; empty if nobody is told. */
    Optional<TraceContext> context();

    /**
     * The request was a delivery that is on record.
     *
     * @param id the pipeline that it started, now or when it came first
     */
    void onRecord(PipelineId id, boolean duplicate);

    /**
     * The request is answered.
     *
     * @param httpStatus of the answer
     */
    void end(Status status, int httpStatus);
  }
}
