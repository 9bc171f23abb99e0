package dev.hookline.http.metrics;

import dev.hookline.application.pipeline.StoreUnavailableException;
import dev.hookline.application.reconcile.ScheduledReconciliations;
import dev.hookline.domain.delivery.Service;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.OptionalInt;
import java.util.function.LongSupplier;

/**
 * What the last look into a provider's log has found, whichever worker made it: read when it is
 * asked for, and remembered for a second.
 */
final class MissingDeliveries implements MultiCollector {
  private final ScheduledReconciliations schedule;
  private final Service service;
  private final Remembered<OptionalInt> last;

  MissingDeliveries(ScheduledReconciliations schedule, Service service, LongSupplier nanoTime) {
    this.schedule = schedule;
    this.service = service;
    this.last = new Remembered<>(this::lastMissing, OutboxGauges.FRESH, 1, nanoTime);
  }

  @Override
  public MetricSnapshots collect() {
    OptionalInt missing = last.get();
    return missing.isPresent()
        ? MetricSnapshots.of(gauge(missing.getAsInt()))
        : new MetricSnapshots();
  }

  private OptionalInt lastMissing() {
    try {
      return schedule.lastMissing(service);
    } catch (StoreUnavailableException _) {
      // As with the outbox: absent says it, and the rest of the scrape is there.
      return OptionalInt.empty();
    }
  }

  private GaugeSnapshot gauge(int missing) {
    return GaugeSnapshot.builder()
        .name("webhook_missing_deliveries")
        .help("Deliveries in the provider's log that were not on record when last looked.")
        .dataPoint(
            GaugeDataPointSnapshot.builder()
                .labels(Labels.of("service", service.name()))
                .value(missing)
                .build())
        .build();
  }
}
