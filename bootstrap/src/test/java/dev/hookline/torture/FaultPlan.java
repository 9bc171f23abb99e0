package dev.hookline.torture;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * All faults of a run. Intakes, workers and the database are struck independently of each other,
 * and each in turn, so that whoever was struck can come back before the next blow.
 */
record FaultPlan(List<Blow> intakes, List<Blow> workers, List<Blow> database) {
  private static final int MOST_PASSES = 10;

  static FaultPlan of(Plan plan) {
    var random = new Random(plan.seed());
    int kills = plan.kills();
    int postgres = Math.max(1, kills / 8);
    int crashes = kills * 2 / 5;
    int others = kills - postgres - crashes;
    int workers = others * 2 / 5;
    return new FaultPlan(
        shuffled(
            random,
            List.of(
                times(others - workers, Fault.KILL_INTAKE, random),
                crashes(crashes - crashes / 2, Fault.CRASH_INTAKE, "serve", random))),
        shuffled(
            random,
            List.of(
                times(workers, Fault.KILL_WORKER, random),
                crashes(crashes / 2, Fault.CRASH_WORKER, "worker", random),
                times(Math.max(1, kills / 10), Fault.FREEZE_WORKER, random))),
        shuffled(
            random,
            List.of(
                times(postgres, Fault.KILL_POSTGRES, random),
                times(Math.max(2, kills / 4), Fault.WITHHOLD_COMMIT, random),
                times(Math.max(1, kills / 20), Fault.STALL_DATABASE, random),
                times(Math.max(1, kills / 20), Fault.RESET_CONNECTIONS, random),
                times(Math.max(1, kills / 20), Fault.TERMINATE_BACKENDS, random))));
  }

  private static List<Blow> times(int times, Fault fault, Random random) {
    return Stream.generate(() -> new Blow(fault, random.nextInt(2), Optional.empty(), 0))
        .limit(times)
        .toList();
  }

  /** Each of the role's sites as often as the others. */
  private static List<Blow> crashes(int times, Fault fault, String role, Random random) {
    var sites =
        new ArrayList<>(
            Arrays.stream(CrashSite.values()).filter(site -> site.role().equals(role)).toList());
    Collections.shuffle(sites, random);
    var blows = new ArrayList<Blow>();
    for (int i = 0; i < times; i++) {
      blows.add(
          new Blow(
              fault,
              random.nextInt(2),
              Optional.of(sites.get(i % sites.size())),
              1 + random.nextInt(MOST_PASSES)));
    }
    return blows;
  }

  private static List<Blow> shuffled(Random random, List<List<Blow>> parts) {
    var all = new ArrayList<>(parts.stream().flatMap(List::stream).toList());
    Collections.shuffle(all, random);
    return List.copyOf(all);
  }

  private Stream<Blow> all() {
    return Stream.of(intakes, workers, database).flatMap(List::stream);
  }

  /**
   * One blow, and when it is due.
   *
   * @param after since the beginning
   */
  record Timed(Duration after, Blow blow) {}

  /**
   * The three lists, with all blows at even distances: two processes that start at once would take
   * the machine from each other.
   */
  List<List<Timed>> timetable(Duration duration) {
    var lists = List.of(intakes, workers, database);
    long gap = duration.toNanos() / (all().count() + 1);
    var timetable = new ArrayList<List<Timed>>();
    for (List<Blow> list : lists) {
      var timed = new ArrayList<Timed>();
      for (int i = 0; i < list.size(); i++) {
        double share = (i + 0.5) / list.size();
        long before = lists.stream().mapToLong(other -> earlier(other, list, share, lists)).sum();
        timed.add(new Timed(Duration.ofNanos((i + before + 1) * gap), list.get(i)));
      }
      timetable.add(timed);
    }
    return timetable;
  }

  /** How many of another list's blows come before that part of the whole. */
  private static long earlier(
      List<Blow> other, List<Blow> own, double share, List<List<Blow>> lists) {
    if (other == own) {
      return 0;
    }
    boolean first = lists.indexOf(other) < lists.indexOf(own);
    return IntStream.range(0, other.size())
        .mapToDouble(i -> (i + 0.5) / other.size())
        .filter(their -> their < share || (first && their == share))
        .count();
  }

  /** How often each is to happen, by {@link Blow#name}. */
  Map<String, Integer> planned() {
    var planned = new TreeMap<String, Integer>();
    all().forEach(blow -> planned.merge(blow.name(), 1, Integer::sum));
    return planned;
  }
}
