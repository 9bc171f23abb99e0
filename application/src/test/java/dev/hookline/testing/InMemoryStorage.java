package dev.hookline.testing;

import static java.util.Comparator.comparing;
import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import dev.hookline.application.dispatch.Claim;
import dev.hookline.application.dispatch.Due;
import dev.hookline.application.dispatch.Lane;
import dev.hookline.application.dispatch.Line;
import dev.hookline.application.dispatch.Outbox;
import dev.hookline.application.dispatch.OutboxMessage;
import dev.hookline.application.dispatch.OutboxMessage.Task;
import dev.hookline.application.dispatch.OutboxSignal;
import dev.hookline.application.dispatch.WorkerId;
import dev.hookline.application.inspect.Activity;
import dev.hookline.application.inspect.Activity.Lag;
import dev.hookline.application.inspect.Activity.Tally;
import dev.hookline.application.inspect.OutboxDepth;
import dev.hookline.application.inspect.Page;
import dev.hookline.application.inspect.PipelineFilter;
import dev.hookline.application.inspect.PipelineView;
import dev.hookline.application.inspect.PipelineView.HistoryEntry;
import dev.hookline.application.inspect.Records;
import dev.hookline.application.inspect.RefusedFilter;
import dev.hookline.application.inspect.RefusedView;
import dev.hookline.application.inspect.Standing;
import dev.hookline.application.pause.Pause;
import dev.hookline.application.pause.PauseScope;
import dev.hookline.application.pause.Pauses;
import dev.hookline.application.pipeline.NewPipeline;
import dev.hookline.application.pipeline.PipelineStore;
import dev.hookline.application.pipeline.StoreUnavailableException;
import dev.hookline.application.reconcile.DeliveriesOnRecord;
import dev.hookline.application.reconcile.ScheduledReconciliations;
import dev.hookline.application.refused.RefusedDeliveries;
import dev.hookline.application.refused.RefusedDelivery;
import dev.hookline.application.secret.SecretUse;
import dev.hookline.application.secret.SecretUses;
import dev.hookline.domain.delivery.Delivery;
import dev.hookline.domain.delivery.Headers;
import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.pipeline.Pipeline;
import dev.hookline.domain.pipeline.PipelineId;
import dev.hookline.domain.pipeline.PipelineState;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
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
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
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
  private final Map<PauseScope, Instant> paused = new LinkedHashMap<>();
  private final Map<String, SecretUse> secretUses = new HashMap<>();
  private final List<Consumer<Set<Integer>>> listeners = new CopyOnWriteArrayList<>();
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

  /**
   * @param open how many messages it has
   * @param deadError why a target was given up
   */
  private record Row(
      NewPipeline accepted,
      Pipeline pipeline,
      int open,
      @Nullable String deadError,
      List<HistoryEntry> history) {

    boolean isReplayed() {
      return history.stream()
          .skip(1)
          .anyMatch(entry -> entry.state() == PipelineState.Name.RECEIVED);
    }

    /** One message's step, whose pipeline stands so towards its target. */
    Row step(OutboxMessage message) {
      PipelineState towards = message.pipeline().state();
      boolean over = isOver(towards);
      String dead = towards instanceof PipelineState.Failed failed ? failed.error() : deadError;
      int left = over ? open - 1 : open;
      PipelineState now = left > 0 ? stillOpen(towards) : ended(towards, dead);
      var longer = new ArrayList<>(history);
      for (PipelineState state : message.unrecorded()) {
        add(longer, entry(state.equals(towards) ? now : state, state, message.target()));
      }
      return new Row(
          accepted,
          Pipeline.onRecord(pipeline.id(), pipeline.event(), now, pipeline.origin()),
          left,
          dead,
          List.copyOf(longer));
    }

    private static void add(List<HistoryEntry> history, HistoryEntry entry) {
      int size = history.size();
      if (history.subList(Math.max(0, size - 2), size).stream().noneMatch(e -> same(e, entry))) {
        history.add(entry);
      }
    }

    private static boolean same(HistoryEntry one, HistoryEntry other) {
      return one.state() == other.state()
          && one.attempt() == other.attempt()
          && one.error().equals(other.error())
          && one.target().equals(other.target())
          && one.targetState().equals(other.targetState());
    }

    /** What a step towards one target makes of a pipeline that has others open. */
    private PipelineState stillOpen(PipelineState towards) {
      if (open == 1) {
        return towards;
      }
      int attempts = Math.max(pipeline.state().attempts(), towards.attempts());
      return switch (towards) {
        case PipelineState.Retrying(_, Instant at, Instant next, String error) ->
            new PipelineState.Retrying(attempts, at, next, error);
        case PipelineState.Received _,
            PipelineState.Attempting _,
            PipelineState.Dispatched _,
            PipelineState.Failed _ ->
            new PipelineState.Attempting(attempts, towards.at());
      };
    }

    private static PipelineState ended(PipelineState towards, @Nullable String dead) {
      return dead == null
          ? towards
          : new PipelineState.Failed(towards.attempts(), towards.at(), dead);
    }
  }

  /** A message at rest; it is being attempted while it has an epoch. */
  private record Message(
      long id,
      PipelineId pipeline,
      String repository,
      Optional<String> target,
      Task task,
      PipelineState towards,
      Instant queuedAt,
      Instant dueAt,
      @Nullable Long epoch) {
    long key() {
      return spread(target.map(name -> repository + " " + name).orElse(repository));
    }

    int lane() {
      return (int) (spread(repository) & (Outbox.LANES - 1));
    }

    /** Spread, since the lanes take the low bits. */
    private static long spread(String text) {
      return text.hashCode() * 0x9E3779B97F4A7C15L;
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

  @Override
  public Pauses pauses() {
    return new Pausing();
  }

  @Override
  public SecretUses secretUses() {
    return new Uses();
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
            Optional.empty(),
            Task.PROCESS_WEBHOOK_EVENT,
            pipeline.state(),
            clock.instant(),
            clock.instant().plus(putOff),
            null));
  }

  private static boolean isOver(PipelineState state) {
    return state instanceof PipelineState.Dispatched || state instanceof PipelineState.Failed;
  }

  private static HistoryEntry entry(
      PipelineState pipeline, PipelineState towards, Optional<String> target) {
    Optional<String> error =
        switch (towards) {
          case PipelineState.Retrying retrying -> Optional.of(retrying.error());
          case PipelineState.Failed failed -> Optional.of(failed.error());
          case PipelineState.Received _, PipelineState.Attempting _, PipelineState.Dispatched _ ->
              Optional.empty();
        };
    return new HistoryEntry(
        pipeline.name(),
        towards.at(),
        towards.attempts(),
        error,
        target,
        isOver(towards) && target.isPresent() ? Optional.of(towards.name()) : Optional.empty());
  }

  private static HistoryEntry received(PipelineState state) {
    return entry(state, state, Optional.empty());
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
        rows.put(
            pipeline.id(),
            new Row(candidate, pipeline, 1, null, List.of(received(pipeline.state()))));
        queue(pipeline, candidate.putOff());
      }
      listeners.forEach(listener -> listener.accept(OutboxSignal.ALL_LANES));
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
        var longer = new ArrayList<>(row.history());
        longer.add(received(replayed.state()));
        rows.put(replayed.id(), new Row(row.accepted(), replayed, 1, null, List.copyOf(longer)));
        queue(replayed, Duration.ZERO);
      }
      listeners.forEach(listener -> listener.accept(OutboxSignal.ALL_LANES));
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
    public Page<RefusedView> refused(RefusedFilter filter, Optional<UUID> after, int limit) {
      synchronized (lock) {
        reach();
        return page(
            refused.values().stream()
                .filter(delivery -> matches(filter, delivery))
                .map(RefusedView::of),
            RefusedView::id,
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
            count(waiting, message -> message.towards().attempts() == 0),
            messages.size() - waiting.size(),
            count(waiting, message -> message.towards().attempts() > 0),
            rows.values().stream()
                .filter(row -> row.pipeline().state() instanceof PipelineState.Failed)
                .count(),
            waiting.stream()
                .map(message -> Duration.between(message.queuedAt(), clock.instant()))
                .max(Duration::compareTo)
                .orElse(Duration.ZERO));
      }
    }

    @Override
    public List<Standing> standings() {
      synchronized (lock) {
        reach();
        var services = new TreeSet<String>();
        messages.values().forEach(message -> services.add(serviceOf(message)));
        rows.values().stream().filter(Reading::isDead).forEach(row -> services.add(serviceOf(row)));
        refused.values().forEach(delivery -> services.add(serviceOf(delivery)));
        return services.stream().map(this::standing).toList();
      }
    }

    private Standing standing(String service) {
      var own =
          messages.values().stream().filter(message -> serviceOf(message).equals(service)).toList();
      var waiting = own.stream().filter(message -> message.epoch() == null).toList();
      return new Standing(
          service,
          waiting.size(),
          own.size() - waiting.size(),
          waiting.stream()
              .map(message -> Duration.between(message.queuedAt(), clock.instant()))
              .max(Duration::compareTo)
              .orElse(Duration.ZERO),
          newest(rows.values().stream().filter(Reading::isDead), row -> row.pipeline().id().value())
              .filter(row -> serviceOf(row).equals(service))
              .count(),
          newest(refused.values().stream(), RefusedDelivery::id)
              .filter(delivery -> serviceOf(delivery).equals(service))
              .count());
    }

    private static <T> Stream<T> newest(Stream<T> items, Function<T, UUID> id) {
      return items.sorted(comparing(id).reversed()).limit(Standing.MOST_COUNTED);
    }

    private String serviceOf(Message message) {
      return serviceOf(requireNonNull(rows.get(message.pipeline())));
    }

    private static String serviceOf(Row row) {
      return row.pipeline().event().service().name();
    }

    private static String serviceOf(RefusedDelivery delivery) {
      return delivery.delivery().service().name();
    }

    private static boolean isDead(Row row) {
      return row.pipeline().state() instanceof PipelineState.Failed;
    }

    @Override
    public Activity activity(Instant since, int minutes) {
      synchronized (lock) {
        reach();
        Instant until = since.plus(minutes, ChronoUnit.MINUTES);
        var accepted =
            rows.values().stream()
                .filter(row -> !madeAt(row).isBefore(since) && madeAt(row).isBefore(until))
                .toList();
        var ofMinutes = new ArrayList<Tally>();
        for (int minute = 0; minute < minutes; minute++) {
          int now = minute;
          ofMinutes.add(
              tally(accepted.stream().filter(row -> minuteOf(row, since, minutes) == now)));
        }
        var ofServices = new TreeMap<String, Tally>();
        accepted.stream()
            .collect(groupingBy(Reading::serviceOf))
            .forEach((service, own) -> ofServices.put(service, tally(own.stream())));
        return new Activity(since, ofMinutes, ofServices);
      }
    }

    private static Instant madeAt(Row row) {
      return Instant.ofEpochMilli(row.pipeline().id().value().getMostSignificantBits() >>> 16);
    }

    private static long minuteOf(Row row, Instant since, int minutes) {
      return Math.clamp(
          Math.floorDiv(
              Duration.between(since, row.accepted().delivery().receivedAt()).toSeconds(), 60),
          0,
          minutes - 1);
    }

    private static Tally tally(Stream<Row> rows) {
      var all = rows.toList();
      double[] lags =
          all.stream()
              .flatMap(Reading::lag)
              .mapToDouble(lag -> lag.toNanos() / 1e6)
              .sorted()
              .toArray();
      return new Tally(
          all.size(),
          all.stream()
              .filter(row -> row.pipeline().state() instanceof PipelineState.Dispatched)
              .count(),
          all.stream().filter(Reading::isDead).count(),
          lags.length == 0
              ? Optional.empty()
              : Optional.of(new Lag(percentile(lags, 0.5), percentile(lags, 0.95))));
    }

    private static Stream<Duration> lag(Row row) {
      return row.history().stream()
          .filter(entry -> entry.state() == PipelineState.Name.DISPATCHED)
          .map(entry -> Duration.between(row.accepted().delivery().receivedAt(), entry.at()))
          .limit(1);
    }

    /** Between two of them in proportion, as PostgreSQL's {@code percentile_cont}. */
    private static Duration percentile(double[] sorted, double part) {
      double place = part * (sorted.length - 1);
      int below = (int) place;
      int above = Math.min(below + 1, sorted.length - 1);
      double millis = sorted[below] + (sorted[above] - sorted[below]) * (place - below);
      return Duration.ofMillis(Math.round(millis));
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

  private final class Pausing implements Pauses {
    @Override
    public void pause(PauseScope scope) {
      synchronized (lock) {
        reach();
        paused.putIfAbsent(scope, clock.instant());
      }
      listeners.forEach(listener -> listener.accept(OutboxSignal.ALL_LANES));
    }

    @Override
    public boolean resume(PauseScope scope) {
      boolean lifted;
      synchronized (lock) {
        reach();
        lifted = paused.remove(scope) != null;
      }
      listeners.forEach(listener -> listener.accept(OutboxSignal.ALL_LANES));
      return lifted;
    }

    @Override
    public void resumeAll() {
      synchronized (lock) {
        reach();
        paused.clear();
      }
      listeners.forEach(listener -> listener.accept(OutboxSignal.ALL_LANES));
    }

    @Override
    public List<Pause> list() {
      synchronized (lock) {
        reach();
        return paused.entrySet().stream()
            .map(entry -> new Pause(entry.getKey(), entry.getValue()))
            .toList();
      }
    }
  }

  private final class Uses implements SecretUses {
    @Override
    public void add(List<SecretUse> uses) {
      synchronized (lock) {
        reach();
        for (SecretUse use : uses) {
          secretUses.merge(use.service() + " " + use.fingerprint(), use, InMemoryStorage::together);
        }
      }
    }

    @Override
    public List<SecretUse> list() {
      synchronized (lock) {
        reach();
        return secretUses.values().stream()
            .sorted(
                comparing((SecretUse use) -> use.service().name())
                    .thenComparing(SecretUse::position)
                    .thenComparing(use -> use.fingerprint().value()))
            .toList();
      }
    }
  }

  private static SecretUse together(SecretUse before, SecretUse more) {
    boolean later = !more.lastMatchedAt().isBefore(before.lastMatchedAt());
    boolean earlier = more.firstMatchedAt().isBefore(before.firstMatchedAt());
    return new SecretUse(
        before.service(),
        before.fingerprint(),
        (later ? more : before).position(),
        (earlier ? more : before).firstMatchedAt(),
        (later ? more : before).lastMatchedAt(),
        before.deliveries() + more.deliveries());
  }

  private final class Lanes implements Outbox {
    @Override
    public Holding lease(WorkerId worker, Duration lease, Set<Lane> busy) {
      synchronized (lock) {
        reach();
        leases.put(worker, clock.instant().plus(lease));
        long alive = leases.values().stream().filter(clock.instant()::isBefore).count();
        int share = Math.ceilDiv(LANES, (int) alive);
        Set<Integer> kept = new HashSet<>();
        busy.forEach(lane -> kept.add(lane.id()));
        for (int lane = LANES - 1; lane >= 0 && held(worker).size() > share; lane--) {
          holds.computeIfPresent(
              lane,
              (id, hold) ->
                  worker.equals(hold.owner()) && !kept.contains(id)
                      ? new Hold(null, hold.epoch())
                      : hold);
        }
        holds.replaceAll(
            (_, hold) ->
                isFree(hold) && held(worker).size() < share
                    ? new Hold(worker, hold.epoch() + 1)
                    : hold);
        return new Holding(
            held(worker).stream()
                .sorted(comparing(Lane::id))
                .limit(share)
                .collect(Collectors.toSet()),
            othersEnd(worker));
      }
    }

    private Optional<Duration> othersEnd(WorkerId worker) {
      return leases.entrySet().stream()
          .filter(lease -> !lease.getKey().equals(worker))
          .map(lease -> Duration.between(clock.instant(), lease.getValue()))
          .filter(Duration::isPositive)
          .min(Duration::compareTo);
    }

    @Override
    public void renew(WorkerId worker, Duration lease) {
      synchronized (lock) {
        reach();
        leases.put(worker, clock.instant().plus(lease));
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
    public Due due(Claim claim) {
      synchronized (lock) {
        reach();
        var found = new LinkedHashMap<Long, Line>();
        lines(claim)
            .sorted(comparing((Line line) -> line.head().id()).reversed())
            .filter(line -> line.head().pipeline().state() instanceof PipelineState.Received)
            .limit(claim.fresh())
            .forEach(line -> found.put(line.head().id(), line));
        lines(claim).forEach(line -> found.putIfAbsent(line.head().id(), line));
        return withinAllowance(found.values().stream().limit(claim.lines()).toList(), claim);
      }
    }

    private Due withinAllowance(List<Line> lines, Claim claim) {
      int longest = lines.stream().mapToInt(line -> line.messages().size()).max().orElse(0);
      var given = new LinkedHashMap<Line, List<OutboxMessage>>();
      long bytes = 0;
      long room = claim.allowance().first();
      for (int place = 0; place < longest; place++) {
        for (Line line : lines) {
          if (place < line.messages().size()) {
            OutboxMessage next = line.messages().get(place);
            bytes += next.pipeline().event().bytes();
            if (bytes > room) {
              return due(given, place == 0);
            }
            given.computeIfAbsent(line, _ -> new ArrayList<>()).add(next);
            room = claim.allowance().bytes();
          }
        }
      }
      return due(given, false);
    }

    private static Due due(Map<Line, List<OutboxMessage>> given, boolean cut) {
      return new Due(given.values().stream().map(Line::new).toList(), cut);
    }

    private Stream<Line> lines(Claim claim) {
      return switch (claim.ordering()) {
        case STRICT ->
            messages.values().stream()
                .filter(message -> claim.lanes().contains(lane(message)))
                .collect(groupingBy(Message::key, LinkedHashMap::new, toList()))
                .entrySet()
                .stream()
                .filter(line -> !claim.busy().contains(line.getKey()))
                .map(line -> run(line.getValue(), claim))
                .filter(run -> !run.isEmpty())
                .map(run -> new Line(run.stream().map(this::held).toList()));
        case NONE ->
            messages.values().stream()
                .filter(message -> claim.lanes().contains(lane(message)))
                .filter(message -> !claim.busy().contains(message.id()) && mayGo(message, claim))
                .map(message -> new Line(List.of(held(message))));
      };
    }

    /** The head if it may go, and what may follow it. */
    private List<Message> run(List<Message> line, Claim claim) {
      Message head = line.getFirst();
      if (!mayGo(head, claim)) {
        return List.of();
      }
      var run = new ArrayList<>(List.of(head));
      line.stream()
          .skip(1)
          .takeWhile(_ -> head.epoch() == null)
          .takeWhile(next -> next.task() == Task.PROCESS_WEBHOOK_EVENT && mayGo(next, claim))
          .limit(claim.run() - 1L)
          .forEach(run::add);
      return run;
    }

    private boolean mayGo(Message message, Claim claim) {
      Optional<String> target = message.target().or(claim::only);
      return isDue(message)
          && !claim.shut().contains(target.orElse(""))
          && paused.keySet().stream().noneMatch(scope -> holdsUp(scope, message, target));
    }

    private boolean holdsUp(PauseScope scope, Message message, Optional<String> target) {
      Service service = row(message.pipeline()).pipeline().event().service();
      return scope.service().stream().allMatch(service::equals)
          && (scope.target().isEmpty() || scope.target().equals(target));
    }

    private boolean isDue(Message message) {
      return !clock.instant().isBefore(message.dueAt());
    }

    private Lane lane(Message message) {
      Hold hold = holds.get(message.lane());
      return new Lane(message.lane(), hold == null ? 0 : hold.epoch());
    }

    private OutboxMessage held(Message message) {
      Row row = row(message.pipeline());
      return new OutboxMessage(
          message.id(),
          message.key(),
          lane(message),
          message.task(),
          message.target(),
          Optional.of(message.queuedAt()).filter(_ -> !row.isReplayed()),
          Pipeline.onRecord(
              message.pipeline(),
              row.pipeline().event(),
              message.towards(),
              row.pipeline().origin()),
          List.of());
    }

    @Override
    public Set<Long> route(WorkerId worker, List<Way> ways) {
      synchronized (lock) {
        reach();
        var replaced = new LinkedHashMap<Long, Message>();
        for (Way way : ways) {
          Message message = messages.get(way.message().id());
          if (message != null && held(worker).contains(way.message().lane())) {
            replaced.put(message.id(), message);
          }
        }
        replaced.keySet().forEach(messages::remove);
        var count = new HashMap<PipelineId, Integer>();
        for (Way way : ways) {
          Message message = replaced.get(way.message().id());
          if (message != null) {
            count.merge(message.pipeline(), 1, Integer::sum);
            long id = ++lastMessageId;
            messages.put(
                id,
                new Message(
                    id,
                    message.pipeline(),
                    message.repository(),
                    Optional.of(way.target()),
                    Task.PROCESS_WEBHOOK_EVENT,
                    new PipelineState.Received(message.towards().at()),
                    message.queuedAt(),
                    clock.instant(),
                    null));
          }
        }
        count.forEach(
            (id, open) -> {
              Row row = row(id);
              rows.put(id, new Row(row.accepted(), row.pipeline(), open, null, row.history()));
            });
        return Set.copyOf(replaced.keySet());
      }
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
          if (held(worker).contains(step.lane())) {
            if (message != null) {
              write(message, step);
            }
            if (message != null || isOver(step.pipeline().state())) {
              written.add(step.id());
            }
          }
        }
        return written;
      }
    }

    private void write(Message message, OutboxMessage step) {
      Pipeline pipeline = step.pipeline();
      rows.put(pipeline.id(), row(pipeline.id()).step(step));
      switch (pipeline.state()) {
        case PipelineState.Attempting _ ->
            keep(message, step, message.dueAt(), step.lane().epoch());
        case PipelineState.Retrying(_, Instant at, Instant next, _) ->
            keep(message, step, clock.instant().plus(Duration.between(at, next)), null);
        case PipelineState.Dispatched _, PipelineState.Failed _ -> messages.remove(message.id());
        case PipelineState.Received _ ->
            throw new IllegalArgumentException("a worker leaves no pipeline received");
      }
    }

    private void keep(Message message, OutboxMessage step, Instant dueAt, @Nullable Long epoch) {
      messages.put(
          message.id(),
          new Message(
              message.id(),
              message.pipeline(),
              message.repository(),
              message.target(),
              Task.DISPATCH_COMMAND,
              step.pipeline().state(),
              message.queuedAt(),
              dueAt,
              epoch));
    }
  }
}
