package dev.hookline.torture;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Does harm, in an order that the seed decides, evenly over the time that it is given. */
final class Nemesis {
  private static final Duration STALL = Duration.ofMillis(1500);
  private static final Duration UNDER_WAY = Duration.ofMillis(300);

  private enum Fault {
    KILL_INTAKE,
    KILL_WORKER,
    KILL_POSTGRES,
    FREEZE_WORKER,
    CUT_AFTER_COMMIT,
    STALL_DATABASE,
    RESET_CONNECTIONS,
    TERMINATE_BACKENDS
  }

  private final Plan plan;
  private final Random random;
  private final List<Member> intakes;
  private final List<Member> workers;
  private final Cluster cluster;
  private final DatabaseProxy proxy;
  private final MoodyTarget target;
  private final Chronicle chronicle;

  Nemesis(
      Plan plan,
      List<Member> intakes,
      List<Member> workers,
      Cluster cluster,
      DatabaseProxy proxy,
      MoodyTarget target,
      Chronicle chronicle) {
    this.plan = plan;
    this.random = new Random(plan.seed());
    this.intakes = intakes;
    this.workers = workers;
    this.cluster = cluster;
    this.proxy = proxy;
    this.target = target;
    this.chronicle = chronicle;
  }

  /** How many of the kills are left to crash points inside the processes. */
  static int crashes(Plan plan) {
    return plan.kills() - postgresKills(plan) - 2 * killsOfEach(plan);
  }

  private static int postgresKills(Plan plan) {
    return Math.max(1, plan.kills() / 8);
  }

  private static int killsOfEach(Plan plan) {
    return plan.kills() * 3 / 10;
  }

  private List<Fault> schedule() {
    var faults = new ArrayList<Fault>();
    add(faults, Fault.KILL_POSTGRES, postgresKills(plan));
    add(faults, Fault.KILL_INTAKE, killsOfEach(plan));
    add(faults, Fault.KILL_WORKER, killsOfEach(plan));
    add(faults, Fault.FREEZE_WORKER, 2 + plan.kills() / 8);
    add(faults, Fault.CUT_AFTER_COMMIT, 2 + plan.kills() / 2);
    add(faults, Fault.STALL_DATABASE, 1 + plan.kills() / 20);
    add(faults, Fault.RESET_CONNECTIONS, 1 + plan.kills() / 20);
    add(faults, Fault.TERMINATE_BACKENDS, 1 + plan.kills() / 10);
    Collections.shuffle(faults, random);
    return faults;
  }

  private static void add(List<Fault> faults, Fault fault, int times) {
    faults.addAll(Collections.nCopies(times, fault));
  }

  void run() throws InterruptedException {
    List<Fault> faults = schedule();
    long begun = System.nanoTime();
    long gap = plan.duration().toNanos() / (faults.size() + 1);
    for (int i = 0; i < faults.size(); i++) {
      long left = begun + (i + 1) * gap - System.nanoTime();
      if (left > 0) {
        Thread.sleep(Duration.ofNanos(left));
      }
      try {
        strike(faults.get(i));
      } catch (IOException | SQLException e) {
        chronicle.unexpected(faults.get(i) + " did not work: " + e.getMessage());
      }
    }
  }

  private void strike(Fault fault) throws IOException, SQLException, InterruptedException {
    switch (fault) {
      case KILL_INTAKE -> any(intakes).kill();
      case KILL_WORKER -> any(workers).kill();
      case KILL_POSTGRES -> {
        chronicle.databaseKilled();
        cluster.killAndRestart();
        proxy.leadTo(cluster.port());
      }
      case FREEZE_WORKER -> {
        Member worker = any(workers);
        chronicle.frozen();
        target.sluggish(true);
        Thread.sleep(UNDER_WAY);
        worker.freeze();
        // Past its lease, while whoever took over is still busy with what it has repeated.
        Thread.sleep(plan.lease().plusMillis(700L + random.nextInt(1000)));
        worker.thaw();
        Thread.sleep(UNDER_WAY);
        target.sluggish(false);
      }
      case CUT_AFTER_COMMIT -> {
        chronicle.databaseCut();
        proxy.cutAfterCommit();
      }
      case STALL_DATABASE -> {
        chronicle.databaseCut();
        proxy.stall();
        Thread.sleep(STALL);
        proxy.resume();
      }
      case RESET_CONNECTIONS -> {
        chronicle.databaseCut();
        proxy.reset();
      }
      case TERMINATE_BACKENDS -> {
        chronicle.databaseCut();
        cluster.execute(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'
            """);
      }
    }
  }

  private Member any(List<Member> members) {
    return members.get(random.nextInt(members.size()));
  }
}
