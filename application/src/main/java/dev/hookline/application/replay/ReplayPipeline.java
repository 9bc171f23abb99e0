package dev.hookline.application.replay;

import dev.hookline.application.pipeline.PipelineStore;
import dev.hookline.application.pipeline.PipelineStore.Recorded;
import dev.hookline.application.standardize.Standardization.Handshake;
import dev.hookline.application.standardize.Standardization.Understood;
import dev.hookline.application.standardize.Standardization.Unusable;
import dev.hookline.application.standardize.Standardizer;
import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.error.WebhookError;
import dev.hookline.domain.event.StandardizedEvent;
import dev.hookline.domain.pipeline.PipelineId;
import dev.hookline.domain.pipeline.PipelineState.Attempting;
import dev.hookline.domain.pipeline.PipelineState.Dispatched;
import dev.hookline.domain.pipeline.PipelineState.Failed;
import dev.hookline.domain.pipeline.PipelineState.Received;
import dev.hookline.domain.pipeline.PipelineState.Retrying;
import java.time.Clock;

/**
 * Use case: open a pipeline that is over again, with its stored bytes as today's handler and
 * mappings read them. It keeps its id and its history.
 */
public final class ReplayPipeline {

  /** What came of it. */
  public sealed interface Replay {
    record Reopened() implements Replay {}

    /** It is on its way already; nothing was changed. */
    record StillOpen() implements Replay {}

    record Unknown() implements Replay {}

    /** Its service is not enabled here; nothing was changed. */
    record ServiceDisabled(Service service) implements Replay {}

    /** Today's handler does not take the stored bytes; nothing was changed. */
    record Unreadable(WebhookError error) implements Replay {}
  }

  private final PipelineStore store;
  private final Standardizer standardizer;
  private final Clock clock;

  public ReplayPipeline(PipelineStore store, Standardizer standardizer, Clock clock) {
    this.store = store;
    this.standardizer = standardizer;
    this.clock = clock;
  }

  /**
   * @throws dev.hookline.application.pipeline.StoreUnavailableException if the database is away
   */
  public Replay replay(PipelineId id) {
    return store.find(id).map(this::replay).orElseGet(Replay.Unknown::new);
  }

  private Replay replay(Recorded recorded) {
    if (!standardizer.reads(recorded.delivery().service())) {
      return new Replay.ServiceDisabled(recorded.delivery().service());
    }
    return switch (recorded.pipeline().state()) {
      case Received _, Attempting _, Retrying _ -> new Replay.StillOpen();
      case Dispatched _, Failed _ ->
          switch (standardizer.standardize(recorded.delivery())) {
            case Understood(var today, _, _) -> reopen(recorded, today);
            case Unusable unusable -> new Replay.Unreadable(unusable.error());
            // It was an event when it was accepted; that it is a handshake today is our change.
            case Handshake _ -> new Replay.StillOpen();
          };
    };
  }

  private Replay reopen(Recorded recorded, StandardizedEvent today) {
    var reopened = store.reopen(recorded.pipeline().replay(today, clock.instant()));
    return reopened ? new Replay.Reopened() : new Replay.StillOpen();
  }

  /** Replays and says only whether the pipeline was opened again. */
  public boolean reopen(PipelineId id) {
    return replay(id) instanceof Replay.Reopened;
  }
}
