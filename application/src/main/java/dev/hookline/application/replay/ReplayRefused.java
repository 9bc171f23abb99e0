package dev.hookline.application.replay;

import dev.hookline.application.pipeline.NewPipeline;
import dev.hookline.application.pipeline.PipelineStore;
import dev.hookline.application.pipeline.PipelineStore.Acceptance;
import dev.hookline.application.refused.RefusedDeliveries;
import dev.hookline.application.refused.RefusedDelivery;
import dev.hookline.application.standardize.Standardization.Handshake;
import dev.hookline.application.standardize.Standardization.Understood;
import dev.hookline.application.standardize.Standardization.Unusable;
import dev.hookline.application.standardize.Standardizer;
import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.error.WebhookError;
import dev.hookline.domain.error.WebhookError.EventStandardizationError.InvalidPayloadError;
import dev.hookline.domain.pipeline.Pipeline;
import dev.hookline.domain.pipeline.PipelineId;
import java.time.Duration;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Use case: send a refused delivery through today's handler and mappings. */
public final class ReplayRefused {

  /** What came of it. */
  public sealed interface Replay {
    /** It is a pipeline now, and no longer among the refused. */
    record Accepted(PipelineId id) implements Replay {}

    /** It is refused still, and stays where it is. */
    record StillRefused(WebhookError error) implements Replay {}

    /** Its service is not enabled here; it stays where it is. */
    record ServiceDisabled(Service service) implements Replay {}

    record Unknown() implements Replay {}
  }

  private final RefusedDeliveries refusals;
  private final PipelineStore store;
  private final ReplayPipeline replay;
  private final Standardizer standardizer;
  private final Predicate<Service> replayGuard;
  private final Supplier<UUID> ids;
  private final Duration patience;

  /**
   * @param replayGuard whether the replay guard holds for a service
   * @param ids makes UUIDv7s
   * @param patience how long to wait for the commit
   */
  public ReplayRefused(
      RefusedDeliveries refusals,
      PipelineStore store,
      ReplayPipeline replay,
      Standardizer standardizer,
      Predicate<Service> replayGuard,
      Supplier<UUID> ids,
      Duration patience) {
    this.refusals = refusals;
    this.store = store;
    this.replay = replay;
    this.standardizer = standardizer;
    this.replayGuard = replayGuard;
    this.ids = ids;
    this.patience = patience;
  }

  /**
   * @throws dev.hookline.application.pipeline.StoreUnavailableException if the database is away; it
   *     can be replayed again
   */
  public Replay replay(UUID refusedId) {
    return refusals.find(refusedId).map(this::replay).orElseGet(Replay.Unknown::new);
  }

  private Replay replay(RefusedDelivery refused) {
    if (!standardizer.reads(refused.delivery().service())) {
      return new Replay.ServiceDisabled(refused.delivery().service());
    }
    return switch (standardizer.standardize(refused.delivery())) {
      case Unusable unusable -> new Replay.StillRefused(unusable.error());
      // What it was refused for, such as a header that came twice, is not on record.
      case Handshake _ ->
          new Replay.StillRefused(new InvalidPayloadError("today it reads as a handshake"));
      case Understood understood -> accept(refused, understood);
    };
  }

  private Replay accept(RefusedDelivery refused, Understood understood) {
    var id = new PipelineId(ids.get());
    var candidate =
        new NewPipeline(
            Pipeline.received(id, understood.event()),
            refused.delivery(),
            understood.key(),
            replayGuard.test(refused.delivery().service()));
    PipelineId onRecord =
        switch (store.accept(candidate, patience)) {
          case Acceptance.Accepted() -> id;
          // The provider sent it again in the meantime.
          case Acceptance.Duplicate(var first, boolean failed) -> {
            if (failed) {
              replay.reopen(first);
            }
            yield first;
          }
        };
    refusals.remove(refused.id());
    return new Replay.Accepted(onRecord);
  }
}
