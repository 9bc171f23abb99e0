package dev.hookline.http.metrics;

import dev.hookline.domain.delivery.Service;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * How far the clock of this machine is from those that services sign by.
 *
 * <p>It is told by the delivery that was signed the shortest time before it came, or the furthest
 * in the future, in the last {@value #MINUTES} minutes. One that is sent again with its old time,
 * or held up, was signed longer ago than a fresh one, and none is ever signed in the future: so a
 * wrong clock alone moves the smallest, as long as anything fresh comes at all.
 */
final class ClockSkew implements MultiCollector {
  static final int MINUTES = 5;
  private static final long MINUTE = Duration.ofMinutes(1).toNanos();

  private final Map<Service, Window> windows = new ConcurrentHashMap<>();
  private final LongSupplier nanoTime;

  ClockSkew(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  void add(Service service, Duration ago) {
    windows.computeIfAbsent(service, _ -> new Window()).add(minute(), seconds(ago));
  }

  private long minute() {
    return Math.floorDiv(nanoTime.getAsLong(), MINUTE);
  }

  /** A sender may sign any year, which nanoseconds do not hold. */
  private static double seconds(Duration ago) {
    return (double) ago.toSeconds() + ago.toNanosPart() / 1e9;
  }

  @Override
  public MetricSnapshots collect() {
    var gauge =
        GaugeSnapshot.builder()
            .name("webhook_signature_clock_skew_seconds")
            .help(
                "From the time that was signed to its arrival, of the delivery with a right"
                    + " signature where it was least in the last five minutes; far from 0, a clock"
                    + " is wrong.");
    long now = minute();
    windows.forEach(
        (service, window) ->
            window
                .smallest(now)
                .ifPresent(
                    seconds ->
                        gauge.dataPoint(
                            GaugeDataPointSnapshot.builder()
                                .labels(Labels.of("service", service.name()))
                                .value(seconds)
                                .build())));
    return MetricSnapshots.of(gauge.build());
  }

  /** The smallest of each of the last minutes. */
  private static final class Window {
    private final double[] smallest = new double[MINUTES];
    private final long[] minutes = new long[MINUTES];
    private final boolean[] used = new boolean[MINUTES];

    synchronized void add(long minute, double seconds) {
      int slot = (int) Math.floorMod(minute, (long) MINUTES);
      boolean isNew = !used[slot] || minutes[slot] != minute;
      smallest[slot] = isNew ? seconds : Math.min(smallest[slot], seconds);
      minutes[slot] = minute;
      used[slot] = true;
    }

    synchronized OptionalDouble smallest(long now) {
      double found = Double.POSITIVE_INFINITY;
      for (int slot = 0; slot < MINUTES; slot++) {
        if (used[slot] && now - minutes[slot] < MINUTES) {
          found = Math.min(found, smallest[slot]);
        }
      }
      return Double.isInfinite(found) ? OptionalDouble.empty() : OptionalDouble.of(found);
    }
  }
}
