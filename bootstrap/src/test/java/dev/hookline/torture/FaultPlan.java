package dev.hookline.torture;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
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
    return plan.sites().isEmpty() ? ofAll(plan, random) : of(plan, plan.sites(), random);
  }

  private static FaultPlan of(Plan plan, List<CrashSite> sites, Random random) {
    int each = Math.ceilDiv(plan.kills(), sites.size());
    List<CrashSite> intakes = ofRole("serve", sites);
    List<CrashSite> workers = ofRole("worker", sites);
    return new FaultPlan(
        crashes(each * intakes.size(), Fault.CRASH_INTAKE, intakes, random),
        crashes(each * workers.size(), Fault.CRASH_WORKER, workers, random),
        List.of());
  }

  private static List<CrashSite> ofRole(String role, List<CrashSite> sites) {
    return sites.stream().filter(site -> site.role().equals(role)).toList();
  }

  private static FaultPlan ofAll(Plan plan, Random random) {
    List<CrashSite> sites = List.of(CrashSite.values());
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
                crashes(
                    crashes - crashes / 2, Fault.CRASH_INTAKE, ofRole("serve", sites), random))),
        shuffled(
            random,
            List.of(
                times(workers, Fault.KILL_WORKER, random),
                crashes(crashes / 2, Fault.CRASH_WORKER, ofRole("worker", sites), random),
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

  /** Each of the sites as often as the others. */
  private static List<Blow> crashes(int times, Fault fault, List<CrashSite> among, Random random) {
    var sites = new ArrayList<>(among);
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
    record Place(int list, int index, double share) {}
    var lists = List.of(intakes, workers, database);
    List<Place> order =
        IntStream.range(0, lists.size())
            .boxed()
            .flatMap(
                list ->
                    IntStream.range(0, lists.get(list).size())
                        .mapToObj(i -> new Place(list, i, (i + 0.5) / lists.get(list).size())))
            .sorted(Comparator.comparingDouble(Place::share))
            .toList();
    long gap = duration.toNanos() / (order.size() + 1);
    List<List<Timed>> timetable = lists.stream().<List<Timed>>map(_ -> new ArrayList<>()).toList();
    for (int i = 0; i < order.size(); i++) {
      Place place = order.get(i);
      Blow blow = lists.get(place.list()).get(place.index());
      timetable.get(place.list()).add(new Timed(Duration.ofNanos((i + 1) * gap), blow));
    }
    return timetable;
  }

  /** How often each is to happen, by {@link Blow#name}. */
  Map<String, Integer> planned() {
    var planned = new TreeMap<String, Integer>();
    all().forEach(blow -> planned.merge(blow.name(), 1, Integer::sum));
    return planned;
  }
}
