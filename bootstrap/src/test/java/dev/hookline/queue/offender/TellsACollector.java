package dev.hookline.queue.offender;

import io.opentelemetry.api.trace.Span;

/** Knows a tracing library. */
public final class TellsACollector {
  public Class<?> span() {
    return Span.class;
  }
}
