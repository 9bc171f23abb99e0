package dev.hookline.http.metrics;

import dev.hookline.application.secret.SecretEvidence;
import dev.hookline.application.secret.SecretUse;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;

/** When each secret last matched in this process; as many series as the evidence keeps. */
final class SecretMatches implements MultiCollector {
  private final SecretEvidence evidence;

  SecretMatches(SecretEvidence evidence) {
    this.evidence = evidence;
  }

  @Override
  public MetricSnapshots collect() {
    var gauge =
        GaugeSnapshot.builder()
            .name("webhook_secret_last_match_timestamp_seconds")
            .help("When a delivery last came that was signed with the secret of this fingerprint.");
    for (SecretUse use : evidence.sinceStart()) {
      gauge.dataPoint(
          GaugeDataPointSnapshot.builder()
              .labels(
                  Labels.of(
                      "service", use.service().name(), "fingerprint", use.fingerprint().value()))
              .value(use.lastMatchedAt().toEpochMilli() / 1e3)
              .build());
    }
    return MetricSnapshots.of(gauge.build());
  }
}
