package dev.hookline.application.dispatch;

import dev.hookline.domain.pipeline.Pipeline;
import dev.hookline.domain.pipeline.PipelineState.Attempting;
import dev.hookline.domain.pipeline.RetryPolicy;
import java.time.Clock;
import java.util.List;
import java.util.Set;

/**
 * Use case, the task {@code process_webhook_event}: move claimed pipelines to PROCESSING, on
 * record, before anything is dispatched, so that an attempt counts even if it kills its worker.
 */
public final class ProcessWebhookEvent {
  private final Outbox outbox;
  private final RetryPolicy policy;
  private final Clock clock;

  public ProcessWebhookEvent(Outbox outbox, RetryPolicy policy, Clock clock) {
    this.outbox = outbox;
    this.policy = policy;
    this.clock = clock;
  }

  /**
   * Begins an attempt of each message.
   *
   * @return those to dispatch now; not among them are messages whose lane was lost, and pipelines
   *     that were given up because their last allowed attempt killed its worker
   * @throws dev.hookline.application.pipeline.StoreUnavailableException if the database is away;
   *     then nothing may be dispatched
   */
  public List<OutboxMessage> process(WorkerId worker, List<OutboxMessage> due) {
    if (due.isEmpty()) {
      return List.of();
    }
    var begun = due.stream().map(this::begin).toList();
    Set<Long> written = outbox.record(worker, begun);
    return begun.stream()
        .filter(message -> written.contains(message.id()))
        .filter(message -> message.pipeline().state() instanceof Attempting)
        .toList();
  }

  private OutboxMessage begin(OutboxMessage message) {
    Pipeline begun = message.pipeline().begin(policy, clock.instant());
    return message.with(begun);
  }
}
