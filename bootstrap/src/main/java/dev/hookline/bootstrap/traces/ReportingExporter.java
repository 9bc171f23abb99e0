package dev.hookline.bootstrap.traces;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.time.Duration;
import java.util.Collection;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts the spans that a collector takes, and says how many it did not: at once, and then once a
 * minute.
 */
final class ReportingExporter implements SpanExporter {
  private static final Logger LOG = LoggerFactory.getLogger(ReportingExporter.class);
  private static final long BETWEEN_REPORTS = Duration.ofMinutes(1).toNanos();

  private final SpanExporter exporter;
  private final SpanTally tally;
  private final LongSupplier nanos;
  private long lost;
  private long nextReport;

  /**
   * @param nanos a monotonic clock
   */
  ReportingExporter(SpanExporter exporter, SpanTally tally, LongSupplier nanos) {
    this.exporter = exporter;
    this.tally = tally;
    this.nanos = nanos;
    this.nextReport = nanos.getAsLong();
  }

  @Override
  public CompletableResultCode export(Collection<SpanData> spans) {
    int count = spans.size();
    tally.sent(count);
    CompletableResultCode result = exporter.export(spans);
    return result.whenComplete(
        () -> {
          tally.settled(count, result.isSuccess());
          if (!result.isSuccess()) {
            lost(count, result.getFailureThrowable());
          }
        });
  }

  private synchronized void lost(int count, @Nullable Throwable why) {
    lost += count;
    long now = nanos.getAsLong();
    if (now - nextReport >= 0) {
      LOG.atWarn()
          .addKeyValue("spans", lost)
          .addKeyValue("reason", reason(why))
          .log("spans are lost: the collector does not take them");
      lost = 0;
      nextReport = now + BETWEEN_REPORTS;
    }
  }

  /** What the library says of an answer that is an error is in its own log alone. */
  private static String reason(@Nullable Throwable why) {
    if (why == null || (why.getCause() == null && why.getMessage() == null)) {
      return "it answers with an error, which log.level trace shows";
    }
    return Objects.requireNonNullElse(why.getCause(), why).toString();
  }

  @Override
  public CompletableResultCode flush() {
    return exporter.flush();
  }

  @Override
  public CompletableResultCode shutdown() {
    return exporter.shutdown();
  }
}
