package dev.hookline.queue.worker;

import dev.hookline.application.dispatch.Claim;
import dev.hookline.application.dispatch.Claim.Allowance;
import dev.hookline.application.dispatch.CommandDispatcher.Room;
import dev.hookline.application.dispatch.DispatchCommand;
import dev.hookline.application.dispatch.Due;
import dev.hookline.application.dispatch.Lane;
import dev.hookline.application.dispatch.Line;
import dev.hookline.application.dispatch.Outbox;
import dev.hookline.application.dispatch.Outbox.Holding;
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
import java.util.function.LongSupplier;
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

  /** One line in so many is looked for among the newest, while there is more than can be worked. */
  private static final int FRESH_SHARE = 4;

  /** A lease that has ended by the database's clock may not have by this one. */
  private static final Duration AFTER_ITS_END = Duration.ofMillis(20);

  /** So many lines in turn probe a target that was away, before one of them does so again. */
  private static final int LONGEST_ROUND = 64;

  private final Outbox outbox;
  private final ProcessWebhookEvent process;
  private final DispatchCommand dispatch;
  private final Targets targets;
  private final WorkerSettings settings;
  private final DispatchRate rate;
  private final InFlight inFlight;
  private final Executor executor;
  private final Recording recording;
  private final LongSupplier nanos;
  private final Runnable onFinished;

  /** Targets that have more due than could be begun. */
  private final Set<String> backlogs = new HashSet<>();

  /** All targets; the one that has waited longest for a line to begin comes first. */
  private final List<String> inTurn;

  /** By target: the lines that have probed it since it was last well. */
  private final Map<String, Set<Long>> probed = new HashMap<>();

  /** Whose message is due and had no room: nobody else claims before it has gone. */
  private @Nullable String waiting;

  /** Changed by the one thread, looked at by those of the turns. */
  private volatile Set<Lane> lanes = Set.of();

  private volatile long renewedAt;

  /** How long after that the lease is renewed again, in nanoseconds. */
  private long renewIn;

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
    this.inFlight = new InFlight(settings, targets);
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
      renewIn = settings.renewal().toNanos();
    }
    return recorded;
  }

  private void forget(Turn turn) {
    inFlight.forget(turn);
    unsure |= turn.claim() < claims || turn.mayHaveLeft();
    // As many as a turn is good for, so that little is read in vain.
    run =
        turn.exhausted()
            ? Math.min(LONGEST_RUN, Math.max(run, 2 * turn.dispatched()))
            : Math.max(SHORTEST_RUN, turn.dispatched());
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
    return renewed ? renewedAt + renewIn - nanos.getAsLong() : 0;
  }

  /** How many lines have their turn or are not yet settled. */
  int inFlight() {
    return inFlight.turns();
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
    Set<Lane> before = lanes;
    Holding holding = outbox.lease(settings.worker(), settings.lease(), inFlight.lanes());
    lanes = holding.lanes();
    unsure |= !lanes.equals(before);
    renewedAt = now;
    renewed = true;
    renewIn = holding.othersEnd().map(this::untilTakeover).orElse(settings.renewal()).toNanos();
  }

  /** A worker that died is to be replaced as soon as its lease has ended. */
  private Duration untilTakeover(Duration othersEnd) {
    Duration ended = othersEnd.plus(AFTER_ITS_END);
    return ended.compareTo(settings.renewal()) < 0 ? ended : settings.renewal();
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
    return begin(
            UNROUTED,
            claim(routed, inFlight.keys(), ROUTED_AT_ONCE, 0, LONGEST_RUN, allowance.get()))
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
          case ALL -> inFlight.roomFor(target);
          case ONE -> Math.min(inFlight.room(), 1);
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
    int before = inFlight.turns();
    int fresh = fresh(target, lines);
    Due due =
        room == Room.ALL
            ? begin(target, lines, fresh, allowance.get())
            : probe(target, fresh, allowance.get());
    rate.giveBack(lines - (inFlight.turns() - before));
    int begun = due.lines().size();
    // Where there was less to begin than the rate allows, that was not what held it up.
    heldByRate |= begun == lines && lines < free;
    boolean allHaveTheirTurn = inFlight.turns() - before == begun;
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
    return begin(
        target, claim(targets.allBut(target), inFlight.keys(), lines, fresh, run, allowance));
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
    due.lines().forEach(line -> asked.add(inFlight.key(line.head())));
    return due;
  }

  private Due probe(String target, Set<Long> asked, int fresh, Allowance allowance) {
    Set<Long> leftOut = new HashSet<>(asked);
    leftOut.addAll(inFlight.keys());
    return begin(target, claim(targets.allBut(target), leftOut, 1, fresh, SHORTEST_RUN, allowance));
  }

  private Due begin(String whose, Claim claim) {
    claims++;
    claimedAt = nanos.getAsLong();
    Due due = outbox.due(claim);
    boolean shutOut = due.cut() && due.lines().isEmpty();
    // What only its target's own share has no room for holds up nobody else.
    waiting = shutOut && claim.allowance().first() >= inFlight.freeBytes() ? whose : null;
    var processed = process.process(settings.worker(), claim.lanes(), due.lines());
    for (OutboxMessage over : processed.over()) {
      DispatchLog.settled(over, Optional.empty(), Duration.ZERO);
    }
    for (Line line : processed.ready()) {
      var turn = new Turn(line, claims, dispatch, this, nanos);
      inFlight.begin(turn);
      executor.execute(turn);
    }
    return due;
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

  /** How much a target's next claim may bring; empty if nothing now. */
  private Optional<Allowance> allowance(String target) {
    return waiting == null || waiting.equals(target)
        ? inFlight.allowance(target)
        : Optional.empty();
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
    inFlight.ended();
    onFinished.run();
  }
}
