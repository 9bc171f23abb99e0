package dev.hookline.http.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.application.dispatch.DispatchMetrics.Result;
import dev.hookline.application.pause.PauseScope;
import dev.hookline.application.pipeline.StoreUnavailableException;
import dev.hookline.application.receive.WebhookMetrics.Status;
import dev.hookline.application.reconcile.ScheduledReconciliations;
import dev.hookline.application.secret.SecretEvidence;
import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.handler.SecretFingerprint;
import dev.hookline.domain.handler.Verification.Authentic;
import dev.hookline.domain.trace.TraceContext;
import dev.hookline.http.metrics.PrometheusMetrics.Exemplars;
import dev.hookline.http.testing.FakeRecords;
import dev.hookline.http.testing.FakeSecretUses;
import dev.hookline.http.testing.FakeStore;
import dev.hookline.testing.Samples;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PrometheusMetricsTest {
  private final FakeStore store = new FakeStore();
  private final FakeRecords records = new FakeRecords(store);
  private final AtomicLong nanos = new AtomicLong();
  private final PrometheusMetrics metrics =
      new PrometheusMetrics(records, store, Exemplars.NONE, nanos::get);

  @Test
  void everyNameIsTheOneThatIsPromised() {
    metrics.received(Samples.GITHUB, Status.ACCEPTED, Duration.ofMillis(20), Optional.empty());
    metrics.secretMatched(Samples.GITHUB, 2);
    metrics.connectionRefused();
    metrics.requestUnreadable();
    metrics.dispatched("log", Result.SUCCESS, Duration.ofMillis(3), Optional.empty());
    metrics.lost("log");
    metrics.lag(Duration.ofSeconds(2));

    String text = scrape();
    shows(text, "webhook_received_total{service=\"github\",status=\"accepted\"} 1.0");
    shows(
        text,
        "webhook_processing_time_seconds_bucket{service=\"github\",status=\"accepted\",le=\"0.025\"}"
            + " 1");
    shows(text, "webhook_processing_time_seconds_count{service=\"github\",status=\"accepted\"} 1");
    shows(text, "webhook_signature_secret_total{secret=\"2\",service=\"github\"} 1.0");
    shows(text, "webhook_connections_refused_total 1.0");
    shows(text, "webhook_requests_unreadable_total 1.0");
    shows(text, "outbox_dispatched_total{outcome=\"success\",target=\"log\"} 1.0");
    shows(text, "outbox_dispatched_total{outcome=\"dead\",target=\"log\"} 1.0");
    shows(text, "outbox_dispatch_seconds_count{target=\"log\"} 1");
    shows(text, "outbox_lag_seconds_bucket{le=\"2.5\"} 1");
    shows(text, "outbox_messages{state=\"pending\"} 4.0");
    shows(text, "outbox_messages{state=\"leased\"} 3.0");
    shows(text, "outbox_messages{state=\"retrying\"} 2.0");
    shows(text, "outbox_messages{state=\"dead\"} 1.0");
    shows(text, "outbox_oldest_pending_seconds 1.5");
  }

  @Test
  void theProcessShowsWhatItUses() {
    String text = scrape();
    for (String line :
        List.of(
            "process_cpu_seconds_total ",
            "process_open_fds ",
            "process_max_fds ",
            "process_resident_memory_bytes ",
            "process_start_time_seconds ",
            "jvm_memory_used_bytes{area=\"heap\"} ",
            "jvm_gc_collection_seconds_count{gc=\"",
            "jvm_threads_current ",
            "jvm_runtime_info{")) {
      assertTrue(text.contains("\n" + line), () -> line + " is not in " + text);
    }
    assertFalse(text.contains("NaN"), text);
  }

  @Test
  void eachSecretShowsWhenItLastMatched() {
    var evidence = new SecretEvidence(new FakeSecretUses());
    metrics.showSecretMatches(evidence);
    assertFalse(scrape().contains("webhook_secret_last_match_timestamp_seconds{"));
    var fingerprint = SecretFingerprint.of("s");
    evidence.matched(
        Samples.GITHUB, new Authentic(2, fingerprint), Instant.ofEpochMilli(1_700_000_000_250L));
    shows(
        scrape(),
        "webhook_secret_last_match_timestamp_seconds{fingerprint=\"%s\",service=\"github\"}"
                .formatted(fingerprint)
            + " 1.70000000025E9");
  }

  @Test
  void timesNameTracesThatAreRecordedForScrapersThatReadThem() {
    var shown = new PrometheusMetrics(records, store, Exemplars.SHOWN, nanos::get);
    var recorded = new TraceContext("a".repeat(32), "b".repeat(16), TraceContext.SAMPLED, "");
    var unrecorded = new TraceContext("c".repeat(32), "d".repeat(16), 0, "");
    shown.received(Samples.GITHUB, Status.ACCEPTED, Duration.ofMillis(20), Optional.of(recorded));
    shown.dispatched("log", Result.SUCCESS, Duration.ofMillis(3), Optional.of(unrecorded));

    List<String> prometheus = List.of("application/openmetrics-text;version=1.0.0,*/*;q=0.1");
    String type = shown.contentTypeFor(prometheus);
    String text = new String(shown.scrape(type), StandardCharsets.UTF_8);
    assertEquals("application/openmetrics-text; version=1.0.0; charset=utf-8", type);
    assertTrue(
        text.contains(
            "le=\"0.025\"} 1 # {span_id=\"" + "b".repeat(16) + "\",trace_id=\"" + "a".repeat(32)),
        text);
    shows(text, "outbox_dispatch_seconds_count{target=\"log\"} 1");
    assertFalse(text.contains("c".repeat(32)), text);
    assertTrue(text.endsWith("# EOF\n"), text);

    assertEquals(PrometheusMetrics.CONTENT_TYPE, shown.contentTypeFor(List.of("text/plain")));
    assertEquals(PrometheusMetrics.CONTENT_TYPE, metrics.contentTypeFor(prometheus));
  }

  @Test
  void gaugesAreAbsentWhileTheDatabaseIsAwayAndComeBack() {
    metrics.received(Samples.GITHUB, Status.OVERLOADED, Duration.ofMillis(1), Optional.empty());
    store.away = true;
    String text = scrape();
    assertFalse(text.contains("outbox_messages"), text);
    shows(text, "webhook_received_total{service=\"github\",status=\"overloaded\"} 1.0");

    store.away = false;
    nanos.addAndGet(Duration.ofSeconds(1).toNanos());
    shows(scrape(), "outbox_messages{state=\"pending\"} 4.0");
  }

  @Test
  void everyPauseIsAGauge() {
    assertFalse(scrape().contains("outbox_paused{"));

    store.pause(new PauseScope(Optional.of(Samples.GITHUB), Optional.empty()));
    store.pause(new PauseScope(Optional.empty(), Optional.of("ci")));
    nanos.addAndGet(Duration.ofSeconds(1).toNanos());
    String text = scrape();
    shows(text, "outbox_paused{service=\"github\",target=\"\"} 1.0");
    shows(text, "outbox_paused{service=\"\",target=\"ci\"} 1.0");
  }

  @Test
  void depthIsReadAtMostOnceASecond() {
    scrape();
    scrape();
    assertEquals(1, records.depthsRead.get());
    nanos.addAndGet(Duration.ofSeconds(1).toNanos());
    scrape();
    assertEquals(2, records.depthsRead.get());
  }

  @Test
  void missingDeliveriesAreShownWhileTheyAreKnown() {
    var schedule = new FakeSchedule();
    metrics.showMissingDeliveries(schedule, Samples.GITHUB);
    assertFalse(scrape().contains("webhook_missing_deliveries"), this::scrape);

    schedule.missing = OptionalInt.of(0);
    nanos.addAndGet(Duration.ofSeconds(1).toNanos());
    shows(scrape(), "webhook_missing_deliveries{service=\"github\"} 0.0");

    schedule.away = true;
    shows(scrape(), "webhook_missing_deliveries{service=\"github\"} 0.0");
    assertEquals(2, schedule.asked, "at most once a second");

    nanos.addAndGet(Duration.ofSeconds(1).toNanos());
    String text = scrape();
    assertFalse(text.contains("webhook_missing_deliveries"), text);
    shows(text, "outbox_messages{state=\"pending\"} 4.0");
  }

  private static final class FakeSchedule implements ScheduledReconciliations {
    private OptionalInt missing = OptionalInt.empty();
    private boolean away;
    private int asked;

    @Override
    public boolean begin(Service service, Duration interval) {
      throw new UnsupportedOperationException("a scrape takes no turn");
    }

    @Override
    public void found(Service service, OptionalInt missing) {
      throw new UnsupportedOperationException("a scrape finds nothing");
    }

    @Override
    public OptionalInt lastMissing(Service service) {
      asked++;
      if (away) {
        throw new StoreUnavailableException("away");
      }
      return missing;
    }
  }

  private String scrape() {
    return new String(metrics.scrape(PrometheusMetrics.CONTENT_TYPE), StandardCharsets.UTF_8);
  }

  private static void shows(String text, String line) {
    assertTrue(text.lines().anyMatch(line::equals), () -> line + " is not in " + text);
  }

  @Test
  void theClockIsJudgedByTheFreshestOfTheLastMinutes() {
    String name = "webhook_signature_clock_skew_seconds{service=\"github\"} ";
    assertFalse(scrape().contains(name));
    metrics.signed(Samples.GITHUB, Duration.ofMillis(300));
    // Sent again, after an hour.
    metrics.signed(Samples.GITHUB, Duration.ofHours(1));
    shows(scrape(), name + "0.3");
    metrics.signed(Samples.GITHUB, Duration.ofSeconds(-40));
    shows(scrape(), name + "-40.0");

    for (int minute = 1; minute < 5; minute++) {
      nanos.addAndGet(Duration.ofMinutes(1).toNanos());
      metrics.signed(Samples.GITHUB, Duration.ofSeconds(minute));
      shows(scrape(), name + "-40.0");
    }
    nanos.addAndGet(Duration.ofMinutes(1).toNanos());
    shows(scrape(), name + "1.0");
    nanos.addAndGet(Duration.ofMinutes(4).toNanos());
    assertFalse(scrape().contains(name), "nothing came for five minutes");
    metrics.signed(Samples.GITHUB, Duration.ofHours(-2_500_000));
    shows(scrape(), name + "-9.0E9");
  }

  @Test
  void spansAreShownByWhatBecameOfThem() {
    assertFalse(scrape().contains("hookline_trace_spans_total"));
    metrics.showSpans(() -> new SpanCounts(3, 2, 1));
    shows(scrape(), "hookline_trace_spans_total{outcome=\"exported\"} 3.0");
    shows(scrape(), "hookline_trace_spans_total{outcome=\"failed\"} 2.0");
    shows(scrape(), "hookline_trace_spans_total{outcome=\"dropped\"} 1.0");
  }
}
