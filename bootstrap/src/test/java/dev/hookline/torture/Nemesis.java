package dev.hookline.torture;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

/** Does the harm that is planned, evenly over the time, and notes what it has seen happen. */
final class Nemesis {
  private static final Duration STALL = Duration.ofMillis(2500);
  private static final Duration UNDER_WAY = Duration.ofMillis(300);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration POLL = Duration.ofMillis(20);
  private static final String NOBODY = "00000000-0000-0000-0000-000000000000";

  /** Acknowledgements that arrive just before PostgreSQL is killed. */
  private static final int ARRIVING = 5;

  private final Plan plan;
  private final FaultPlan faults;
  private final List<Member> intakes;
  private final List<Member> workers;
  private final Cluster cluster;
  private final DatabaseProxy proxy;
  private final MoodyTarget target;
  private final Ledger ledger;
  private final Chronicle chronicle;

  Nemesis(
      Plan plan,
      FaultPlan faults,
      List<Member> members,
      Cluster cluster,
      DatabaseProxy proxy,
      MoodyTarget target,
      Ledger ledger,
      Chronicle chronicle) {
    this.plan = plan;
    this.faults = faults;
    this.intakes = members.stream().filter(m -> m.role().equals("serve")).toList();
    this.workers = members.stream().filter(m -> m.role().equals("worker")).toList();
    this.cluster = cluster;
    this.proxy = proxy;
    this.target = target;
    this.ledger = ledger;
    this.chronicle = chronicle;
  }

  /** Returns when all is done. */
  void run() throws InterruptedException {
    long begun = System.nanoTime();
    List<Thread> threads =
        faults.timetable(plan.duration()).stream()
            .map(blows -> Thread.ofVirtual().name("nemesis").start(() -> strikeAll(blows, begun)))
            .toList();
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private void strikeAll(List<FaultPlan.Timed> blows, long begun) {
    long end = begun + plan.duration().toNanos() * 5 / 4;
    try {
      for (FaultPlan.Timed timed : blows) {
        long left = begun + timed.after().toNanos() - System.nanoTime();
        if (left > 0) {
          Thread.sleep(Duration.ofNanos(left));
        }
        if (System.nanoTime() > end) {
          return;
        }
        strikeAndNote(timed.blow());
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void strikeAndNote(Blow blow) throws InterruptedException {
    try {
      if (isReadyFor(blow) && strike(blow)) {
        chronicle.happened(blow);
      }
    } catch (IOException | RuntimeException e) {
      chronicle.unexpected("%s did not work: %s".formatted(blow, e));
    }
  }

  /** Whether it was seen to happen. */
  private boolean strike(Blow blow) throws IOException, InterruptedException {
    return switch (blow.fault()) {
      case KILL_INTAKE -> intakes.get(blow.member()).kill();
      case KILL_WORKER -> ended(workers.get(blow.member()), blow);
      case CRASH_INTAKE -> crash(intakes.get(blow.member()), blow);
      case CRASH_WORKER -> ended(workers.get(blow.member()), blow);
      case FREEZE_WORKER -> freeze(workers.get(blow.member()));
      case KILL_POSTGRES -> killPostgres();
      case WITHHOLD_COMMIT -> withholdCommit();
      case STALL_DATABASE -> stallDatabase();
      case RESET_CONNECTIONS -> resetConnections();
      case TERMINATE_BACKENDS -> terminateBackends();
    };
  }

  /** Whether whom it is to strike works again after the blow before. */
  private boolean isReadyFor(Blow blow) throws InterruptedException {
    return switch (blow.fault()) {
      case KILL_INTAKE, CRASH_INTAKE -> {
        Member intake = intakes.get(blow.member());
        yield await(() -> intake.isUp() && chronicle.hasAccepted(intake.name()), PATIENCE);
      }
      case KILL_WORKER, CRASH_WORKER, FREEZE_WORKER -> {
        Member worker = workers.get(blow.member());
        yield await(() -> worker.isUp() && owner(worker).isPresent(), PATIENCE);
      }
      case KILL_POSTGRES, WITHHOLD_COMMIT, STALL_DATABASE, RESET_CONNECTIONS, TERMINATE_BACKENDS ->
          true;
    };
  }

  /** What it held is looked for at once, before others can have taken it. */
  private boolean ended(Member worker, Blow blow) throws IOException, InterruptedException {
    String incarnation = worker.incarnation();
    Optional<String> owner = knownOwner(worker);
    if (!(blow.fault() == Fault.KILL_WORKER ? worker.kill() : crash(worker, blow))) {
      return false;
    }
    try {
      if (owner.isPresent()) {
        chronicle.left(incarnation, lanes(owner.get()));
      }
    } catch (SQLException _) {
      // The database is being struck as well: of this death nobody knows what was left.
    }
    return true;
  }

  private static boolean crash(Member member, Blow blow) throws IOException, InterruptedException {
    return member.crash(blow.site().orElseThrow(), blow.passes(), PATIENCE);
  }

  /** As it names itself in the table of lanes, once it has settled something. */
  private Optional<String> owner(Member worker) throws SQLException {
    return cluster
        .query(
            "SELECT owner::text FROM torture_settlement WHERE owner IS NOT NULL AND worker = '%s' LIMIT 1"
                .formatted(worker.incarnation()),
            row -> row.getString(1))
        .stream()
        .findFirst();
  }

  /** The same, though the database may be struck just then. */
  private Optional<String> knownOwner(Member worker) throws InterruptedException {
    var known = new AtomicReference<Optional<String>>(Optional.empty());
    await(
        () -> {
          known.set(owner(worker));
          return true;
        },
        PATIENCE);
    return known.get();
  }

  /**
   * Past its lease, with dispatches in flight, and until others own all its lanes and are in the
   * middle of what they repeat: what it settles then has to be refused.
   */
  private boolean freeze(Member worker) throws IOException, InterruptedException {
    String owner = knownOwner(worker).orElse(NOBODY);
    int refused = proxy.refusedTo(worker.incarnation());
    target.sluggish(true);
    Thread.sleep(UNDER_WAY);
    long since = System.nanoTime();
    worker.freeze();
    try {
      target.sluggish(false);
      // Its lease was renewed a moment ago, so nobody takes over before half of it has passed.
      Thread.sleep(plan.lease().dividedBy(2));
      boolean held = await(() -> !lanes(owner).isEmpty(), UNDER_WAY);
      target.sluggish(true);
      boolean taken = await(() -> lanes(owner).isEmpty(), plan.lease().plus(PATIENCE));
      worker.thaw();
      return held
          && taken
          && await(() -> proxy.refusedTo(worker.incarnation()) > refused, PATIENCE);
    } finally {
      worker.thaw();
      target.sluggish(false);
      chronicle.frozen(since);
    }
  }

  private Set<Integer> lanes(String owner) throws SQLException {
    return Set.copyOf(
        cluster.query(
            "SELECT id FROM lane WHERE owner = '%s'".formatted(owner), row -> row.getInt(1)));
  }

  private boolean resetConnections() {
    chronicle.reset();
    return proxy.reset() > 0;
  }

  private boolean killPostgres() throws IOException, InterruptedException {
    int before = ledger.acknowledgedCount();
    boolean arriving = await(() -> ledger.acknowledgedCount() >= before + ARRIVING, PATIENCE);
    long since = System.nanoTime();
    cluster.killAndRestart();
    proxy.leadTo(cluster.port());
    chronicle.outage(since);
    return arriving;
  }

  private boolean withholdCommit() throws InterruptedException {
    int before = proxy.withheld();
    proxy.withholdCommit();
    return await(() -> proxy.withheld() > before, PATIENCE);
  }

  private boolean stallDatabase() throws InterruptedException {
    long since = System.nanoTime();
    int before = proxy.held();
    proxy.stall();
    Thread.sleep(STALL);
    boolean held = proxy.held() > before;
    proxy.resume();
    chronicle.outage(since);
    return held;
  }

  private boolean terminateBackends() throws InterruptedException {
    long since = System.nanoTime();
    boolean terminated = await(() -> terminated() > 0, PATIENCE);
    chronicle.outage(since);
    return terminated;
  }

  private int terminated() throws SQLException {
    return cluster
        .query(
            """
            SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
            WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'
            """,
            row -> row.getInt(1))
        .getFirst();
  }

  private interface Condition {
    boolean holds() throws SQLException;
  }

  private static boolean await(Condition condition, Duration patience) throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    while (System.nanoTime() < deadline) {
      try {
        if (condition.holds()) {
          return true;
        }
      } catch (SQLException _) {
        // The database is being struck as well: not yet.
      }
      Thread.sleep(POLL);
    }
    return false;
  }
}
