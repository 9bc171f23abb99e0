package dev.hookline.http.metrics;

import dev.hookline.application.dispatch.DispatchMetrics;
import dev.hookline.application.inspect.Records;
import dev.hookline.application.pause.Pauses;
import dev.hookline.application.receive.WebhookMetrics;
import dev.hookline.application.reconcile.ScheduledReconciliations;
import dev.hookline.application.secret.SecretEvidence;
import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.trace.TraceContext;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Labels;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Counts for Prometheus. The outbox gauges are read from the records when they are scraped, at most
 * once a second; while the database is away they are absent, and everything else is there.
 *
 * <p>With exemplars, times name traces that took them, for scrapers that read OpenMetrics: the text
 * format has no place for them.
 */
public final class PrometheusMetrics implements WebhookMetrics, DispatchMetrics {

  /** The content type of Prometheus' text format. */
  public static final String CONTENT_TYPE = PrometheusTextFormatWriter.CONTENT_TYPE;

  /** Whether times name traces. */
  public enum Exemplars {
    SHOWN,
    NONE
  }

  private static final ExpositionFormatWriter OPEN_METRICS = OpenMetricsTextFormatWriter.create();

  private static final double[] REQUEST_SECONDS = {
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.5, 2.5, 5, 10
  };
  private static final double[] DISPATCH_SECONDS = {
    0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30
  };
  private static final double[] LAG_SECONDS = {
    0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 3600, 21600
  };

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final ExpositionFormatWriter text = PrometheusTextFormatWriter.create();
  private final Exemplars exemplars;
  private final LongSupplier nanoTime;
  private final Counter received;
  private final Histogram processingTime;
  private final Counter secrets;
  private final ClockSkew clockSkew;
  private final Counter connectionsRefused;
  private final Counter requestsUnreadable;
  private final Counter dispatched;
  private final Gauge available;
  private final Histogram dispatchTime;
  private final Histogram lag;

  /**
   * @param records where the outbox's depth is read
   * @param pauses where it is read what is paused
   */
  public PrometheusMetrics(Records records, Pauses pauses) {
    this(records, pauses, Exemplars.NONE);
  }

  /**
   * @param records where the outbox's depth is read
   * @param pauses where it is read what is paused
   */
  public PrometheusMetrics(Records records, Pauses pauses, Exemplars exemplars) {
    this(records, pauses, exemplars, System::nanoTime);
  }

  PrometheusMetrics(Records records, Pauses pauses, Exemplars exemplars, LongSupplier nanoTime) {
    this.exemplars = exemplars;
    this.nanoTime = nanoTime;
    received =
        counter(
            "webhook_received_total",
            "Requests of a known service, by how they ended.",
            "service",
            "status");
    processingTime =
        histogram(
            "webhook_processing_time_seconds",
            "From the request's first step to its answer.",
            REQUEST_SECONDS,
            "service",
            "status");
    secrets =
        counter(
            "webhook_signature_secret_total",
            "Signatures that held, by the position of the secret they were made with.",
            "service",
            "secret");
    connectionsRefused =
        counter(
            "webhook_connections_refused_total",
            "Connections closed at once, because their peer had enough of them.");
    requestsUnreadable =
        counter(
            "webhook_requests_unreadable_total",
            "Requests that were no HTTP, or broke off before their headers were whole.");
    dispatched =
        counter(
            "outbox_dispatched_total",
            "Attempts at a target, by how they ended for the message.",
            "target",
            "outcome");
    available =
        Gauge.builder()
            .name("outbox_target_available")
            .help("1 while the target takes commands, 0 while it is away and its circuit open.")
            .labelNames("target")
            .register(registry);
    dispatchTime =
        histogram(
            "outbox_dispatch_seconds", "One attempt at a target.", DISPATCH_SECONDS, "target");
    lag =
        histogram(
            "outbox_lag_seconds",
            "From acceptance to the first successful dispatch; replays do not count.",
            LAG_SECONDS);
    clockSkew = new ClockSkew(nanoTime);
    registry.register(clockSkew);
    registry.register(new OutboxGauges(records, pauses, nanoTime));
    registry.register(new ProcessStatistics());
  }

  /**
   * From now on shows how many of the service's deliveries were missing when the schedule last
   * looked; absent while that is not known.
   */
  public void showMissingDeliveries(ScheduledReconciliations schedule, Service service) {
    registry.register(new MissingDeliveries(schedule, service, nanoTime));
  }

  /** From now on shows when each secret last matched. */
  public void showSecretMatches(SecretEvidence evidence) {
    registry.register(new SecretMatches(evidence));
  }

  /** From now on shows what becomes of the spans of traces. */
  public void showSpans(Supplier<SpanCounts> spans) {
    CounterWithCallback.builder()
        .name("hookline_trace_spans_total")
        .help("Spans by what became of them: taken by the collector, not taken, or never sent.")
        .labelNames("outcome")
        .callback(
            shown -> {
              SpanCounts counts = spans.get();
              shown.call((double) counts.exported(), "exported");
              shown.call((double) counts.failed(), "failed");
              shown.call((double) counts.dropped(), "dropped");
            })
        .register(registry);
  }

  private Histogram histogram(String name, String help, double[] bounds, String... labels) {
    var histogram =
        Histogram.builder()
            .name(name)
            .help(help)
            .classicOnly()
            .classicUpperBounds(bounds)
            .labelNames(labels);
    // Else the library asks OpenTelemetry, which it finds in the jar, at each observation.
    return switch (exemplars) {
      case SHOWN -> histogram.register(registry);
      case NONE -> {
        histogram.withoutExemplars();
        yield histogram.register(registry);
      }
    };
  }

  private Counter counter(String name, String help, String... labels) {
    var counter = Counter.builder().name(name).help(help).labelNames(labels);
    counter.withoutExemplars();
    return counter.register(registry);
  }

  private static void observe(
      DistributionDataPoint times, Duration took, Optional<TraceContext> trace) {
    trace
        .filter(TraceContext::isSampled)
        .ifPresentOrElse(
            span ->
                times.observeWithExemplar(
                    seconds(took), Labels.of("trace_id", span.traceId(), "span_id", span.spanId())),
            () -> times.observe(seconds(took)));
  }

  @Override
  public void received(
      Service service, Status status, Duration took, Optional<TraceContext> trace) {
    String label = label(status);
    received.labelValues(service.name(), label).inc();
    observe(processingTime.labelValues(service.name(), label), took, trace);
  }

  @Override
  public void secretMatched(Service service, int position) {
    secrets.labelValues(service.name(), Integer.toString(position)).inc();
  }

  @Override
  public void signed(Service service, Duration ago) {
    clockSkew.add(service, ago);
  }

  @Override
  public void connectionRefused() {
    connectionsRefused.inc();
  }

  @Override
  public void requestUnreadable() {
    requestsUnreadable.inc();
  }

  @Override
  public void dispatched(
      String target, Result result, Duration took, Optional<TraceContext> trace) {
    dispatched.labelValues(target, label(result)).inc();
    observe(dispatchTime.labelValues(target), took, trace);
  }

  @Override
  public void lost(String target) {
    dispatched.labelValues(target, label(Result.DEAD)).inc();
  }

  @Override
  public void available(String target, boolean isAvailable) {
    available.labelValues(target).set(isAvailable ? 1 : 0);
  }

  @Override
  public void lag(Duration sinceAccepted) {
    lag.observe(seconds(sinceAccepted));
  }

  /**
   * The content type for a scraper: OpenMetrics where that has something to add and is accepted.
   *
   * @param accepted the values of its {@code Accept}
   */
  public String contentTypeFor(List<String> accepted) {
    return exemplars == Exemplars.SHOWN && accepted.stream().anyMatch(OPEN_METRICS::accepts)
        ? OPEN_METRICS.getContentType()
        : CONTENT_TYPE;
  }

  /**
   * Everything as of now.
   *
   * @param contentType as {@link #contentTypeFor} has it
   */
  public byte[] scrape(String contentType) {
    var writer = contentType.equals(CONTENT_TYPE) ? text : OPEN_METRICS;
    var out = new ByteArrayOutputStream(8 * 1024);
    try {
      writer.write(out, registry.scrape());
    } catch (IOException e) {
      throw new UncheckedIOException("memory does not fail to be written", e);
    }
    return out.toByteArray();
  }

  private static String label(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }
}
