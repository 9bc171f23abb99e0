package dev.hookline.http.metrics;

import dev.hookline.application.inspect.OutboxDepth;
import dev.hookline.application.inspect.Records;
import dev.hookline.application.pipeline.StoreUnavailableException;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/** The outbox's depth, read when it is asked for and remembered for a second. */
final class OutboxGauges implements MultiCollector {
  private static final String MESSAGES = "outbox_messages";
  private static final String OLDEST = "outbox_oldest_pending_seconds";
  private static final long FRESH = Duration.ofSeconds(1).toNanos();

  private final Records records;
  private final LongSupplier nanoTime;
  private Optional<OutboxDepth> depth = Optional.empty();
  private long readAt;
  private boolean read;

  OutboxGauges(Records records, LongSupplier nanoTime) {
    this.records = records;
    this.nanoTime = nanoTime;
  }

  @Override
  public MetricSnapshots collect() {
    return depth()
        .map(now -> MetricSnapshots.of(messages(now), oldest(now)))
        .orElseGet(MetricSnapshots::of);
  }

  private synchronized Optional<OutboxDepth> depth() {
    long now = nanoTime.getAsLong();
    if (!read || now - readAt >= FRESH) {
      depth = readDepth();
      // After the reading: while the database is slow, scrapes must not queue up behind it.
      readAt = nanoTime.getAsLong();
      read = true;
    }
    return depth;
  }

  private Optional<OutboxDepth> readDepth() {
    try {
      return Optional.of(records.outboxDepth());
    } catch (StoreUnavailableException _) {
      // Absent says it: a gauge that lies would be worse, and a failed scrape would hide the rest.
      return Optional.empty();
    }
  }

  private static GaugeSnapshot messages(OutboxDepth depth) {
    return GaugeSnapshot.builder()
        .name(MESSAGES)
        .help("Messages of the outbox; dead ones are pipelines given up.")
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
