package dev.hookline.domain.pipeline;

import dev.hookline.domain.event.StandardizedEvent;
import dev.hookline.domain.pipeline.Outcome.Delivered;
import dev.hookline.domain.pipeline.Outcome.GiveUp;
import dev.hookline.domain.pipeline.Outcome.Postponed;
import dev.hookline.domain.pipeline.Outcome.TryAgain;
import dev.hookline.domain.pipeline.PipelineState.Attempting;
import dev.hookline.domain.pipeline.PipelineState.Dispatched;
import dev.hookline.domain.pipeline.PipelineState.Failed;
import dev.hookline.domain.pipeline.PipelineState.Received;
import dev.hookline.domain.pipeline.PipelineState.Retrying;
import java.time.Duration;
import java.time.Instant;

/**
 * The life of one accepted event, from its receipt to its dispatch or its failure. Immutable: each
 * step gives a new one.
 */
public final class Pipeline {
  private final PipelineId id;
  private final StandardizedEvent event;
  private final PipelineState state;
  private final Origin origin;

  private Pipeline(PipelineId id, StandardizedEvent event, PipelineState state, Origin origin) {
    this.id = id;
    this.event = event;
    this.state = state;
    this.origin = origin;
  }

  /** A new pipeline for an event that no request brought. */
  public static Pipeline received(PipelineId id, StandardizedEvent event) {
    return received(id, event, Origin.UNKNOWN);
  }

  /** A new pipeline for an event that was just received. */
  public static Pipeline received(PipelineId id, StandardizedEvent event, Origin origin) {
    return new Pipeline(id, event, new Received(event.createdAt()), origin);
  }

  /** A pipeline as it stands on record. */
  public static Pipeline onRecord(
      PipelineId id, StandardizedEvent event, PipelineState state, Origin origin) {
    return new Pipeline(id, event, state, origin);
  }

  public PipelineId id() {
    return id;
  }

  public StandardizedEvent event() {
    return event;
  }

  public PipelineState state() {
    return state;
  }

  /** The same for every attempt, also after a replay. */
  public Origin origin() {
    return origin;
  }

  /**
   * Starts the next attempt, or gives up when the policy allows no more. An attempt that was begun
   * and never settled has killed its worker, and counts.
   *
   * @throws IllegalTransitionException if the pipeline is over
   */
  public Pipeline begin(RetryPolicy policy, Instant now) {
    return switch (state) {
      case Received _ -> in(new Attempting(1, now));
      case Retrying retrying -> in(new Attempting(retrying.attempts() + 1, now));
      case Attempting lost when policy.allowsAnotherAfter(lost.attempts()) ->
          in(new Attempting(lost.attempts() + 1, now));
      case Attempting lost -> in(new Failed(lost.attempts(), now, "worker lost"));
      case Dispatched _, Failed _ -> throw new IllegalTransitionException(id, state, "begin");
    };
  }

  /**
   * Ends a pipeline whose event is wanted nowhere.
   *
   * @throws IllegalTransitionException if the pipeline is over
   */
  public Pipeline bypass(Instant now) {
    return switch (state) {
      case Received _ -> in(new Dispatched(0, now));
      case Retrying retrying -> in(new Dispatched(retrying.attempts(), now));
      case Attempting lost -> in(new Dispatched(lost.attempts(), now));
      case Dispatched _, Failed _ -> throw new IllegalTransitionException(id, state, "bypass");
    };
  }

  /**
   * Records how the attempt ended.
   *
   * @throws IllegalTransitionException if no attempt is under way
   */
  public Pipeline settle(Outcome outcome, RetryPolicy policy, Instant now) {
    return switch (state) {
      case Attempting(int attempt, _) ->
          switch (outcome) {
            case Delivered _ -> in(new Dispatched(attempt, now));
            case GiveUp(String error) -> in(new Failed(attempt, now, error));
            case Postponed(String error, Duration notBefore) ->
                in(new Retrying(attempt - 1, now, now.plus(notBefore), error));
            case TryAgain(String error, _, _) when !policy.allowsAnotherAfter(attempt) ->
                in(new Failed(attempt, now, error));
            case TryAgain(String error, Duration notBefore, _) ->
                in(
                    new Retrying(
                        attempt,
                        now,
                        now.plus(longer(policy.delayAfter(attempt), notBefore)),
                        error));
          };
      case Received _, Retrying _, Dispatched _, Failed _ ->
          throw new IllegalTransitionException(id, state, "settle");
    };
  }

  /**
   * Opens the pipeline again with the event as today's handler reads it; the attempts start anew,
   * the id stays.
   *
   * @throws IllegalTransitionException if the pipeline is still open
   */
  public Pipeline replay(StandardizedEvent today, Instant now) {
    return switch (state) {
      case Dispatched _, Failed _ -> new Pipeline(id, today, new Received(now), origin);
      case Received _, Attempting _, Retrying _ ->
          throw new IllegalTransitionException(id, state, "replay");
    };
  }

  private Pipeline in(PipelineState next) {
    return new Pipeline(id, event, next, origin);
  }

  private static Duration longer(Duration a, Duration b) {
    return a.compareTo(b) >= 0 ? a : b;
  }

  @Override
  public String toString() {
    return id + " " + state.name();
  }
}
