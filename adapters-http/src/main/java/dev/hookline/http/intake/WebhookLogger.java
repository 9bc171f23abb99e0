package dev.hookline.http.intake;

import dev.hookline.application.receive.Receipt;
import dev.hookline.application.receive.WebhookMetrics.Status;
import dev.hookline.application.refused.RefusedDelivery;
import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.event.StandardizedEvent;
import dev.hookline.domain.pipeline.PipelineId;
import dev.hookline.domain.trace.TraceContext;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * One line per webhook, with its facts as key-values. Nothing of a header or a body is logged; text
 * that a sender chose is escaped and cut. What strangers send is logged at most {@value
 * #STRANGERS_PER_SECOND} times a second, so that they cannot fill the disk.
 */
public final class WebhookLogger {
  static final int STRANGERS_PER_SECOND = 10;
  private static final int MAX_TEXT = 200;
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final Logger log;
  private final LongSupplier nanoTime;
  private long windowStart;
  private int inWindow;
  private long suppressed;

  public WebhookLogger() {
    this(LoggerFactory.getLogger("dev.hookline.webhook"), System::nanoTime);
  }

  WebhookLogger(Logger log, LongSupplier nanoTime) {
    this.log = log;
    this.nanoTime = nanoTime;
    this.windowStart = nanoTime.getAsLong();
  }

  /** A delivery was standardized and is on record. */
  void standardized(
      Receipt.Accepted receipt,
      Service service,
      String requestId,
      Optional<TraceContext> trace,
      Duration took) {
    var line =
        event(
            receipt.event(),
            receipt.id(),
            line(Level.INFO, service, requestId, trace, Status.ACCEPTED, took));
    if (receipt.putOff().isPositive()) {
      line = line.addKeyValue("put_off_ms", receipt.putOff().toMillis());
    }
    line.log("webhook accepted");
  }

  /** A delivery came again. */
  void standardized(
      Receipt.Duplicate receipt,
      Service service,
      String requestId,
      Optional<TraceContext> trace,
      Duration took) {
    event(
            receipt.event(),
            receipt.first(),
            line(Level.INFO, service, requestId, trace, Status.DUPLICATE, took))
        .addKeyValue("reopened", receipt.reopened())
        .log("webhook received again");
  }

  /** The provider checked the endpoint, or told about itself, and proved that it was it. */
  void handshake(Service service, String requestId, Duration took) {
    line(Level.INFO, service, requestId, Status.HANDSHAKE, took).log("webhook handshake");
  }

  /** An authentic delivery was refused and kept. */
  void refused(
      RefusedDelivery refused,
      Service service,
      String requestId,
      Optional<TraceContext> trace,
      Status status,
      Duration took) {
    var line = line(Level.WARN, service, requestId, trace, status, took);
    line = withText(line, "event_type", refused.eventType());
    line = withText(line, "event_id", refused.eventId());
    line.addKeyValue("refused_id", refused.id().toString())
        .addKeyValue("error", refused.error())
        .addKeyValue("reason", clean(refused.message()))
        .log("webhook refused and kept");
  }

  private static LoggingEventBuilder withText(
      LoggingEventBuilder line, String key, Optional<String> text) {
    return text.map(value -> line.addKeyValue(key, clean(value))).orElse(line);
  }

  /** The endpoint was checked without a signature: anybody can do that. */
  void unsignedCheck(Service service, String requestId, Duration took) {
    ofStranger(Level.INFO, service, requestId, Status.HANDSHAKE, took, "webhook handshake");
  }

  /** A request was turned away before it was known to be authentic. */
  void turnedAway(Service service, String requestId, Status status, Duration took) {
    ofStranger(Level.WARN, service, requestId, status, took, "webhook turned away");
  }

  private void ofStranger(
      Level level, Service service, String requestId, Status status, Duration took, String said) {
    long skipped = admitStranger();
    if (skipped >= 0) {
      line(level, service, requestId, status, took).addKeyValue("suppressed", skipped).log(said);
    }
  }

  /** The delivery could not be made durable now. */
  void unavailable(
      RuntimeException cause,
      Service service,
      String requestId,
      Optional<TraceContext> trace,
      Duration took) {
    line(Level.WARN, service, requestId, trace, Status.OVERLOADED, took)
        .addKeyValue("reason", clean(String.valueOf(cause.getMessage())))
        .log("webhook could not be stored in time");
  }

  /** A defect of ours. */
  void defect(
      Throwable defect,
      Service service,
      String requestId,
      Optional<TraceContext> trace,
      Duration took) {
    line(Level.ERROR, service, requestId, trace, Status.ERROR, took)
        .setCause(defect)
        .log("webhook failed");
  }

  /** A defect before the service was known. */
  void defect(Throwable defect, String requestId) {
    log.atError().setCause(defect).addKeyValue("request_id", requestId).log("request failed");
  }

  private LoggingEventBuilder line(
      Level level,
      Service service,
      String requestId,
      Optional<TraceContext> trace,
      Status status,
      Duration took) {
    LoggingEventBuilder line = line(level, service, requestId, status, took);
    return trace
        .map(
            span ->
                line.addKeyValue("trace_id", span.traceId()).addKeyValue("span_id", span.spanId()))
        .orElse(line);
  }

  private LoggingEventBuilder line(
      Level level, Service service, String requestId, Status status, Duration took) {
    return log.atLevel(level)
        .addKeyValue("service", service.name())
        .addKeyValue("request_id", requestId)
        .addKeyValue("status", status.name().toLowerCase(Locale.ROOT))
        .addKeyValue("duration_ms", took.toMillis());
  }

  private static LoggingEventBuilder event(
      StandardizedEvent event, PipelineId id, LoggingEventBuilder line) {
    return line.addKeyValue("event_type", clean(event.eventType()))
        .addKeyValue("event_id", clean(event.eventId()))
        .addKeyValue("pipeline_id", id.toString())
        .addKeyValue("repository", event.repository().fullName());
  }

  /** How many lines were left out since the last one, or -1 if this one is left out too. */
  private synchronized long admitStranger() {
    long now = nanoTime.getAsLong();
    if (now - windowStart >= SECOND) {
      windowStart = now;
      inWindow = 0;
    }
    if (inWindow >= STRANGERS_PER_SECOND) {
      suppressed++;
      return -1;
    }
    inWindow++;
    long skipped = suppressed;
    suppressed = 0;
    return skipped;
  }

  /**
   * Printable ASCII alone, the rest as escapes, so that no text can look like a line of its own.
   */
  static String clean(String text) {
    return text.length() <= MAX_TEXT && text.chars().allMatch(WebhookLogger::isPrintable)
        ? text
        : cleaned(text);
  }

  private static String cleaned(String text) {
    var clean = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      if (clean.length() >= MAX_TEXT) {
        return clean.append("...").toString();
      }
      char c = text.charAt(i);
      if (isPrintable(c)) {
        clean.append(c);
      } else {
        clean.append("\\u%04x".formatted((int) c));
      }
    }
    return clean.toString();
  }

  private static boolean isPrintable(int c) {
    return c >= ' ' && c < 0x7f;
  }
}
