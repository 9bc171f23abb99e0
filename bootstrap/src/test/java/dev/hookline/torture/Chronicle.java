package dev.hookline.torture;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What happened to the processes, and when. Safe for use by many threads. */
final class Chronicle {
  private final List<String> unexpected = new ArrayList<>();
  private final Map<String, Long> workerDeaths = new HashMap<>();
  private final Map<String, Set<Integer>> lanesLeft = new HashMap<>();
  private final List<Long> restarts = new ArrayList<>();
  private final List<Span> outages = new ArrayList<>();
  private final List<Long> resets = new ArrayList<>();
  private final List<Span> freezes = new ArrayList<>();
  private final Map<String, Long> started = new HashMap<>();
  private final Map<String, Integer> happened = new TreeMap<>();
  private int kills;

  /** By the monotonic clock. */
  private record Span(long from, long to) {
    boolean meets(long begin, long end) {
      return from <= end && to >= begin;
    }
  }

  /**
   * A worker's end.
   *
   * @param nanos when, by the monotonic clock
   * @param lanes that it held
   */
  record Death(long nanos, Set<Integer> lanes) {}

  /** A process is started in the place of one that died. */
  synchronized void restarting(Member member) {
    if (member.role().equals("serve")) {
      started.put(member.name(), System.nanoTime());
    }
  }

  synchronized void died(Member member) {
    if (member.role().equals("worker")) {
      workerDeaths.put(member.incarnation(), System.nanoTime());
    }
  }

  /**
   * What a dead worker held, for whoever takes it over.
   *
   * @param incarnation of the worker
   */
  synchronized void left(String incarnation, Set<Integer> lanes) {
    lanesLeft.put(incarnation, Set.copyOf(lanes));
  }

  /** All connections to the database are cut: what was asked over them has no answer. */
  synchronized void reset() {
    resets.add(System.nanoTime());
  }

  /** An intake has accepted: the first time after its start tells how long that took. */
  synchronized void accepted(String name) {
    Long since = started.remove(name);
    // While the database is away no intake can accept, however fast it starts.
    if (since != null && !isOutage(since, System.nanoTime())) {
      restarts.add(System.nanoTime() - since);
    }
  }

  /** Whether an intake has accepted since it was started last. */
  synchronized boolean hasAccepted(String name) {
    return !started.containsKey(name);
  }

  /** A blow has struck, which was seen. */
  synchronized void happened(Blow blow) {
    happened.merge(blow.name(), 1, Integer::sum);
    if (blow.fault().kills()) {
      kills++;
    }
  }

  /**
   * The database was away from then until now.
   *
   * @param since by the monotonic clock
   */
  synchronized void outage(long since) {
    outages.add(new Span(since, System.nanoTime()));
  }

  /**
   * A worker stood still from then until now.
   *
   * @param since by the monotonic clock
   */
  synchronized void frozen(long since) {
    freezes.add(new Span(since, System.nanoTime()));
  }

  private boolean isOutage(long begin, long end) {
    return outages.stream().anyMatch(span -> span.meets(begin, end));
  }

  /** Whether nothing else happened after a worker's death that holds up a takeover. */
  synchronized boolean isUndisturbed(long death, long until) {
    return !isOutage(death, until)
        && freezes.stream().noneMatch(span -> span.meets(death, until))
        && workerDeaths.values().stream().noneMatch(other -> other > death && other < until);
  }

  /** How often, between these two, a worker may have lost the answer to what it put on record. */
  synchronized int answersLost(long from, long until) {
    return (int)
        (outages.stream().filter(span -> span.meets(from, until)).count()
            + resets.stream().filter(at -> from <= at && at <= until).count());
  }

  synchronized void unexpected(String what) {
    unexpected.add(what);
  }

  synchronized List<String> unexpected() {
    return List.copyOf(unexpected);
  }

  /** Of workers, where it is known what they held. */
  synchronized List<Death> deaths() {
    return lanesLeft.entrySet().stream()
        .filter(left -> workerDeaths.containsKey(left.getKey()))
        .map(left -> new Death(workerDeaths.getOrDefault(left.getKey(), 0L), left.getValue()))
        .toList();
  }

  /** How long intakes took from their start to the first delivery they accepted, in nanoseconds. */
  synchronized List<Long> restarts() {
    return List.copyOf(restarts);
  }

  /** How often each blow has struck, by {@link Blow#name}. */
  synchronized Map<String, Integer> happened() {
    return new TreeMap<>(happened);
  }

  /** Processes that were killed, from outside or at a crash point. */
  synchronized int kills() {
    return kills;
  }
}
