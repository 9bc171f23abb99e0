package dev.hookline.application.replay;

import dev.hookline.application.pipeline.PipelineStore;
import dev.hookline.application.pipeline.PipelineStore.Recorded;
import dev.hookline.application.replay.ReplayPipeline.Replay;
import dev.hookline.application.replay.ReplayPipeline.Replay.Obstacle;
import dev.hookline.application.standardize.Standardization.Handshake;
import dev.hookline.application.standardize.Standardization.Understood;
import dev.hookline.application.standardize.Standardization.Unusable;
import dev.hookline.application.standardize.Standardizer;
import dev.hookline.domain.error.WebhookError.EventStandardizationError.InvalidPayloadError;
import dev.hookline.domain.event.StandardizedEvent;
import dev.hookline.domain.pipeline.Pipeline;
import dev.hookline.domain.pipeline.PipelineId;
import dev.hookline.domain.pipeline.PipelineState.Attempting;
import dev.hookline.domain.pipeline.PipelineState.Dispatched;
import dev.hookline.domain.pipeline.PipelineState.Failed;
import dev.hookline.domain.pipeline.PipelineState.Received;
import dev.hookline.domain.pipeline.PipelineState.Retrying;
import java.util.Optional;

/**
 * Reads the stored bytes of a pipeline with today's handler and mappings, for the replay and for
 * its preview alike, so that the one does what the other said.
 */
final class Rereading {

  /** What was read. */
  sealed interface Reading {
    /** It can be replayed, with its event as it reads today. */
    record Reread(Pipeline pipeline, StandardizedEvent today) implements Reading {}

    record Hindered(Obstacle obstacle) implements Reading {}
  }

  private final PipelineStore store;
  private final Standardizer standardizer;

  Rereading(PipelineStore store, Standardizer standardizer) {
    this.store = store;
    this.standardizer = standardizer;
  }

  Reading read(PipelineId id) {
    Optional<Recorded> recorded;
    try {
      recorded = store.find(id);
    } catch (IllegalArgumentException e) {
      // One that was damaged must not keep a filter's others from being replayed.
      return unreadable(
          new Replay.Unreadable(
              new InvalidPayloadError("the stored event cannot be read: " + e.getMessage())));
    }
    return recorded.map(this::read).orElseGet(() -> new Reading.Hindered(new Replay.Unknown()));
  }

  private Reading read(Recorded recorded) {
    if (!standardizer.reads(recorded.delivery().service())) {
      return new Reading.Hindered(new Replay.ServiceDisabled(recorded.delivery().service()));
    }
    return switch (recorded.pipeline().state()) {
      case Received _, Attempting _, Retrying _ -> new Reading.Hindered(new Replay.StillOpen());
      case Dispatched _, Failed _ ->
          switch (standardizer.standardize(recorded.delivery())) {
            case Understood(var today, _, _) -> new Reading.Reread(recorded.pipeline(), today);
            case Unusable unusable -> unreadable(new Replay.Unreadable(unusable.error()));
            // It was an event when it was accepted; that it is a handshake today is our change.
            case Handshake _ ->
                unreadable(
                    new Replay.Unreadable(
                        new InvalidPayloadError("today it reads as a handshake")));
          };
    };
  }

  private static Reading unreadable(Replay.Unreadable why) {
    return new Reading.Hindered(why);
  }
}
