package dev.hookline.torture;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** What happened to the processes, and when. Safe for use by many threads. */
final class Chronicle {
  private final List<String> unexpected = new ArrayList<>();
  private final List<Long> workerDeaths = new ArrayList<>();
  private final List<Long> restarts = new ArrayList<>();
  private final Map<String, Long> started = new HashMap<>();
  private final AtomicInteger deaths = new AtomicInteger();
  private final AtomicInteger databaseKills = new AtomicInteger();
  private final AtomicInteger freezes = new AtomicInteger();
  private final AtomicInteger otherFaults = new AtomicInteger();
  private long databaseFaultAt = Long.MIN_VALUE;

  /** A process was started in the place of one that died. */
  synchronized void restarted(Member member) {
    started.put(member.name(), System.nanoTime());
  }

  synchronized void died(Member member) {
    deaths.incrementAndGet();
    if (member.role().equals("worker")) {
      workerDeaths.add(System.nanoTime());
    }
  }

  /** An intake has accepted: the first time after its start tells how long that took. */
  synchronized void accepted(String name) {
    Long since = started.remove(name);
    // While the database is away no intake can accept, however fast it starts.
    if (since != null && (databaseFaultAt == Long.MIN_VALUE || databaseFaultAt < since)) {
      restarts.add(System.nanoTime() - since);
    }
  }

  synchronized void databaseKilled() {
    databaseKills.incrementAndGet();
    databaseFaultAt = System.nanoTime();
  }

  synchronized void databaseCut() {
    otherFaults.incrementAndGet();
    databaseFaultAt = System.nanoTime();
  }

  void frozen() {
    freezes.incrementAndGet();
  }

  synchronized void unexpected(String what) {
    unexpected.add(what);
  }

  synchronized List<String> unexpected() {
    return List.copyOf(unexpected);
  }

  /** When workers died, by the monotonic clock. */
  synchronized List<Long> workerDeaths() {
    return List.copyOf(workerDeaths);
  }

  /** How long intakes took from their start to the first delivery they accepted, in nanoseconds. */
  synchronized List<Long> restarts() {
    return List.copyOf(restarts);
  }

  /** Processes that were killed, from outside or at a crash point. */
  int kills() {
    return deaths.get() + databaseKills.get();
  }

  int databaseKills() {
    return databaseKills.get();
  }

  int freezes() {
    return freezes.get();
  }

  /** Everything after which messages that were in flight may be dispatched again. */
  int faults() {
    return kills() + freezes.get() + otherFaults.get();
  }
}
