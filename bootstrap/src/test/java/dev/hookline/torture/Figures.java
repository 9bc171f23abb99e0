package dev.hookline.torture;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** What a run is summed up by. */
final class Figures {
  private final FaultPlan faults;
  private final Ledger ledger;
  private final Chronicle chronicle;
  private final Lanes lanes;

  Figures(Evidence evidence) {
    this.faults = evidence.faults();
    this.ledger = evidence.ledger();
    this.chronicle = evidence.chronicle();
    this.lanes = evidence.lanes();
  }

  /** By name, in the order in which they are to be read. */
  Map<String, String> all(int lateSettlements) {
    var figures = new LinkedHashMap<String, String>();
    figures.put("acknowledged", Integer.toString(ledger.acknowledgedCount()));
    figures.put("without an answer", Long.toString(ledger.unansweredCount()));
    figures.put("put off (503)", Long.toString(ledger.putOffCount()));
    figures.put("sent once, without success", Integer.toString(ledger.abandoned().size()));
    figures.put("forged", Integer.toString(ledger.forged().size()));
    figures.put("dispatched again, after", spread(repeats()));
    figures.put("settlements that came too late", Integer.toString(lateSettlements));
    figures.put("killed", Integer.toString(chronicle.kills()));
    Map<String, Integer> happened = chronicle.happened();
    faults
        .planned()
        .forEach(
            (name, planned) ->
                figures.put(
                    "  " + name, "%d of %d".formatted(happened.getOrDefault(name, 0), planned)));
    figures.put("restarted intake accepts after", spread(chronicle.restarts()));
    var alone = new ArrayList<Long>();
    var others = new ArrayList<Long>();
    takeovers(alone, others);
    figures.put("takeover from a killed worker", spread(alone));
    figures.put("  with other faults at that time", spread(others));
    return figures;
  }

  /** For each event that a target has taken again: how long after the time before. */
  private List<Long> repeats() {
    var gaps = new ArrayList<Long>();
    for (String marker : ledger.arrivedMarkers()) {
      List<Ledger.Arrival> taken =
          ledger.arrivals(marker).stream().filter(Ledger.Arrival::taken).toList();
      for (int i = 1; i < taken.size(); i++) {
        gaps.add(taken.get(i).nanos() - taken.get(i - 1).nanos());
      }
    }
    return gaps;
  }

  /**
   * For each death of a worker and each event that was the first of its line then, in a lane of the
   * dead one: how long it went on waiting.
   */
  private void takeovers(Collection<Long> alone, Collection<Long> others) {
    List<Chronicle.Death> deaths = chronicle.deaths();
    for (Sent sent : ledger.sent()) {
      List<Ledger.Acknowledgement> accepted = ledger.acknowledgements(sent.marker());
      List<Ledger.Arrival> arrivals = ledger.arrivals(sent.marker());
      if (accepted.isEmpty() || arrivals.isEmpty()) {
        continue;
      }
      long arrived = arrivals.getFirst().nanos();
      int lane = lanes.ofRepositories().getOrDefault(sent.repository(), -1);
      for (Chronicle.Death death : deaths) {
        long at = death.nanos();
        if (accepted.getFirst().nanos() < at
            && arrived > at
            && death.lanes().contains(lane)
            && isFirstOfItsLine(sent, at)) {
          (chronicle.isUndisturbed(at, arrived) ? alone : others).add(arrived - at);
        }
      }
    }
  }

  private boolean isFirstOfItsLine(Sent sent, long at) {
    return sent.sequence() == 0
        || ledger.arrivals(sent.before()).stream().anyMatch(arrival -> arrival.nanos() < at);
  }

  private static String spread(List<Long> nanos) {
    if (nanos.isEmpty()) {
      return "not seen";
    }
    List<Long> sorted = nanos.stream().sorted().toList();
    return "p50 %s ms, p99 %s ms, max %s ms, of %d"
        .formatted(
            millis(sorted.get(sorted.size() / 2)),
            millis(sorted.get(Math.min(sorted.size() - 1, sorted.size() * 99 / 100))),
            millis(sorted.getLast()),
            sorted.size());
  }

  private static long millis(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(nanos);
  }
}
