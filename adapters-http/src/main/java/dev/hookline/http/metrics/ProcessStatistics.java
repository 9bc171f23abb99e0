package dev.hookline.http.metrics;

import io.prometheus.metrics.instrumentation.jvm.JvmGarbageCollectorMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmMemoryMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmRuntimeInfoMetric;
import io.prometheus.metrics.instrumentation.jvm.JvmThreadsMetrics;
import io.prometheus.metrics.instrumentation.jvm.ProcessMetrics;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import org.jspecify.annotations.Nullable;

/**
 * Memory, collections, threads, descriptors and processor time of this process, by the names that
 * are customary for it. Nothing of it is loaded before the first scrape, so that a start does not
 * wait for it.
 */
final class ProcessStatistics implements MultiCollector {
  private @Nullable PrometheusRegistry registry;

  @Override
  public MetricSnapshots collect() {
    return registry().scrape();
  }

  private synchronized PrometheusRegistry registry() {
    PrometheusRegistry known = registry;
    if (known == null) {
      known = new PrometheusRegistry();
      ProcessMetrics.builder().register(known);
      JvmMemoryMetrics.builder().register(known);
      JvmGarbageCollectorMetrics.builder().register(known);
      JvmThreadsMetrics.builder().register(known);
      JvmRuntimeInfoMetric.builder().register(known);
      registry = known;
    }
    return known;
  }
}
