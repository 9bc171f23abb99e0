package dev.hookline.http.testing;

import dev.hookline.application.pause.Pause;
import dev.hookline.application.pause.PauseScope;
import dev.hookline.application.pause.Pauses;
import dev.hookline.application.pipeline.NewPipeline;
import dev.hookline.application.pipeline.PipelineStore;
import dev.hookline.application.pipeline.StoreUnavailableException;
import dev.hookline.application.refused.RefusedDeliveries;
import dev.hookline.application.refused.RefusedDelivery;
import dev.hookline.domain.pipeline.Origin;
import dev.hookline.domain.pipeline.Pipeline;
import dev.hookline.domain.pipeline.PipelineId;
import dev.hookline.domain.pipeline.PipelineState;
import dev.hookline.testing.Samples;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Keeps everything in memory, and can be away or held up. */
public final class FakeStore implements PipelineStore, RefusedDeliveries, Pauses {
  private final Map<String, PipelineId> keys = new ConcurrentHashMap<>();
  public final Map<PipelineId, Recorded> pipelines = new ConcurrentHashMap<>();
  public final Map<UUID, RefusedDelivery> refused = new ConcurrentHashMap<>();
  public final List<Pause> paused = new CopyOnWriteArrayList<>();
  public volatile boolean away;

  /** What {@link #accept} waits for, once it has said that it is there. */
  public volatile CountDownLatch mayCommit = new CountDownLatch(0);

  public final CountDownLatch committing = new CountDownLatch(1);

  @Override
  public Acceptance accept(NewPipeline candidate, Duration budget) {
    requireThere();
    committing.countDown();
    try {
      if (!mayCommit.await(10, TimeUnit.SECONDS)) {
        throw new StoreUnavailableException("held up");
      }
    } catch (InterruptedException e) {
      throw new StoreUnavailableException("interrupted", e);
    }
    PipelineId id = candidate.pipeline().id();
    PipelineId first = keys.putIfAbsent(candidate.key().value(), id);
    if (first != null) {
      Recorded before = pipelines.get(first);
      boolean failed = before != null && before.pipeline().state() instanceof PipelineState.Failed;
      return new Acceptance.Duplicate(first, failed);
    }
    pipelines.put(id, new Recorded(candidate.pipeline(), candidate.delivery()));
    return new Acceptance.Accepted();
  }

  /** The pipeline that the delivery with this key started. */
  public PipelineId first(String key) {
    return Optional.ofNullable(keys.get(key)).orElseThrow();
  }

  /** Puts the pipeline on record in this state. */
  public void move(PipelineId id, PipelineState state) {
    pipelines.computeIfPresent(
        id,
        (_, recorded) ->
            new Recorded(
                Pipeline.onRecord(id, recorded.pipeline().event(), state, Origin.UNKNOWN),
                recorded.delivery()));
  }

  @Override
  public Optional<Recorded> find(PipelineId id) {
    requireThere();
    return Optional.ofNullable(pipelines.get(id));
  }

  @Override
  public boolean reopen(Pipeline replayed) {
    requireThere();
    move(replayed.id(), replayed.state());
    return true;
  }

  @Override
  public void keep(RefusedDelivery delivery, Duration budget) {
    requireThere();
    refused.put(delivery.id(), delivery);
  }

  @Override
  public Optional<RefusedDelivery> find(UUID id) {
    requireThere();
    return Optional.ofNullable(refused.get(id));
  }

  @Override
  public void remove(UUID id) {
    refused.remove(id);
  }

  @Override
  public void pause(PauseScope scope) {
    requireThere();
    paused.add(new Pause(scope, Samples.NOON));
  }

  @Override
  public boolean resume(PauseScope scope) {
    requireThere();
    return paused.removeIf(pause -> pause.scope().equals(scope));
  }

  @Override
  public void resumeAll() {
    requireThere();
    paused.clear();
  }

  @Override
  public List<Pause> list() {
    requireThere();
    return List.copyOf(paused);
  }

  private void requireThere() {
    if (away) {
      throw new StoreUnavailableException("the database is away");
    }
  }
}
