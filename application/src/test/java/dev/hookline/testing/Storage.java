package dev.hookline.testing;

import dev.hookline.application.dispatch.Outbox;
import dev.hookline.application.inspect.Records;
import dev.hookline.application.pause.Pauses;
import dev.hookline.application.pipeline.PipelineStore;
import dev.hookline.application.refused.RefusedDeliveries;
import java.time.Duration;

/** Everything that is kept, behind its ports over one shared state, as contracts look at it. */
public interface Storage {
  PipelineStore pipelines();

  RefusedDeliveries refusedDeliveries();

  Records records();

  Outbox outbox();

  Pauses pauses();

  /** Lets time pass for leases and for messages that wait. */
  void pass(Duration time);
}
