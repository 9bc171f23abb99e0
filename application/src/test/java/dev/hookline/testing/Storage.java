package dev.hookline.testing;

import dev.hookline.application.dispatch.Outbox;
import dev.hookline.application.inspect.Records;
import dev.hookline.application.pause.Pauses;
import dev.hookline.application.pipeline.PipelineStore;
import dev.hookline.application.reconcile.DeliveriesOnRecord;
import dev.hookline.application.reconcile.ScheduledReconciliations;
import dev.hookline.application.refused.RefusedDeliveries;
import dev.hookline.application.secret.SecretUses;
import java.time.Duration;

/** Everything that is kept, behind its ports over one shared state, as contracts look at it. */
public interface Storage {
  PipelineStore pipelines();

  RefusedDeliveries refusedDeliveries();

  Records records();

  Outbox outbox();

  DeliveriesOnRecord deliveriesOnRecord();

  ScheduledReconciliations scheduledReconciliations();

  Pauses pauses();

  SecretUses secretUses();

  /** Lets time pass for leases, for messages that wait and for schedules. */
  void pass(Duration time);
}
