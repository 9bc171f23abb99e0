package dev.hookline.application.receive;

import dev.hookline.application.pipeline.NewPipeline;
import dev.hookline.application.pipeline.PipelineStore;
import dev.hookline.application.pipeline.PipelineStore.Acceptance;
import dev.hookline.application.pipeline.StoreUnavailableException;
import dev.hookline.application.refused.RefusedDeliveries;
import dev.hookline.application.refused.RefusedDelivery;
import dev.hookline.application.replay.ReplayPipeline;
import dev.hookline.application.secret.SecretEvidence;
import dev.hookline.application.standardize.Standardization.Handshake;
import dev.hookline.application.standardize.Standardization.Understood;
import dev.hookline.application.standardize.Standardization.Unusable;
import dev.hookline.application.standardize.Standardizer;
import dev.hookline.domain.delivery.Delivery;
import dev.hookline.domain.delivery.Headers;
import dev.hookline.domain.handler.Verification;
import dev.hookline.domain.handler.Verification.Authentic;
import dev.hookline.domain.handler.Verification.Forged;
import dev.hookline.domain.pipeline.Origin;
import dev.hookline.domain.pipeline.Pipeline;
import dev.hookline.domain.pipeline.PipelineId;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Use case: take one delivery in, once, and say what its sender is to be told. */
public final class ReceiveWebhook {
  /**
   * So many authentic deliveries are read and stored at once: as many as are in two batches of
   * commits, and as many again that gather meanwhile. Of those who wait only the body is held,
   * where else the collector would copy all that is made of it (measured: more at once are no
   * faster).
   */
  static final int AT_ONCE = 256;

  private final Standardizer standardizer;
  private final PipelineStore store;
  private final RefusedDeliveries refusals;
  private final ReplayPipeline replay;
  private final Quota quota;
  private final WebhookMetrics metrics;
  private final SecretEvidence evidence;
  private final Supplier<UUID> ids;
  private final Semaphore turns = new Semaphore(AT_ONCE, true);

  /**
   * @param ids makes UUIDv7s
   */
  public ReceiveWebhook(
      Standardizer standardizer,
      PipelineStore store,
      RefusedDeliveries refusals,
      ReplayPipeline replay,
      Quota quota,
      WebhookMetrics metrics,
      SecretEvidence evidence,
      Supplier<UUID> ids) {
    this.standardizer = standardizer;
    this.store = store;
    this.refusals = refusals;
    this.replay = replay;
    this.quota = quota;
    this.metrics = metrics;
    this.evidence = evidence;
    this.ids = ids;
  }

  /**
   * Verifies, standardizes and stores the delivery. Nothing is parsed before its signature holds,
   * and it is accepted only once it is durable. Only what is accepted counts against its tenant's
   * quota, and over the quota its dispatch is put off.
   *
   * @param origin of the pipeline, if it begins one
   * @throws StoreUnavailableException if it could not be made durable within the service's commit
   *     budget
   */
  public Receipt receive(Delivery delivery, ServiceProfile profile, Origin origin) {
    Verification verification = profile.verifier().verify(delivery);
    verification
        .signedAt()
        .map(signedAt -> Duration.between(signedAt, delivery.receivedAt()))
        .ifPresent(ago -> metrics.signed(profile.service(), ago));
    return switch (verification) {
      case Forged(var error, _) -> new Receipt.Refused(error, Optional.empty());
      case Authentic authentic -> {
        metrics.secretMatched(profile.service(), authentic.secret());
        evidence.matched(profile.service(), authentic, delivery.receivedAt());
        yield receiveInTurn(delivery, profile, origin);
      }
    };
  }

  private Receipt receiveInTurn(Delivery delivery, ServiceProfile profile, Origin origin) {
    Duration left = awaitTurn(profile.commitBudget());
    try {
      return receiveAuthentic(delivery, profile, left, origin);
    } finally {
      turns.release();
    }
  }

  /** What is left of the budget then. */
  private Duration awaitTurn(Duration budget) {
    long begun = System.nanoTime();
    try {
      if (!turns.tryAcquire(budget.toNanos(), TimeUnit.NANOSECONDS)) {
        throw new StoreUnavailableException("no turn within " + budget);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreUnavailableException("interrupted while waiting for a turn", e);
    }
    return budget.minusNanos(System.nanoTime() - begun);
  }

  private Receipt receiveAuthentic(
      Delivery delivery, ServiceProfile profile, Duration budget, Origin origin) {
    return switch (standardizer.standardize(delivery)) {
      case Handshake(var answer) -> new Receipt.Handshake(answer);
      case Unusable unusable -> keep(unusable, delivery, profile, budget);
      case Understood understood -> accept(understood, delivery, profile, budget, origin);
    };
  }

  private Receipt accept(
      Understood understood,
      Delivery delivery,
      ServiceProfile profile,
      Duration budget,
      Origin origin) {
    Duration putOff = quota.take(profile.service(), understood.tenant());
    var candidate =
        new NewPipeline(
            Pipeline.received(new PipelineId(ids.get()), understood.event(), origin),
            delivery,
            understood.key(),
            profile.replayGuard(),
            putOff);
    boolean accepted = false;
    try {
      Receipt receipt = accept(candidate, budget);
      accepted = receipt instanceof Receipt.Accepted;
      return receipt;
    } finally {
      if (!accepted) {
        quota.giveBack(profile.service(), understood.tenant());
      }
    }
  }

  private Receipt accept(NewPipeline candidate, Duration budget) {
    Pipeline pipeline = candidate.pipeline();
    return switch (store.accept(candidate, budget)) {
      case Acceptance.Accepted() ->
          new Receipt.Accepted(pipeline.id(), pipeline.event(), candidate.putOff());
      case Acceptance.Duplicate(var first, boolean failed) ->
          new Receipt.Duplicate(first, failed && replay.reopen(first), pipeline.event());
    };
  }

  private Receipt keep(
      Unusable unusable, Delivery delivery, ServiceProfile profile, Duration budget) {
    var error = unusable.error();
    var kept =
        new RefusedDelivery(
            ids.get(),
            withKeptHeaders(delivery, profile),
            error.name(),
            error.message(),
            unusable.eventType(),
            unusable.eventId());
    refusals.keep(kept, budget);
    return new Receipt.Refused(error, Optional.of(kept));
  }

  private static Delivery withKeptHeaders(Delivery delivery, ServiceProfile profile) {
    return new Delivery(
        delivery.service(),
        Headers.ofSingle(delivery.headers().select(profile.keptHeaders())),
        delivery.body(),
        delivery.receivedAt(),
        delivery.remoteAddress());
  }
}
