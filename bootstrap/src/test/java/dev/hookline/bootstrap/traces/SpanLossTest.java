package dev.hookline.bootstrap.traces;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.application.receive.WebhookMetrics.Status;
import dev.hookline.bootstrap.config.Traces;
import dev.hookline.http.metrics.SpanCounts;
import dev.hookline.testing.Samples;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** Each recorded span is taken, not taken, or dropped, and counts as that; once. */
class SpanLossTest {
  private static final int SPANS = 500;
  private static final int PLACES = 64;
  private static final int BATCH = 16;

  private static OpenTelemetryTracing tracing(String endpoint, String... more) {
    var variables =
        new HashMap<>(
            Map.of(
                "OTEL_EXPORTER_OTLP_ENDPOINT",
                endpoint,
                "OTEL_BSP_MAX_QUEUE_SIZE",
                Integer.toString(PLACES),
                "OTEL_BSP_MAX_EXPORT_BATCH_SIZE",
                Integer.toString(BATCH),
                "OTEL_BSP_SCHEDULE_DELAY",
                "10"));
    for (int i = 0; i < more.length; i += 2) {
      variables.put(more[i], more[i + 1]);
    }
    return OpenTelemetryTracing.start(new Traces(variables), Map.of());
  }

  private static void record(OpenTelemetryTracing tracing) {
    tracing.begin(Samples.GITHUB, Optional.empty(), false).end(Status.ACCEPTED, 202);
  }

  private static SpanCounts await(OpenTelemetryTracing tracing, Predicate<SpanCounts> wanted)
      throws InterruptedException {
    long deadline = System.nanoTime() + 60_000_000_000L;
    while (true) {
      SpanCounts counts = tracing.spans();
      if (wanted.test(counts)) {
        return counts;
      }
      assertTrue(System.nanoTime() < deadline, () -> "still " + counts);
      Thread.sleep(5);
    }
  }

  private static long sum(SpanCounts counts) {
    return counts.exported() + counts.failed() + counts.dropped();
  }

  @Test
  void whatTheCollectorTakesIsExported() throws Exception {
    try (var collector = Collector.start();
        var tracing = tracing(collector.endpoint())) {
      for (int i = 1; i <= SPANS; i++) {
        record(tracing);
        int recorded = i;
        await(tracing, counts -> recorded - sum(counts) < PLACES);
      }
      assertEquals(new SpanCounts(SPANS, 0, 0), await(tracing, counts -> sum(counts) == SPANS));
      assertEquals(SPANS, collector.told().size());
    }
  }

  @Test
  void whatHasNoPlaceIsDropped() throws Exception {
    try (var collector = Collector.start();
        var tracing =
            tracing(
                collector.endpoint(),
                "OTEL_EXPORTER_OTLP_TIMEOUT",
                "300",
                "OTEL_JAVA_EXPORTER_OTLP_RETRY_DISABLED",
                "true")) {
      collector.hang();
      for (int i = 0; i < SPANS; i++) {
        record(tracing);
      }
      SpanCounts counts = await(tracing, c -> sum(c) == SPANS);
      assertEquals(0, counts.exported());
      assertTrue(counts.failed() >= PLACES, counts::toString);
      assertTrue(counts.dropped() > 0, counts::toString);
    }
  }

  @Test
  void whatFindsNoCollectorFailed() throws Exception {
    int nobody;
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobody = socket.getLocalPort();
    }
    try (var tracing =
        tracing("http://127.0.0.1:" + nobody, "OTEL_JAVA_EXPORTER_OTLP_RETRY_DISABLED", "true")) {
      for (int i = 0; i < PLACES; i++) {
        record(tracing);
      }
      assertEquals(new SpanCounts(0, PLACES, 0), await(tracing, counts -> sum(counts) == PLACES));
    }
  }

  @Test
  void whatIsNotSampledTakesNoPlace() throws IOException {
    try (var collector = Collector.start();
        var tracing =
            tracing(collector.endpoint(), "OTEL_TRACES_SAMPLER", "parentbased_always_off")) {
      for (int i = 0; i < SPANS; i++) {
        record(tracing);
      }
      assertEquals(new SpanCounts(0, 0, 0), tracing.spans());
    }
  }
}
