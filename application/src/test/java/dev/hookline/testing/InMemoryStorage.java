package dev.hookline.testing;

import static java.util.Comparator.comparing;

import dev.hookline.application.dispatch.Lane;
import dev.hookline.application.dispatch.Outbox;
import dev.hookline.application.dispatch.OutboxMessage;
import dev.hookline.application.dispatch.OutboxMessage.Task;
import dev.hookline.application.dispatch.OutboxSignal;
import dev.hookline.application.dispatch.WorkerId;
import dev.hookline.application.inspect.OutboxDepth;
import dev.hookline.application.inspect.Page;
import dev.hookline.application.inspect.PipelineFilter;
import dev.hookline.application.inspect.PipelineView;
import dev.hookline.application.inspect.PipelineView.HistoryEntry;
import dev.hookline.application.inspect.Records;
import dev.hookline.application.inspect.RefusedFilter;
import dev.hookline.application.pipeline.NewPipeline;
import dev.hookline.application.pipeline.PipelineStore;
import dev.hookline.application.pipeline.StoreUnavailableException;
import dev.hookline.application.reconcile.DeliveriesOnRecord;
import dev.hookline.application.reconcile.ScheduledReconciliations;
import dev.hookline.application.refused.RefusedDeliveries;
import dev.hookline.application.refused.RefusedDelivery;
import dev.hookline.domain.delivery.Delivery;
import dev.hookline.domain.delivery.Headers;
import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.pipeline.Pipeline;
import dev.hookline.domain.pipeline.PipelineId;
import dev.hookline.domain.pipeline.PipelineState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The stores' fake: one state in memory behind all their ports, kept by a clock that the test
 * moves. It passes the contracts that PostgreSQL passes. Safe for use by many threads.
 */
public final class InMemoryStorage implements Storage {
  private final Object lock = new Object();
  private final MovableClock clock;
  private final Map<PipelineId, Row> rows = new LinkedHashMap<>();
  private final TreeMap<Long, Message> messages = new TreeMap<>();
  private final Map<UUID, RefusedDelivery> refused = new LinkedHashMap<>();
  private final Map<Integer, Hold> holds = new TreeMap<>();
  private final Map<WorkerId, Instant> leases = new HashMap<>();
  private final Map<Service, Look> looks = new HashMap<>();
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private long lastMessageId;
  private volatile boolean away;

  public InMemoryStorage(MovableClock clock) {
    this.clock = clock;
    for (int lane = 0; lane < Outbox.LANES; lane++) {
      holds.put(lane, new Hold(null, 0));
    }
  }

  /** A storage whose clock starts at {@link Samples#NOON}. */
  public InMemoryStorage() {
    this(new MovableClock(Samples.NOON));
  }

  private record Row(NewPipeline accepted, Pipeline pipeline, List<HistoryEntry> history) {
    Row in(Pipeline next) {
      var longer = new ArrayList<>(history);
      longer.add(entry(next.state()));
      return new Row(accepted, next, List.copyOf(longer));
    }
  }

  /** A message at rest; it is being attempted while it has an epoch. */
  private record Message(
      long id,
      PipelineId pipeline,
      String repository,
      Task task,
      Instant queuedAt,
      Instant dueAt,
      @Nullable Long epoch) {
    long key() {
      // Spread, since the lanes take the low bits.
      return repository.hashCode() * 0x9E3779B97F4A7C15L;
    }

    int lane() {
      return (int) (key() & (Outbox.LANES - 1));
    }
  }

  private record Hold(@Nullable WorkerId owner, long epoch) {}

  private record Look(Instant begunAt, OptionalInt missing) {}

  /** From now on every call fails as with the database away, until it is back. */
  public void away(boolean isAway) {
    away = isAway;
  }

  @Override
  public void pass(Duration time) {
    clock.move(time);
  }

  @Override
  public PipelineStore pipelines() {
    return new Pipelines();
  }

  @Override
  public RefusedDeliveries refusedDeliveries() {
    return new Refused();
  }

  @Override
  public Records records() {
    return new Reading();
  }

  @Override
  public Outbox outbox() {
    return new Lanes();
  }

  @Override
  public DeliveriesOnRecord deliveriesOnRecord() {
    return this::onRecord;
  }

  private Set<String> onRecord(Service service, Collection<String> ids) {
    synchronized (lock) {
      reach();
      var found = new HashSet<String>();
      for (Row row : rows.values()) {
        if (row.accepted().delivery().service().equals(service)) {
          found.add(row.accepted().key().value());
        }
      }
      for (RefusedDelivery one : refused.values()) {
        if (one.delivery().service().equals(service)) {
          one.eventId().ifPresent(found::add);
        }
      }
      found.retainAll(ids);
      return found;
    }
  }

  @Override
  public ScheduledReconciliations scheduledReconciliations() {
    return new Schedule();
  }

  /** Calls back on the accepting thread. */
  public OutboxSignal outboxSignal() {
    return onMessages -> {
      listeners.add(onMessages);
      return () -> listeners.remove(onMessages);
    };
  }

  private void reach() {
    if (away) {
      throw new StoreUnavailableException("away");
    }
  }

  private void queue(Pipeline pipeline, Duration putOff) {
    long id = ++lastMessageId;
    messages.put(
        id,
        new Message(
            id,
            pipeline.id(),
            pipeline.event().repository().fullName(),
            Task.PROCESS_WEBHOOK_EVENT,
            clock.instant(),
            clock.instant().plus(putOff),
            null));
  }

  private static HistoryEntry entry(PipelineState state) {
    Optional<String> error =
        switch (state) {
          case PipelineState.Retrying retrying -> Optional.of(retrying.error());
          case PipelineState.Failed failed -> Optional.of(failed.error());
          case PipelineState.Received _, PipelineState.Attempting _, PipelineState.Dispatched _ ->
              Optional.empty();
        };
    return new HistoryEntry(state.name(), state.at(), state.attempts(), error);
  }

  private final class Pipelines implements PipelineStore {
    @Override
    public Acceptance accept(NewPipeline candidate, Duration budget) {
      synchronized (lock) {
        reach();
        var before =
            rows.values().stream().filter(row -> same(row.accepted(), candidate)).findFirst();
        if (before.isPresent()) {
          Pipeline first = before.get().pipeline();
          return new Acceptance.Duplicate(
              first.id(), first.state() instanceof PipelineState.Failed);
        }
        Pipeline pipeline = candidate.pipeline();
        rows.put(pipeline.id(), new Row(candidate, pipeline, List.of(entry(pipeline.state()))));
        queue(pipeline, candidate.putOff());
      }
      listeners.forEach(Runnable::run);
      return new Acceptance.Accepted();
    }

    private static boolean same(NewPipeline one, NewPipeline other) {
      return one.delivery().service().equals(other.delivery().service())
          && (one.key().equals(other.key())
              || (one.guardBody()
                  && other.guardBody()
                  && one.delivery().body().equals(other.delivery().body())));
    }

    @Override
    public Optional<Recorded> find(PipelineId id) {
      synchronized (lock) {
        reach();
        return Optional.ofNullable(rows.get(id))
            .map(row -> new Recorded(row.pipeline(), kept(row)));
      }
    }

    private static Delivery kept(Row row) {
      Delivery delivery = row.accepted().delivery();
      return new Delivery(
          delivery.service(),
          Headers.ofSingle(row.pipeline().event().rawHeaders()),
          delivery.body(),
          delivery.receivedAt(),
          "");
    }

    @Override
    public boolean reopen(Pipeline replayed) {
      synchronized (lock) {
        reach();
        Row row = rows.get(replayed.id());
        if (row == null
            || !(row.pipeline().state() instanceof PipelineState.Dispatched
                || row.pipeline().state() instanceof PipelineState.Failed)) {
          return false;
        }
        rows.put(replayed.id(), row.in(replayed));
        queue(replayed, Duration.ZERO);
      }
      listeners.forEach(Runnable::run);
      return true;
    }
  }

  private final class Refused implements RefusedDeliveries {
    @Override
    public void keep(RefusedDelivery delivery, Duration budget) {
      synchronized (lock) {
        reach();
        if (refused.values().stream().noneMatch(kept -> same(kept, delivery))) {
          refused.put(delivery.id(), delivery);
        }
      }
    }

    private static boolean same(RefusedDelivery one, RefusedDelivery other) {
      return one.delivery().service().equals(other.delivery().service())
          && one.delivery().body().equals(other.delivery().body())
          && one.eventId().equals(other.eventId());
    }

    @Override
    public Optional<RefusedDelivery> find(UUID id) {
      synchronized (lock) {
        reach();
        return Optional.ofNullable(refused.get(id));
      }
    }

    @Override
    public void remove(UUID id) {
      synchronized (lock) {
        reach();
        refused.remove(id);
      }
    }
  }

  private final class Reading implements Records {
    @Override
    public Page<PipelineView> pipelines(PipelineFilter filter, Optional<UUID> after, int limit) {
      synchronized (lock) {
        reach();
        return page(
            rows.values().stream().map(Reading::view).filter(view -> matches(filter, view)),
            view -> view.id().value(),
            after,
            limit);
      }
    }

    private static boolean matches(PipelineFilter filter, PipelineView view) {
      return is(filter.state(), view.state().name())
          && is(filter.service(), view.service())
          && is(filter.eventType(), view.eventType())
          && is(filter.repository(), view.repository())
          && filter.since().stream().noneMatch(view.createdAt()::isBefore)
          && filter.until().stream().allMatch(view.createdAt()::isBefore);
    }

    private static <T> boolean is(Optional<T> wanted, T value) {
      return wanted.isEmpty() || wanted.get().equals(value);
    }

    @Override
    public Optional<PipelineView.Detailed> pipeline(PipelineId id) {
      synchronized (lock) {
        reach();
        return Optional.ofNullable(rows.get(id))
            .map(
                row -> new PipelineView.Detailed(view(row), row.history(), row.pipeline().event()));
      }
    }

    private static PipelineView view(Row row) {
      var event = row.pipeline().event();
      return new PipelineView(
          row.pipeline().id(),
          event.eventId(),
          event.service().name(),
          event.eventType(),
          event.repository().fullName(),
          row.pipeline().state(),
          row.accepted().delivery().receivedAt());
    }

    @Override
    public Page<RefusedDelivery> refused(RefusedFilter filter, Optional<UUID> after, int limit) {
      synchronized (lock) {
        reach();
        return page(
            refused.values().stream().filter(delivery -> matches(filter, delivery)),
            RefusedDelivery::id,
            after,
            limit);
      }
    }

    private static boolean matches(RefusedFilter filter, RefusedDelivery refused) {
      Instant receivedAt = refused.delivery().receivedAt();
      return is(filter.service(), refused.delivery().service().name())
          && (filter.eventType().isEmpty() || filter.eventType().equals(refused.eventType()))
          && is(filter.error(), refused.error())
          && filter.since().stream().noneMatch(receivedAt::isBefore)
          && filter.until().stream().allMatch(receivedAt::isBefore);
    }

    private static <T> Page<T> page(
        Stream<T> items, Function<T, UUID> id, Optional<UUID> after, int limit) {
      var found =
          items
              .filter(item -> after.isEmpty() || id.apply(item).compareTo(after.get()) < 0)
              .sorted(comparing(id).reversed())
              .limit(limit + 1L)
              .toList();
      return found.size() <= limit
          ? new Page<>(found, Optional.empty())
          : new Page<>(found.subList(0, limit), Optional.of(id.apply(found.get(limit - 1))));
    }

    @Override
    public OutboxDepth outboxDepth() {
      synchronized (lock) {
        reach();
        var waiting =
            messages.values().stream().filter(message -> message.epoch() == null).toList();
        return new OutboxDepth(
            count(waiting, message -> message.task() == Task.PROCESS_WEBHOOK_EVENT),
            messages.size() - waiting.size(),
            count(waiting, message -> message.task() == Task.DISPATCH_COMMAND),
            rows.values().stream()
                .filter(row -> row.pipeline().state() instanceof PipelineState.Failed)
                .count(),
            waiting.stream()
                .map(message -> Duration.between(message.queuedAt(), clock.instant()))
                .max(Duration::compareTo)
                .orElse(Duration.ZERO));
      }
    }

    private static long count(Collection<Message> among, Predicate<Message> wanted) {
      return among.stream().filter(wanted).count();
    }
  }

  private final class Schedule implements ScheduledReconciliations {
    @Override
    public boolean begin(Service service, Duration interval) {
      synchronized (lock) {
        reach();
        Look last = looks.get(service);
        if (last != null && last.begunAt().plus(interval).isAfter(clock.instant())) {
          return false;
        }
        looks.put(
            service,
            new Look(clock.instant(), last == null ? OptionalInt.empty() : last.missing()));
        return true;
      }
    }

    @Override
    public void found(Service service, OptionalInt missing) {
      synchronized (lock) {
        reach();
        looks.computeIfPresent(service, (_, look) -> new Look(look.begunAt(), missing));
      }
    }

    @Override
    public OptionalInt lastMissing(Service service) {
      synchronized (lock) {
        reach();
        Look last = looks.get(service);
        return last == null ? OptionalInt.empty() : last.missing();
      }
    }
  }

  private final class Lanes implements Outbox {
    @Override
    public Set<Lane> lease(WorkerId worker, Duration lease, Set<Lane> busy) {
      synchronized (lock) {
        reach();
        leases.put(worker, clock.instant().plus(lease));
        long alive = leases.values().stream().filter(clock.instant()::isBefore).count();
        int share = Math.ceilDiv(LANES, (int) alive);
        Set<Integer> kept = new HashSet<>();
        busy.forEach(lane -> kept.add(lane.id()));
        holds.replaceAll(
            (lane, hold) ->
                worker.equals(hold.owner()) && !kept.contains(lane) && held(worker).size() > share
                    ? new Hold(null, hold.epoch())
                    : hold);
        holds.replaceAll(
            (_, hold) ->
                isFree(hold) && held(worker).size() < share
                    ? new Hold(worker, hold.epoch() + 1)
                    : hold);
        return held(worker);
      }
    }

    private boolean isFree(Hold hold) {
      Instant until = hold.owner() == null ? null : leases.get(hold.owner());
      return until == null || !clock.instant().isBefore(until);
    }

    private Set<Lane> held(WorkerId worker) {
      var held = new HashSet<Lane>();
      holds.forEach(
          (lane, hold) -> {
            if (worker.equals(hold.owner())) {
              held.add(new Lane(lane, hold.epoch()));
            }
          });
      return held;
    }

    @Override
    public void release(WorkerId worker) {
      synchronized (lock) {
        reach();
        holds.replaceAll(
            (_, hold) -> worker.equals(hold.owner()) ? new Hold(null, hold.epoch()) : hold);
        leases.remove(worker);
      }
    }

    @Override
    public List<OutboxMessage> due(
        Set<Lane> lanes, Ordering ordering, Collection<Long> busy, int limit) {
      synchronized (lock) {
        reach();
        var candidates =
            switch (ordering) {
              case STRICT ->
                  heads().stream().filter(message -> !busy.contains(message.key())).toList();
              case NONE ->
                  messages.values().stream()
                      .filter(message -> !busy.contains(message.id()))
                      .toList();
            };
        return candidates.stream()
            .filter(message -> lanes.contains(lane(message)))
            .filter(this::isDue)
            .limit(limit)
            .map(this::held)
            .toList();
      }
    }

    private Collection<Message> heads() {
      var heads = new LinkedHashMap<Long, Message>();
      messages.values().forEach(message -> heads.putIfAbsent(message.key(), message));
      return heads.values();
    }

    private boolean isDue(Message message) {
      return !clock.instant().isBefore(message.dueAt());
    }

    private Lane lane(Message message) {
      Hold hold = holds.get(message.lane());
      return new Lane(message.lane(), hold == null ? 0 : hold.epoch());
    }

    private OutboxMessage held(Message message) {
      return new OutboxMessage(
          message.id(),
          message.key(),
          lane(message),
          message.task(),
          message.queuedAt(),
          row(message.pipeline()).pipeline());
    }

    private Row row(PipelineId id) {
      Row row = rows.get(id);
      if (row == null) {
        throw new IllegalStateException("a message without its pipeline: " + id);
      }
      return row;
    }

    @Override
    public Set<Long> record(WorkerId worker, Collection<OutboxMessage> steps) {
      synchronized (lock) {
        reach();
        var written = new HashSet<Long>();
        for (OutboxMessage step : steps) {
          Message message = messages.get(step.id());
          if (message != null && held(worker).contains(step.lane())) {
            write(message, step);
            written.add(step.id());
          }
        }
        return written;
      }
    }

    private void write(Message message, OutboxMessage step) {
      Pipeline pipeline = step.pipeline();
      rows.put(pipeline.id(), row(pipeline.id()).in(pipeline));
      switch (pipeline.state()) {
        case PipelineState.Attempting _ -> keep(message, message.dueAt(), step.lane().epoch());
        case PipelineState.Retrying(_, Instant at, Instant next, _) ->
            keep(message, clock.instant().plus(Duration.between(at, next)), null);
        case PipelineState.Dispatched _, PipelineState.Failed _ -> messages.remove(message.id());
        case PipelineState.Received _ ->
            throw new IllegalArgumentException("a worker leaves no pipeline received");
      }
    }

    private void keep(Message message, Instant dueAt, @Nullable Long epoch) {
      messages.put(
          message.id(),
          new Message(
              message.id(),
              message.pipeline(),
              message.repository(),
              Task.DISPATCH_COMMAND,
              message.queuedAt(),
              dueAt,
              epoch));
    }
  }
}
