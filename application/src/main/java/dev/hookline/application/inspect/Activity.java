package dev.hookline.application.inspect;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What became, until now, of the pipelines that were accepted in a span of time.
 *
 * @param since where the first minute begins
 * @param minutes one for each minute of the span, oldest first
 * @param services those that accepted something, by name, over the whole span
 */
public record Activity(Instant since, List<Tally> minutes, SortedMap<String, Tally> services) {
  public Activity {
    minutes = List.copyOf(minutes);
    services = Collections.unmodifiableSortedMap(new TreeMap<>(services));
  }

  /**
   * How many were accepted, and how they stand.
   *
   * @param accepted all of them; those neither dispatched nor failed are open
   * @param lag empty if none was dispatched yet
   */
  public record Tally(long accepted, long dispatched, long failed, Optional<Lag> lag) {
    /** Nothing at all. */
    public static final Tally NONE = new Tally(0, 0, 0, Optional.empty());

    /** Those still on their way. */
    public long open() {
      return accepted - dispatched - failed;
    }
  }

  /**
   * From the receipt to the first dispatch to all targets, by the clocks of those processes.
   *
   * @param p50 half of them took no longer
   * @param p95 all but a twentieth took no longer
   */
  public record Lag(Duration p50, Duration p95) {}
}
