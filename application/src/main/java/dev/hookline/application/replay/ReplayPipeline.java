package dev.hookline.application.replay;

import dev.hookline.application.pipeline.PipelineStore;
import dev.hookline.application.replay.Rereading.Reading;
import dev.hookline.application.standardize.Standardizer;
import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.error.WebhookError;
import dev.hookline.domain.pipeline.PipelineId;
import java.time.Clock;
import java.util.Optional;

/**
 * Use case: open a pipeline that is over again, with its stored bytes as today's handler and
 * mappings read them. It keeps its id and its history.
 */
public final class ReplayPipeline {

  /** What came of it. */
  public sealed interface Replay {
    record Reopened() implements Replay {}

    /** Why a pipeline is not replayed; nothing was changed. */
    sealed interface Obstacle extends Replay {}

    /** It is on its way already. */
    record StillOpen() implements Obstacle {}

    record Unknown() implements Obstacle {}

    /** Its service is not enabled here. */
    record ServiceDisabled(Service service) implements Obstacle {}

    /** Today's handler does not take the stored bytes. */
    record Unreadable(WebhookError error) implements Obstacle {}
  }

  private final PipelineStore store;
  private final Rereading rereading;
  private final Clock clock;

  public ReplayPipeline(PipelineStore store, Standardizer standardizer, Clock clock) {
    this.store = store;
    this.rereading = new Rereading(store, standardizer);
    this.clock = clock;
  }

  /**
   * @throws dev.hookline.application.pipeline.StoreUnavailableException if the database is away
   */
  public Replay replay(PipelineId id) {
    return switch (rereading.read(id)) {
      case Reading.Hindered(var obstacle) -> obstacle;
      case Reading.Reread(var pipeline, var today) ->
          store.reopen(pipeline.replay(today, clock.instant()))
              ? new Replay.Reopened()
              // Somebody else was faster.
              : new Replay.StillOpen();
    };
  }

  /** What would keep it from being replayed now; empty if nothing would. */
  Optional<Replay.Obstacle> obstacle(PipelineId id) {
    return switch (rereading.read(id)) {
      case Reading.Hindered(var obstacle) -> Optional.of(obstacle);
      case Reading.Reread _ -> Optional.empty();
    };
  }

  /** Replays and says only whether the pipeline was opened again. */
  public boolean reopen(PipelineId id) {
    return replay(id) instanceof Replay.Reopened;
  }
}
