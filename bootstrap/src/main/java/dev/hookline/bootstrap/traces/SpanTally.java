package dev.hookline.bootstrap.traces;

import dev.hookline.http.metrics.SpanCounts;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** Keeps count of the spans that wait for the exporter, and of what became of the others. */
final class SpanTally {
  private final AtomicInteger waiting = new AtomicInteger();
  private final LongAdder exported = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder dropped = new LongAdder();

  /** Takes a place in the queue for one more, if there is one; else it counts as dropped. */
  boolean queue(int places) {
    if (waiting.incrementAndGet() <= places) {
      return true;
    }
    waiting.decrementAndGet();
    dropped.increment();
    return false;
  }

  /** So many have left the queue. */
  void sent(int spans) {
    waiting.addAndGet(-spans);
  }

  void settled(int spans, boolean taken) {
    (taken ? exported : failed).add(spans);
  }

  SpanCounts counts() {
    return new SpanCounts(exported.sum(), failed.sum(), dropped.sum());
  }
}
