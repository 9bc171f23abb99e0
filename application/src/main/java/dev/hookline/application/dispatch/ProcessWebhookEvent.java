package dev.hookline.application.dispatch;

import dev.hookline.domain.pipeline.PipelineState.Attempting;
import dev.hookline.domain.pipeline.RetryPolicy;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Use case, the task {@code process_webhook_event}: send claimed pipelines on their ways. One that
 * goes to several targets gets a message for each; one that goes nowhere is DISPATCHED at once; the
 * head of every other line moves to PROCESSING, on record, before anything is dispatched, so that
 * an attempt counts even if it kills its worker. For use by one thread, its worker's.
 */
public final class ProcessWebhookEvent {
  private final Outbox outbox;
  private final Targets targets;
  private final RetryPolicy policy;
  private final DispatchMetrics metrics;
  private final Clock clock;

  /**
   * Attempts whose beginning was not heard to be on record, by message, while their lane is held.
   */
  private final Map<Long, Beginning> unanswered = new HashMap<>();

  /** An attempt that is not made before its beginning is surely on record. */
  private record Beginning(Lane lane, int attempt) {
    static Beginning of(OutboxMessage head) {
      return new Beginning(head.lane(), head.pipeline().state().attempts());
    }
  }

  public ProcessWebhookEvent(
      Outbox outbox, Targets targets, RetryPolicy policy, DispatchMetrics metrics, Clock clock) {
    this.outbox = outbox;
    this.targets = targets;
    this.policy = policy;
    this.metrics = metrics;
    this.clock = clock;
  }

  /**
   * What became of the lines that were due. Neither among these nor those are messages whose lane
   * was lost.
   *
   * @param ready lines to dispatch now
   * @param over messages that are over on record, and not dispatched: wanted by no target, or given
   *     up because their last allowed attempt killed its worker
   */
  public record Processed(List<Line> ready, List<OutboxMessage> over) {}

  /**
   * Routes what is not routed yet, and begins an attempt of each other line's head.
   *
   * @param held the worker's lanes
   * @throws dev.hookline.application.pipeline.StoreUnavailableException if the database is away;
   *     then nothing may be dispatched
   */
  public Processed process(WorkerId worker, Set<Lane> held, List<Line> due) {
    unanswered.values().removeIf(begun -> !held.contains(begun.lane()));
    var begun = new ArrayList<Line>();
    var unrouted = new ArrayList<OutboxMessage>();
    for (Line line : due) {
      if (line.head().target().isEmpty() && targets.only().isEmpty()) {
        unrouted.addAll(line.messages());
      } else {
        begun.add(begin(line));
      }
    }
    List<OutboxMessage> over = route(worker, unrouted);
    var ready = new ArrayList<Line>();
    for (Line line : recorded(worker, begun)) {
      if (line.head().pipeline().state() instanceof Attempting) {
        ready.add(line);
      } else {
        metrics.lost(targets.nameFor(line.head()));
        over.add(line.head());
      }
    }
    return new Processed(ready, over);
  }

  /** Gives those that are wanted nowhere. */
  private List<OutboxMessage> route(WorkerId worker, List<OutboxMessage> unrouted) {
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
      Set<Long> written = outbox.record(worker, nowhere);
      nowhere.removeIf(message -> !written.contains(message.id()));
    }
    return nowhere;
  }

  /** The line with its head begun, which is not on record yet. */
  private Line begin(Line line) {
    var messages = new ArrayList<>(line.messages());
    messages.set(0, begin(line.head()));
    return new Line(messages);
  }

  private OutboxMessage begin(OutboxMessage head) {
    // Under the same epoch nobody else has made an attempt, and this worker did not make that one.
    boolean isBegun =
        head.pipeline().state() instanceof Attempting
            && Beginning.of(head).equals(unanswered.get(head.id()));
    return head.with(isBegun ? head.pipeline() : head.pipeline().begin(policy, clock.instant()));
  }

  /** Those of the lines whose head is on record as it is. */
  private List<Line> recorded(WorkerId worker, List<Line> begun) {
    if (begun.isEmpty()) {
      return List.of();
    }
    List<OutboxMessage> heads = begun.stream().map(Line::head).toList();
    heads.stream()
        .filter(head -> head.pipeline().state() instanceof Attempting)
        .forEach(head -> unanswered.put(head.id(), Beginning.of(head)));
    Set<Long> written = outbox.record(worker, heads);
    heads.forEach(head -> unanswered.remove(head.id()));
    return begun.stream()
        .filter(line -> written.contains(line.head().id()))
        .map(ProcessWebhookEvent::onRecord)
        .toList();
  }

  private static Line onRecord(Line line) {
    var messages = new ArrayList<>(line.messages());
    messages.set(0, line.head().recorded(1));
    return new Line(messages);
  }
}
