package dev.hookline.http.metrics;

import dev.hookline.application.inspect.OutboxDepth;
import dev.hookline.application.inspect.Records;
import dev.hookline.application.pause.Pause;
import dev.hookline.application.pause.Pauses;
import dev.hookline.application.pipeline.StoreUnavailableException;
import dev.hookline.domain.delivery.Service;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/** The outbox's depth and pauses, read when they are asked for and remembered for a second. */
final class OutboxGauges implements MultiCollector {
  private static final String MESSAGES = "outbox_messages";
  private static final String OLDEST = "outbox_oldest_pending_seconds";
  private static final String PAUSED = "outbox_paused";

  /** While the database is slow, scrapes must not queue up behind it. */
  static final Duration FRESH = Duration.ofSeconds(1);

  private final Records records;
  private final Pauses pauses;
  private final Remembered<Optional<Standing>> standing;

  private record Standing(OutboxDepth depth, List<Pause> paused) {}

  OutboxGauges(Records records, Pauses pauses, LongSupplier nanoTime) {
    this.records = records;
    this.pauses = pauses;
    this.standing = new Remembered<>(this::readStanding, FRESH, 1, nanoTime);
  }

  @Override
  public MetricSnapshots collect() {
    return standing
        .get()
        .map(
            now ->
                MetricSnapshots.of(
                    messages(now.depth()), oldest(now.depth()), paused(now.paused())))
        .orElseGet(MetricSnapshots::of);
  }

  private Optional<Standing> readStanding() {
    try {
      return Optional.of(new Standing(records.outboxDepth(), pauses.list()));
    } catch (StoreUnavailableException _) {
      // Absent says it: a gauge that lies would be worse, and a failed scrape would hide the rest.
      return Optional.empty();
    }
  }

  private static GaugeSnapshot messages(OutboxDepth depth) {
    return GaugeSnapshot.builder()
        .name(MESSAGES)
        .help("Messages of the outbox, at the most a million; dead ones are pipelines given up.")
        .dataPoint(messages("pending", depth.pending()))
        .dataPoint(messages("leased", depth.leased()))
        .dataPoint(messages("retrying", depth.retrying()))
        .dataPoint(messages("dead", depth.dead()))
        .build();
  }

  private static GaugeDataPointSnapshot messages(String state, long count) {
    return GaugeDataPointSnapshot.builder()
        .labels(Labels.of("state", state))
        .value((double) count)
        .build();
  }

  private static GaugeSnapshot paused(List<Pause> pauses) {
    var gauge =
        GaugeSnapshot.builder()
            .name(PAUSED)
            .help("1 for each pause of dispatches; an empty label stands for all.");
    for (Pause pause : pauses) {
      gauge.dataPoint(
          GaugeDataPointSnapshot.builder()
              .labels(
                  Labels.of(
                      "service",
                      pause.scope().service().map(Service::name).orElse(""),
                      "target",
                      pause.scope().target().orElse("")))
              .value(1)
              .build());
    }
    return gauge.build();
  }

  private static GaugeSnapshot oldest(OutboxDepth depth) {
    return GaugeSnapshot.builder()
        .name(OLDEST)
        .help("Age of the oldest message that is pending or retrying.")
        .dataPoint(
            GaugeDataPointSnapshot.builder()
                .value(PrometheusMetrics.seconds(depth.oldestPending()))
                .build())
        .build();
  }
}
