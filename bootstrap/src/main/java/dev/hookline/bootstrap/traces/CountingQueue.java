package dev.hookline.bootstrap.traces;

import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;

/**
 * The library's queue of spans, behind a door that counts: what it would drop for want of a place
 * is dropped here, where it can be told.
 */
final class CountingQueue implements SpanProcessor {
  private final SpanProcessor queue;
  private final SpanTally tally;
  private final int places;

  /**
   * @param places as many as the queue has
   */
  CountingQueue(SpanProcessor queue, SpanTally tally, int places) {
    this.queue = queue;
    this.tally = tally;
    this.places = places;
  }

  @Override
  public void onStart(Context parent, ReadWriteSpan span) {
    queue.onStart(parent, span);
  }

  @Override
  public boolean isStartRequired() {
    return queue.isStartRequired();
  }

  @Override
  public void onEnd(ReadableSpan span) {
    // Others never enter the queue.
    if (span.getSpanContext().isSampled() && tally.queue(places)) {
      queue.onEnd(span);
    }
  }

  @Override
  public boolean isEndRequired() {
    return true;
  }

  @Override
  public CompletableResultCode shutdown() {
    return queue.shutdown();
  }

  @Override
  public CompletableResultCode forceFlush() {
    return queue.forceFlush();
  }
}
