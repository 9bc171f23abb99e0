package dev.hookline.bootstrap.traces;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import java.util.List;

/**
 * Samples as configured, but where the parent is a stranger's as if there were none: its ids are
 * taken, so that there is one trace, and whether it is recorded it has no say in. Nobody is to fill
 * the collector, or to hide, by a flag that he sets.
 */
final class OwnDecision implements Sampler {
  private static final ContextKey<Boolean> STRANGER = ContextKey.named("hookline.stranger");

  private final Sampler configured;

  OwnDecision(Sampler configured) {
    this.configured = configured;
  }

  /** The same parent, which has no say. */
  static Context insteadOfParents(Context parent) {
    return parent.with(STRANGER, true);
  }

  @Override
  public SamplingResult shouldSample(
      Context parent,
      String traceId,
      String name,
      SpanKind kind,
      Attributes attributes,
      List<LinkData> links) {
    Context heard = parent.get(STRANGER) == null ? parent : Context.root();
    return configured.shouldSample(heard, traceId, name, kind, attributes, links);
  }

  @Override
  public String getDescription() {
    return "OwnDecision{" + configured.getDescription() + "}";
  }
}
