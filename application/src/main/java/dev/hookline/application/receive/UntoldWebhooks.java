package dev.hookline.application.receive;

import dev.hookline.application.receive.WebhookMetrics.Status;
import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.pipeline.PipelineId;
import dev.hookline.domain.trace.TraceContext;
import java.util.Optional;

/** No tracing: one span for all, which goes nowhere. */
final class UntoldWebhooks implements WebhookTracing, WebhookTracing.Step {
  @Override
  public Step begin(Service service, Optional<TraceContext> sender, boolean trusted) {
    return this;
  }

  @Override
  public Optional<TraceContext> context() {
    return Optional.empty();
  }

  @Override
  public void onRecord(PipelineId id, boolean duplicate) {}

  @Override
  public void end(Status status, int httpStatus) {}
}
