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

  Figures(FaultPlan faults, Ledger ledger, Chronicle chronicle) {
    this.faults = faults;
    this.ledger = ledger;
    this.chronicle = chronicle;
  }

  /** By name, in the order in which they are to be read. */
  Map<String, String> all(int refusedSettlements) {
    var figures = new LinkedHashMap<String, String>();
    figures.put("acknowledged", Integer.toString(ledger.acknowledgedCount()));
    figures.put("without an answer", Long.toString(ledger.unansweredCount()));
    figures.put("put off (503)", Long.toString(ledger.putOffCount()));
    figures.put("forged", Integer.toString(ledger.forged().size()));
    figures.put("dispatched again", Long.toString(repeats()));
    figures.put("late settlements refused", Integer.toString(refusedSettlements));
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

  private long repeats() {
    return ledger.arrivedMarkers().stream()
        .map(ledger::arrivals)
        .mapToLong(
            arrivals -> Math.max(0, arrivals.stream().filter(Ledger.Arrival::taken).count() - 1))
        .sum();
  }

  /**
   * For each death of a worker and each event that was the first of its line then: how long it went
   * on waiting.
   */
  private void takeovers(Collection<Long> alone, Collection<Long> others) {
    List<Long> deaths = chronicle.workerDeaths();
    for (Sent sent : ledger.sent()) {
      List<Ledger.Acknowledgement> accepted = ledger.acknowledgements(sent.marker());
      List<Ledger.Arrival> arrivals = ledger.arrivals(sent.marker());
      if (accepted.isEmpty() || arrivals.isEmpty()) {
        continue;
      }
      long arrived = arrivals.getFirst().nanos();
      for (long death : deaths) {
        if (accepted.getFirst().nanos() < death
            && arrived > death
            && isFirstOfItsLine(sent, death)) {
          (chronicle.isUndisturbed(death, arrived) ? alone : others).add(arrived - death);
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
