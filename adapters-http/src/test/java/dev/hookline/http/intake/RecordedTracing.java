package dev.hookline.http.intake;

import dev.hookline.application.receive.WebhookMetrics.Status;
import dev.hookline.application.receive.WebhookTracing;
import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.pipeline.PipelineId;
import dev.hookline.domain.trace.TraceContext;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** Remembers what the intake tells of. */
final class RecordedTracing implements WebhookTracing {
  final List<String> ended = new CopyOnWriteArrayList<>();
  final List<Boolean> trusted = new CopyOnWriteArrayList<>();

  /** Where its spans stand; nowhere until it is set. */
  volatile Optional<TraceContext> place = Optional.empty();

  @Override
  public Step begin(Service service, Optional<TraceContext> sender, boolean isTrusted) {
    trusted.add(isTrusted);
    return new Step() {
      private String pipeline = "";

      @Override
      public Optional<TraceContext> context() {
        return place;
      }

      @Override
      public void onRecord(PipelineId id, boolean duplicate) {
        pipeline = duplicate ? " again" : " new";
      }

      @Override
      public void end(Status status, int httpStatus) {
        ended.add("%s %s %d%s".formatted(service, status, httpStatus, pipeline));
      }
    };
  }
}
