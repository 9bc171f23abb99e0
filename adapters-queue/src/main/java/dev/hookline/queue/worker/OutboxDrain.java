package dev.hookline.queue.worker;

import dev.hookline.application.dispatch.Claim;
import dev.hookline.application.dispatch.Claim.Allowance;
import dev.hookline.application.dispatch.CommandDispatcher.Room;
import dev.hookline.application.dispatch.DispatchCommand;
import dev.hookline.application.dispatch.Due;
import dev.hookline.application.dispatch.Lane;
import dev.hookline.application.dispatch.Line;
import dev.hookline.application.dispatch.Outbox;
import dev.hookline.application.dispatch.Outbox.Ordering;
import dev.hookline.application.dispatch.OutboxMessage;
import dev.hookline.application.dispatch.ProcessWebhookEvent;
import dev.hookline.application.dispatch.Targets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One worker's hands: it holds lanes, begins what is due in them, gives each line its turn, and
 * settles what came back.
 *
 * <p>All calls but those of the turns come from one thread; the turns run elsewhere. So a lane is
 * never given up between the moment when a line is begun and the moment when it counts as busy.
 *
 * <p>What came back is recorded beside the next claim, one recording at a time. A line stays busy
 * until its turn is on record, so a claim never sees what a recording is about to change.
 */
final class OutboxDrain {
  private static final int FIRST_RUN = 8;
  private static final int LONGEST_RUN = 64;

  /** Never a head alone: it is to be known whether others wait behind it. */
  private static final int SHORTEST_RUN = 2;

  private static final int ROUTED_AT_ONCE = 64;

  /** Stands for the messages that are to be routed, where others have their target's name. */
  private static final String UNROUTED = "";

  /**
   * The most bytes of events in one claim, but for a first that is larger: so much is read while
   * the lease waits for its renewal.
   */
  private static final long MOST_CLAIMED = 32L << 20;

  /** One line in so many is looked for among the newest, while there is more than can be worked. */
  private static final int FRESH_SHARE = 4;

  /** Of several targets none gets the last part in so many of what the worker has. */
  private static final int RESERVED_SHARE = 4;

  /** So many lines in turn probe a target that was away, before one of them does so again. */
  private static final int LONGEST_ROUND = 64;

  /**
   * Lines that have their turn or wait for their record, per line worked at the same time: what is
   * repeated when the worker dies stays bounded.
   */
  private static final int MOST_UNRECORDED = 2;

  private final Outbox outbox;
  private final ProcessWebhookEvent process;
  private final DispatchCommand dispatch;
  private final Targets targets;
  private final WorkerSettings settings;
  private final DispatchRate rate;
  private final Executor executor;
  private final Recording recording;
  private final LongSupplier nanos;
  private final Runnable onFinished;

  /** By ordering key, or without ordering by message. */
  private final Map<Long, Turn> turns = new HashMap<>();

  /** How many turns have not ended. */
  private final AtomicInteger working = new AtomicInteger();

  /** Targets that have more due than could be begun. */
  private final Set<String> backlogs = new HashSet<>();

  /** All targets; the one that has waited longest for a line to begin comes first. */
  private final List<String> inTurn;

  /** By target: the lines that have probed it since it was last well. */
  private final Map<String, Set<Long>> probed = new HashMap<>();

  /** Whose message is due and had no room: nobody else claims before it has gone. */
  private @Nullable String waiting;

  /** Bytes of the events that the turns hold. */
  private long heldBytes;

  /** Changed by the one thread, looked at by those of the turns. */
  private volatile Set<Lane> lanes = Set.of();

  private volatile long renewedAt;
  private volatile boolean stopping;
  private boolean renewed;
  private boolean heldByRate;

  /** Whether something may be due that no claim has shown. */
  private boolean unsure = true;

  /** Claims so far: what came into a line since the one that gave it its turn was left out. */
  private long claims;

  private long claimedAt;
  private long claimed;
  private int run = FIRST_RUN;

  /**
   * @param executor runs one turn per task
   * @param recorder writes what came back, so that it need not wait for the next claim
   * @param nanos a monotonic clock
   * @param onFinished called from the dispatching thread when a dispatch has ended, and from the
   *     recorder's when it has written
   */
  OutboxDrain(
      Outbox outbox,
      ProcessWebhookEvent process,
      DispatchCommand dispatch,
      Targets targets,
      WorkerSettings settings,
      Executor executor,
      Executor recorder,
      LongSupplier nanos,
      Runnable onFinished) {
    this.outbox = outbox;
    this.process = process;
    this.dispatch = dispatch;
    this.targets = targets;
    this.settings = settings;
    this.rate = new DispatchRate(settings.maxRate());
    this.inTurn = new ArrayList<>(targets.rooms().keySet());
    this.executor = executor;
    // The messages of one pipeline to several targets are rows of one pipeline: two statements at a
    // time would lock such rows in either order.
    this.recording =
        new Recording(
            outbox,
            settings.worker(),
            targets.only().isPresent() ? recorder : Runnable::run,
            this::forget,
            onFinished);
    this.nanos = nanos;
    this.onFinished = onFinished;
  }

  /**
   * Renews the lease if it is time, settles what has finished, and begins what is due.
   *
   * @return how many messages were settled or begun; none means that there is nothing to do until a
   *     signal comes
   * @throws dev.hookline.application.pipeline.StoreUnavailableException if the database is away;
   *     what has finished is kept and settled by a later call
   */
  int drainOnce() {
    unsure = true;
    renew();
    return settle() + begin();
  }

  /**
   * The same where no signal has come: begins only what an earlier claim is likely to have left
   * behind, and looks for all else once in a poll interval. Most of what wakes a worker is the end
   * of its own dispatches, and to look for more each time costs the database as much as these.
   *
   * @return as {@link #drainOnce}
   * @throws dev.hookline.application.pipeline.StoreUnavailableException as {@link #drainOnce}
   */
  int attend() {
    renew();
    int recorded = settle();
    boolean late = nanos.getAsLong() - claimedAt >= settings.pollInterval().toNanos();
    return unsure || late ? recorded + begin() : recorded;
  }

  /**
   * Settles what has finished, without beginning anything.
   *
   * @return how many messages are on record now
   */
  int settle() {
    return recording.settle();
  }

  /**
   * Settles what has finished and keeps the lease for what is still under way. No lane is taken and
   * nothing begun.
   *
   * @return how many messages are on record now
   * @throws dev.hookline.application.pipeline.StoreUnavailableException as {@link #drainOnce}
   */
  int finish() {
    int recorded = settle();
    if (inFlight() > 0 && nanosUntilRenewal() <= 0) {
      long now = nanos.getAsLong();
      outbox.renew(settings.worker(), settings.lease());
      renewedAt = now;
    }
    return recorded;
  }

  private void forget(Turn turn) {
    turns.remove(key(turn.head()));
    heldBytes -= turn.bytes();
    unsure |= turn.claim() < claims || turn.mayHaveLeft();
    // As many as a turn is good for, so that little is read in vain.
    run =
        turn.exhausted()
            ? Math.min(LONGEST_RUN, Math.max(run, 2 * turn.dispatched()))
            : Math.max(SHORTEST_RUN, turn.dispatched());
  }

  private long key(OutboxMessage message) {
    return settings.ordering() == Ordering.STRICT ? message.orderingKey() : message.id();
  }

  /**
   * How long until there is something to do without a signal, in nanoseconds; not above zero if
   * there is now.
   */
  long nanosUntilDue() {
    return heldByRate && !stopping
        ? Math.min(nanosUntilRenewal(), rate.nanosUntilNext())
        : nanosUntilRenewal();
  }

  /** How long until the lease is to be renewed, in nanoseconds; not above zero if that is due. */
  private long nanosUntilRenewal() {
    return renewed ? renewedAt + settings.renewal().toNanos() - nanos.getAsLong() : 0;
  }

  /** How many lines have their turn or are not yet settled. */
  int inFlight() {
    return turns.size();
  }

  /** Begins nothing more: neither a line nor the next message of one. */
  void stop() {
    stopping = true;
  }

  /** Gives lease and lanes back. */
  void release() {
    lanes = Set.of();
    outbox.release(settings.worker());
  }

  private void renew() {
    long now = nanos.getAsLong();
    if (nanosUntilRenewal() > 0) {
      return;
    }
    if (renewed && now - renewedAt >= settings.lease().toNanos()) {
      // The database may have handed them on: nothing is begun in them until it says otherwise.
      lanes = Set.of();
    }
    Set<Lane> busy =
        turns.values().stream().map(turn -> turn.head().lane()).collect(Collectors.toSet());
    Set<Lane> before = lanes;
    lanes = outbox.lease(settings.worker(), settings.lease(), busy);
    unsure |= !lanes.equals(before);
    renewedAt = now;
    renewed = true;
  }

  private int begin() {
    heldByRate = false;
    unsure = true;
    if (lanes.isEmpty() || stopping) {
      return 0;
    }
    int due = targets.only().isEmpty() ? route() : 0;
    Map<String, Room> rooms = targets.rooms();
    for (String target : List.copyOf(inTurn)) {
      // On a slow database a round over many targets outlasts the lease.
      renew();
      int begun = begin(target, rooms.getOrDefault(target, Room.NONE));
      if (begun > 0) {
        inTurn.remove(target);
        inTurn.add(target);
      }
      due += begun;
    }
    return due;
  }

  /** Sends what is new on its ways; that waits for no target, if there is room in memory. */
  private int route() {
    Optional<Allowance> allowance = allowance(UNROUTED);
    if (allowance.isEmpty()) {
      return 0;
    }
    Set<String> routed = targets.names();
    return begin(UNROUTED, claim(routed, busy(), ROUTED_AT_ONCE, 0, LONGEST_RUN, allowance.get()))
        .lines()
        .size();
  }

  private int begin(String target, Room room) {
    if (room == Room.NONE && target.equals(waiting)) {
      waiting = null;
    }
    Optional<Allowance> allowance = allowance(target);
    if (allowance.isEmpty()) {
      return 0;
    }
    int free =
        switch (room) {
          case ALL -> Math.min(free(), shareOf(target));
          case ONE -> Math.min(free(), 1);
          case NONE -> 0;
        };
    if (free == 0) {
      return 0;
    }
    int lines = rate.take(free);
    if (lines == 0) {
      heldByRate = true;
      return 0;
    }
    int before = turns.size();
    int fresh = fresh(target, lines);
    Due due =
        room == Room.ALL
            ? begin(target, lines, fresh, allowance.get())
            : probe(target, fresh, allowance.get());
    rate.giveBack(lines - (turns.size() - before));
    int begun = due.lines().size();
    // Where there was less to begin than the rate allows, that was not what held it up.
    heldByRate |= begun == lines && lines < free;
    boolean allHaveTheirTurn = turns.size() - before == begun;
    unsure =
        begun == lines
            || lines < free
            || due.cut()
            || !allHaveTheirTurn
            || room != Room.ALL
            || targets.only().isEmpty();
    // Where fresh ones have left no room for old ones, these come first the next time.
    if (begun == lines || (due.cut() && begun > 0 && fresh == 0)) {
      backlogs.add(target);
    } else {
      backlogs.remove(target);
    }
    return begun;
  }

  private Due begin(String target, int lines, int fresh, Allowance allowance) {
    probed.remove(target);
    return begin(target, claim(targets.allBut(target), busy(), lines, fresh, run, allowance));
  }

  /**
   * Begins one line at a target that was away: one after another, so that it is not always the same
   * event, which the target may be failing on, that is to show whether it is back.
   */
  private Due probe(String target, int fresh, Allowance allowance) {
    Set<Long> asked = probed.computeIfAbsent(target, _ -> new HashSet<>());
    Due due = probe(target, asked, fresh, allowance);
    if (due.lines().isEmpty() && !due.cut() && !asked.isEmpty()) {
      asked.clear();
      due = probe(target, asked, fresh, allowance);
    }
    if (asked.size() >= LONGEST_ROUND) {
      asked.clear();
    }
    due.lines().forEach(line -> asked.add(key(line.head())));
    return due;
  }

  private Due probe(String target, Set<Long> asked, int fresh, Allowance allowance) {
    Set<Long> leftOut = new HashSet<>(asked);
    leftOut.addAll(busy());
    return begin(target, claim(targets.allBut(target), leftOut, 1, fresh, SHORTEST_RUN, allowance));
  }

  private Due begin(String whose, Claim claim) {
    claims++;
    claimedAt = nanos.getAsLong();
    Due due = outbox.due(claim);
    boolean shutOut = due.cut() && due.lines().isEmpty();
    // What only its target's own share has no room for holds up nobody else.
    waiting = shutOut && claim.allowance().first() >= freeBytes() ? whose : null;
    var processed = process.process(settings.worker(), claim.lanes(), due.lines());
    for (OutboxMessage over : processed.over()) {
      dispatch.countUndispatched(over);
      DispatchLog.settled(over, Optional.empty(), Duration.ZERO);
    }
    for (Line line : processed.ready()) {
      var turn = new Turn(line, claims, dispatch, this, nanos);
      turns.put(key(turn.head()), turn);
      heldBytes += turn.bytes();
      working.incrementAndGet();
      executor.execute(turn);
    }
    return due;
  }

  private Set<Long> busy() {
    return turns.keySet();
  }

  private Claim claim(
      Set<String> shut,
      Set<Long> leftOut,
      int lines,
      int fresh,
      int mostOfALine,
      Allowance allowance) {
    return new Claim(
        lanes,
        settings.ordering(),
        List.copyOf(leftOut),
        targets.only(),
        shut,
        lines,
        fresh,
        mostOfALine,
        allowance);
  }

  /**
   * How much a target's next claim may bring; empty if nothing now. The first event of a target
   * that has nothing in flight may take more than the target's share, and alone even be larger than
   * all there is.
   */
  private Optional<Allowance> allowance(String target) {
    boolean single = targets.only().isPresent();
    long taken = single ? heldBytes : inFlightTo(target).mapToLong(Turn::bytes).sum();
    long most = settings.maxBytes();
    long share = single ? most : most - most / RESERVED_SHARE;
    long bytes = Math.min(freeBytes(), share - taken);
    if (bytes <= 0 || (waiting != null && !waiting.equals(target))) {
      return Optional.empty();
    }
    long first = taken == 0 ? freeBytes() : bytes;
    return Optional.of(
        new Allowance(Math.min(bytes, MOST_CLAIMED), heldBytes == 0 ? Long.MAX_VALUE : first));
  }

  private long freeBytes() {
    return settings.maxBytes() - heldBytes;
  }

  private Stream<Turn> inFlightTo(String target) {
    return turns.values().stream()
        .filter(turn -> turn.head().target().filter(target::equals).isPresent());
  }

  private int free() {
    int most = settings.concurrency();
    return Math.max(0, Math.min(most - working.get(), MOST_UNRECORDED * most - turns.size()));
  }

  /**
   * How many more lines a target may have. Where there are several, slow ones do not get all that
   * the worker has: a part is shared out among the others, and what they do not use of it stays
   * free for them. Only a target that has nothing under way may always have one.
   */
  private int shareOf(String target) {
    int others = inTurn.size() - 1;
    if (targets.only().isPresent() || others < 1) {
      return settings.concurrency();
    }
    int own = Math.ceilDiv(Math.ceilDiv(settings.concurrency(), RESERVED_SHARE), others);
    long kept =
        inTurn.stream()
            .filter(other -> !other.equals(target))
            .mapToLong(other -> Math.max(0, own - inFlightTo(other).count()))
            .sum();
    boolean idle = inFlightTo(target).findAny().isEmpty();
    return Math.max(idle ? 1 : 0, free() - (int) kept);
  }

  /** How many of the next lines are to be fresh: a share, so that old ones have their turn too. */
  private int fresh(String target, int lines) {
    if (!backlogs.contains(target)) {
      return 0;
    }
    long before = claimed / FRESH_SHARE;
    claimed += lines;
    return (int) (claimed / FRESH_SHARE - before);
  }

  /**
   * Whether one of these lanes is worked here. One that is leased later is searched as a whole
   * then, so nothing is missed that was told of it before. Called from any thread.
   */
  boolean worksAnyOf(Set<Integer> laneIds) {
    return lanes.stream().anyMatch(lane -> laneIds.contains(lane.id()));
  }

  /**
   * Whether the next message of a line may begin: it then has to. Called from the turn's thread.
   */
  boolean mayBegin(OutboxMessage next) {
    boolean held =
        nanos.getAsLong() - renewedAt < settings.lease().toNanos() && lanes.contains(next.lane());
    return held && !stopping && targets.room(next) == Room.ALL && rate.take(1) == 1;
  }

  /**
   * A message was begun or settled, and that is not on record yet. Called from the turn's thread.
   */
  void progressed(OutboxMessage message) {
    recording.progressed(message);
  }

  /** Called from the turn's thread, as the last it does. */
  void ended(Turn turn) {
    recording.ended(turn);
    working.decrementAndGet();
    onFinished.run();
  }
}
