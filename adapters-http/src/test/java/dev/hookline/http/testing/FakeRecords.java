package dev.hookline.http.testing;

import dev.hookline.application.inspect.Activity;
import dev.hookline.application.inspect.Activity.Tally;
import dev.hookline.application.inspect.OutboxDepth;
import dev.hookline.application.inspect.Page;
import dev.hookline.application.inspect.PipelineFilter;
import dev.hookline.application.inspect.PipelineView;
import dev.hookline.application.inspect.Records;
import dev.hookline.application.inspect.RefusedFilter;
import dev.hookline.application.inspect.RefusedView;
import dev.hookline.application.inspect.Standing;
import dev.hookline.application.pipeline.PipelineStore.Recorded;
import dev.hookline.application.pipeline.StoreUnavailableException;
import dev.hookline.domain.pipeline.PipelineId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

/** Shows what a {@link FakeStore} holds, and remembers what it was last asked. */
public final class FakeRecords implements Records {
  public final AtomicInteger depthsRead = new AtomicInteger();
  public final AtomicInteger hoursRead = new AtomicInteger();
  public volatile Optional<PipelineFilter> askedFor = Optional.empty();
  public volatile Optional<RefusedFilter> askedForRefused = Optional.empty();
  public volatile Optional<UUID> askedAfter = Optional.empty();
  public volatile int askedLimit;
  public volatile List<Standing> standings = List.of();
  public volatile OutboxDepth depth = new OutboxDepth(4, 3, 2, 1, Duration.ofMillis(1500));

  /** What was accepted, by the minute; in the others nothing was. */
  public volatile Map<Integer, Tally> activity = Map.of();

  public volatile Map<String, Tally> ofServices = Map.of();
  public volatile Optional<UUID> next = Optional.empty();

  /** So many parts have nothing that fits; each took a tenth of a second to find that out. */
  public final AtomicInteger emptyParts = new AtomicInteger();

  public volatile Runnable tookATenth = () -> {};
  private final FakeStore store;

  public FakeRecords(FakeStore store) {
    this.store = store;
  }

  @Override
  public Page<PipelineView> pipelines(PipelineFilter filter, Optional<UUID> after, int limit) {
    requireThere();
    askedFor = Optional.of(filter);
    askedAfter = after;
    askedLimit = limit;
    if (emptyParts.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      tookATenth.run();
      return new Page<>(List.of(), next);
    }
    List<PipelineView> views = store.pipelines.values().stream().map(FakeRecords::view).toList();
    return new Page<>(views, next);
  }

  @Override
  public Optional<PipelineView.Detailed> pipeline(PipelineId id) {
    requireThere();
    return Optional.ofNullable(store.pipelines.get(id))
        .map(
            recorded ->
                new PipelineView.Detailed(
                    view(recorded),
                    List.of(
                        new PipelineView.HistoryEntry(
                            recorded.pipeline().state().name(),
                            recorded.pipeline().state().at(),
                            recorded.pipeline().state().attempts(),
                            Optional.empty())),
                    recorded.pipeline().event()));
  }

  @Override
  public Page<RefusedView> refused(RefusedFilter filter, Optional<UUID> after, int limit) {
    requireThere();
    askedForRefused = Optional.of(filter);
    askedAfter = after;
    askedLimit = limit;
    return new Page<>(store.refused.values().stream().map(RefusedView::of).toList(), next);
  }

  @Override
  public OutboxDepth outboxDepth() {
    depthsRead.incrementAndGet();
    requireThere();
    return depth;
  }

  @Override
  public List<Standing> standings() {
    requireThere();
    return standings;
  }

  @Override
  public Activity activity(Instant since, int minutes) {
    hoursRead.incrementAndGet();
    requireThere();
    var tallies = new ArrayList<>(Collections.nCopies(minutes, Tally.NONE));
    activity.forEach(tallies::set);
    return new Activity(since, tallies, new TreeMap<>(ofServices));
  }

  private void requireThere() {
    if (store.away) {
      throw new StoreUnavailableException("the database is away");
    }
  }

  private static PipelineView view(Recorded recorded) {
    var pipeline = recorded.pipeline();
    var event = pipeline.event();
    return new PipelineView(
        pipeline.id(),
        event.eventId(),
        event.service().name(),
        event.eventType(),
        event.repository().fullName(),
        pipeline.state(),
        event.createdAt());
  }
}
