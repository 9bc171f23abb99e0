package dev.hookline.bootstrap.traces;

import dev.hookline.application.dispatch.DispatchTracing;
import dev.hookline.application.dispatch.Reply;
import dev.hookline.application.dispatch.Reply.Broken;
import dev.hookline.application.dispatch.Reply.Exited;
import dev.hookline.application.dispatch.Reply.HttpAnswer;
import dev.hookline.application.dispatch.Reply.Recorded;
import dev.hookline.application.receive.WebhookMetrics;
import dev.hookline.application.receive.WebhookTracing;
import dev.hookline.bootstrap.config.InvalidSettingsException;
import dev.hookline.bootstrap.config.Target;
import dev.hookline.bootstrap.config.Traces;
import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.event.StandardizedEvent;
import dev.hookline.domain.pipeline.Pipeline;
import dev.hookline.domain.pipeline.PipelineId;
import dev.hookline.domain.pipeline.PipelineState;
import dev.hookline.domain.pipeline.PipelineState.Attempting;
import dev.hookline.domain.pipeline.PipelineState.Dispatched;
import dev.hookline.domain.pipeline.PipelineState.Failed;
import dev.hookline.domain.pipeline.PipelineState.Received;
import dev.hookline.domain.pipeline.PipelineState.Retrying;
import dev.hookline.domain.trace.TraceContext;
import dev.hookline.http.metrics.SpanCounts;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigurationException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Traces by the OpenTelemetry SDK: one span for each authentic request and for each attempt,
 * exported in the background by OTLP over HTTP. What a collector that is slow or away does not take
 * is lost, from a bounded queue, and nobody waits for it.
 */
public final class OpenTelemetryTracing implements WebhookTracing, DispatchTracing, AutoCloseable {
  private static final Duration LAST_FLUSH = Duration.ofSeconds(2);
  private static final int MAX_ERROR = 200;

  private static final AttributeKey<String> SERVICE = AttributeKey.stringKey("hookline.service");
  private static final AttributeKey<String> PIPELINE =
      AttributeKey.stringKey("hookline.pipeline_id");
  private static final AttributeKey<String> OUTCOME = AttributeKey.stringKey("hookline.outcome");
  private static final AttributeKey<Boolean> DUPLICATE =
      AttributeKey.booleanKey("hookline.duplicate");
  private static final AttributeKey<String> TARGET = AttributeKey.stringKey("hookline.target");
  private static final AttributeKey<Long> ATTEMPT = AttributeKey.longKey("hookline.attempt");
  private static final AttributeKey<String> METHOD = AttributeKey.stringKey("http.request.method");
  private static final AttributeKey<String> ROUTE = AttributeKey.stringKey("http.route");
  private static final AttributeKey<Long> HTTP_STATUS =
      AttributeKey.longKey("http.response.status_code");
  private static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");

  private static final AttributeKey<Long> EXIT_CODE = AttributeKey.longKey("process.exit.code");
  private static final AttributeKey<String> PARTITION =
      AttributeKey.stringKey("messaging.destination.partition.id");
  private static final AttributeKey<Long> OFFSET = AttributeKey.longKey("messaging.kafka.offset");

  private static final String QUEUE_SIZE = "otel.bsp.max.queue.size";
  private static final int DEFAULT_QUEUE_SIZE = 2048;

  private static final String WEBHOOKS = "/webhooks/{service}";
  private static final int CLIENT_ERROR = 400;
  private static final int SERVER_ERROR = 500;

  private final OpenTelemetrySdk sdk;
  private final Tracer tracer;
  private final Map<String, TargetAttributes> targets;
  private final SpanTally tally;

  private OpenTelemetryTracing(OpenTelemetrySdk sdk, Map<String, Target> targets, SpanTally tally) {
    this.sdk = sdk;
    this.tally = tally;
    this.tracer = sdk.getTracer("dev.hookline");
    this.targets = new HashMap<>();
    targets.forEach((name, target) -> this.targets.put(name, TargetAttributes.of(target)));
  }

  /**
   * Starts to export; whether the collector is there shows with the first spans.
   *
   * @param targets of this process, by their names
   * @throws InvalidSettingsException if a variable has a value that the standard does not know
   */
  public static OpenTelemetryTracing start(Traces traces, Map<String, Target> targets) {
    Map<String, String> properties = properties(traces);
    var tally = new SpanTally();
    try {
      var sdk =
          AutoConfiguredOpenTelemetrySdk.builder()
              .disableShutdownHook()
              .addPropertiesCustomizer(_ -> properties)
              .addResourceCustomizer((found, _) -> ProcessResource.complete(found))
              .addSamplerCustomizer((sampler, _) -> new OwnDecision(sampler))
              .addSpanExporterCustomizer(
                  (exporter, _) -> new ReportingExporter(exporter, tally, System::nanoTime))
              .addSpanProcessorCustomizer(
                  (queue, config) ->
                      new CountingQueue(
                          queue, tally, config.getInt(QUEUE_SIZE, DEFAULT_QUEUE_SIZE)))
              .build()
              .getOpenTelemetrySdk();
      return new OpenTelemetryTracing(sdk, targets, tally);
    } catch (ConfigurationException e) {
      throw new InvalidSettingsException(List.of("traces (OTEL_…): " + e.getMessage()));
    }
  }

  /** Of the three signals traces alone; the rest as the variables say. */
  private static Map<String, String> properties(Traces traces) {
    var properties = new HashMap<String, String>();
    properties.put("otel.exporter.otlp.protocol", "http/protobuf");
    traces
        .variables()
        .forEach(
            (name, value) ->
                properties.put(name.toLowerCase(Locale.ROOT).replace('_', '.'), value));
    properties.put("otel.traces.exporter", "otlp");
    properties.put("otel.metrics.exporter", "none");
    properties.put("otel.logs.exporter", "none");
    return properties;
  }

  @Override
  public WebhookTracing.Step begin(
      Service service, Optional<TraceContext> sender, boolean trusted) {
    Context parent = sender.map(OpenTelemetryTracing::parent).orElseGet(Context::root);
    Span span =
        tracer
            .spanBuilder("POST " + WEBHOOKS)
            .setParent(trusted ? parent : OwnDecision.insteadOfParents(parent))
            .setSpanKind(SpanKind.SERVER)
            .setAttribute(METHOD, "POST")
            .setAttribute(ROUTE, WEBHOOKS)
            .setAttribute(SERVICE, service.name())
            .startSpan();
    return new Webhook(span, contextOf(span, sender));
  }

  @Override
  public DispatchTracing.Step begin(String target, Pipeline begun) {
    StandardizedEvent event = begun.event();
    Optional<TraceContext> cause = begun.origin().trace();
    TargetAttributes kind = targets.getOrDefault(target, TargetAttributes.UNKNOWN);
    Span span =
        tracer
            .spanBuilder("dispatch " + target)
            .setParent(cause.map(OpenTelemetryTracing::parent).orElseGet(Context::root))
            .setSpanKind(kind.kind())
            .setAllAttributes(kind.attributes())
            .setAttribute(TARGET, target)
            .setAttribute(SERVICE, event.service().name())
            .setAttribute(PIPELINE, begun.id().toString())
            .setAttribute(ATTEMPT, (long) begun.state().attempts())
            .startSpan();
    return new Dispatch(span, contextOf(span, cause));
  }

  private static Context parent(TraceContext trace) {
    return Context.root().with(Span.wrap(RemoteContext.of(trace)));
  }

  /** The span's own place; what other tracing systems have added goes on with it. */
  private static TraceContext contextOf(Span span, Optional<TraceContext> cause) {
    SpanContext own = span.getSpanContext();
    return new TraceContext(
        own.getTraceId(),
        own.getSpanId(),
        own.getTraceFlags().asByte() & (TraceContext.SAMPLED | TraceContext.RANDOM),
        cause.map(TraceContext::state).orElse(""));
  }

  /** What became of the spans so far. */
  public SpanCounts spans() {
    return tally.counts();
  }

  /** Exports what is left, as far as the collector takes it in a short time. */
  @Override
  public void close() {
    sdk.getSdkTracerProvider().shutdown().join(LAST_FLUSH.toMillis(), TimeUnit.MILLISECONDS);
  }

  private record Webhook(Span span, TraceContext place) implements WebhookTracing.Step {
    @Override
    public Optional<TraceContext> context() {
      return Optional.of(place);
    }

    @Override
    public void onRecord(PipelineId id, boolean duplicate) {
      span.setAttribute(PIPELINE, id.toString()).setAttribute(DUPLICATE, duplicate);
    }

    @Override
    public void end(WebhookMetrics.Status status, int httpStatus) {
      span.setAttribute(OUTCOME, status.name().toLowerCase(Locale.ROOT))
          .setAttribute(HTTP_STATUS, (long) httpStatus);
      // Of a server's span: what the client did wrong is no error.
      if (httpStatus >= SERVER_ERROR) {
        span.setAttribute(ERROR_TYPE, Integer.toString(httpStatus)).setStatus(StatusCode.ERROR);
      }
      span.end();
    }
  }

  private record Dispatch(Span span, TraceContext place) implements DispatchTracing.Step {
    @Override
    public Optional<TraceContext> context() {
      return Optional.of(place);
    }

    @Override
    public void replied(Reply reply) {
      switch (reply) {
        case HttpAnswer(int status) -> {
          span.setAttribute(HTTP_STATUS, (long) status);
          // Of a client's span: whatever was not taken is an error.
          if (status >= CLIENT_ERROR) {
            span.setAttribute(ERROR_TYPE, Integer.toString(status));
          }
        }
        case Recorded(int partition, long offset) ->
            span.setAttribute(PARTITION, Integer.toString(partition)).setAttribute(OFFSET, offset);
        case Exited(int code) -> {
          span.setAttribute(EXIT_CODE, (long) code);
          if (code != 0) {
            span.setAttribute(ERROR_TYPE, Integer.toString(code));
          }
        }
        case Broken(String kind) -> span.setAttribute(ERROR_TYPE, kind);
      }
    }

    @Override
    public void end(PipelineState settled) {
      switch (settled) {
        case Dispatched _ -> span.setAttribute(OUTCOME, "success");
        case Retrying retrying -> failed("retry", PipelineState.inShort(retrying.error()));
        case Failed failed -> failed("dead", PipelineState.inShort(failed.error()));
        case Received _, Attempting _ -> throw new IllegalStateException("not settled: " + settled);
      }
      span.end();
    }

    private void failed(String outcome, String error) {
      span.setAttribute(OUTCOME, outcome)
          .setStatus(StatusCode.ERROR, error.substring(0, Math.min(error.length(), MAX_ERROR)));
    }
  }
}
