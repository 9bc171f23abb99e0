package dev.hookline.application.dispatch;

import dev.hookline.domain.pipeline.PipelineState.Attempting;
import dev.hookline.domain.pipeline.RetryPolicy;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Use case, the task {@code process_webhook_event}: send claimed pipelines on their ways. One that
 * goes to several targets gets a message for each; one that goes nowhere is DISPATCHED at once; the
 * head of every other line moves to PROCESSING, on record, before anything is dispatched, so that
 * an attempt counts even if it kills its worker.
 */
public final class ProcessWebhookEvent {
  private final Outbox outbox;
  private final Targets targets;
  private final RetryPolicy policy;
  private final Clock clock;

  public ProcessWebhookEvent(Outbox outbox, Targets targets, RetryPolicy policy, Clock clock) {
    this.outbox = outbox;
    this.targets = targets;
    this.policy = policy;
    this.clock = clock;
  }

  /**
   * Routes what is not routed yet, and begins an attempt of each other line's head.
   *
   * @return the lines to dispatch now; not among them are lines whose lane was lost, and those
   *     whose head was given up because its last allowed attempt killed its worker
   * @throws dev.hookline.application.pipeline.StoreUnavailableException if the database is away;
   *     then nothing may be dispatched
   */
  public List<Line> process(WorkerId worker, List<Line> due) {
    var ready = new ArrayList<Line>();
    var unrouted = new ArrayList<OutboxMessage>();
    for (Line line : due) {
      if (line.head().target().isEmpty() && targets.only().isEmpty()) {
        unrouted.addAll(line.messages());
      } else {
        ready.add(line);
      }
    }
    route(worker, unrouted);
    return begin(worker, ready);
  }

  private void route(WorkerId worker, List<OutboxMessage> unrouted) {
    var ways = new ArrayList<Outbox.Way>();
    var nowhere = new ArrayList<OutboxMessage>();
    for (OutboxMessage message : unrouted) {
      List<String> names = targets.routes().targetsOf(message.pipeline().event());
      if (names.isEmpty()) {
        nowhere.add(message.with(message.pipeline().bypass(clock.instant())));
      } else {
        names.forEach(name -> ways.add(new Outbox.Way(message, name)));
      }
    }
    if (!ways.isEmpty()) {
      outbox.route(worker, ways);
    }
    if (!nowhere.isEmpty()) {
      outbox.record(worker, nowhere);
    }
  }

  private List<Line> begin(WorkerId worker, List<Line> lines) {
    if (lines.isEmpty()) {
      return List.of();
    }
    var heads = lines.stream().map(line -> begin(line.head())).toList();
    Set<Long> written = outbox.record(worker, heads);
    var begun = new ArrayList<Line>();
    for (int i = 0; i < heads.size(); i++) {
      started(heads.get(i), lines.get(i), written).ifPresent(begun::add);
    }
    return begun;
  }

  private OutboxMessage begin(OutboxMessage message) {
    return message.with(message.pipeline().begin(policy, clock.instant()));
  }

  private static Optional<Line> started(OutboxMessage head, Line line, Set<Long> written) {
    if (!written.contains(head.id()) || !(head.pipeline().state() instanceof Attempting)) {
      return Optional.empty();
    }
    var messages = new ArrayList<>(line.messages());
    messages.set(0, head.recorded(1));
    return Optional.of(new Line(messages));
  }
}
