package dev.hookline.bootstrap.load;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/**
 * Counts and latencies of what is in the figures. Many threads report; one takes a sample now and
 * then.
 */
final class Meter {
  private static final int MAX_STATUS = 599;
  private static final int NO_ANSWER = 0;
  private static final long MAX_MICROS = TimeUnit.HOURS.toMicros(1);
  private static final int DIGITS = 3;

  /** So much behind its plan a delivery counts as late. */
  private static final long LATE = TimeUnit.MILLISECONDS.toNanos(10);

  private final Recorder recorder = new Recorder(MAX_MICROS, DIGITS);
  private final Histogram total = new Histogram(MAX_MICROS, DIGITS);
  private final AtomicLongArray statuses = new AtomicLongArray(MAX_STATUS + 1);
  private final LongAdder accepted = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private final LongAdder bodyBytes = new LongAdder();
  private final Histogram turnedAway = new ConcurrentHistogram(MAX_MICROS, DIGITS);
  private final LongAdder others = new LongAdder();
  private final LongAdder givenUp = new LongAdder();
  private final LongAdder late = new LongAdder();
  private final LongAdder ended = new LongAdder();
  private final LongAccumulator lastAnswer = new LongAccumulator(Math::max, 0);
  private final List<Sample> samples = new ArrayList<>();
  private Histogram interval = recorder.getIntervalHistogram();
  private long acceptedBefore;
  private long othersBefore;
  private long sampledBefore;
  private long cpuAtStart = -1;
  private long cpuAtEnd;

  void sent(int bytes, long behind) {
    bodyBytes.add(bytes);
    if (behind > LATE) {
      late.increment();
    }
  }

  /**
   * @param latency since it was planned
   * @param at since the start
   */
  void answered(Kind kind, Answer answer, long latency, long at) {
    statuses.incrementAndGet(answer.status());
    ended.increment();
    lastAnswer.accumulate(at);
    if (answer.refused()) {
      refused.increment();
    } else if (answer.isSuccess()) {
      if (kind == Kind.FRESH) {
        accepted.increment();
      }
      // What is turned away fast must not flatter the rest.
      recorder.recordValue(micros(latency));
    } else {
      others.increment();
      turnedAway.recordValue(micros(latency));
    }
  }

  private static long micros(long nanos) {
    return Math.min(MAX_MICROS, TimeUnit.NANOSECONDS.toMicros(nanos));
  }

  /** For want of a free connection. */
  void gaveUp() {
    givenUp.increment();
  }

  long givenUp() {
    return givenUp.sum();
  }

  void unanswered(long at) {
    statuses.incrementAndGet(NO_ANSWER);
    others.increment();
    ended.increment();
    lastAnswer.accumulate(at);
  }

  /** The process's CPU time counts from here. */
  void begin() {
    cpuAtStart = cpuTime();
  }

  /**
   * Takes a sample of what came since the last.
   *
   * @param at nanoseconds since the figures began
   */
  Sample sample(long at) {
    drain();
    long now = accepted.sum();
    long othersNow = others.sum();
    double perSecond = 1e9 / Math.max(1, at - sampledBefore);
    var sample =
        new Sample(
            at / 1e9,
            (now - acceptedBefore) * perSecond,
            (othersNow - othersBefore) * perSecond,
            now,
            millis(interval, 50),
            millis(interval, 99),
            interval.getMaxValue() / 1000.0);
    acceptedBefore = now;
    othersBefore = othersNow;
    sampledBefore = at;
    samples.add(sample);
    return sample;
  }

  /** Counts the last answers in, which are no whole second any more. */
  void end() {
    drain();
  }

  private void drain() {
    interval = recorder.getIntervalHistogram(interval);
    total.add(interval);
    cpuAtEnd = cpuTime();
  }

  static double millis(Histogram histogram, double percentile) {
    return histogram.getTotalCount() == 0 ? 0 : histogram.getValueAtPercentile(percentile) / 1000.0;
  }

  private static long cpuTime() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
  }

  /**
   * The figures of all samples.
   *
   * @param began when the figures began
   * @param begin the same since the start
   * @param end when nothing more was sent
   * @param unsent planned, but not sent by then
   */
  Figures figures(Instant began, long begin, long end, long unsent) {
    double seconds = Math.max(0, Math.max(end, lastAnswer.get()) - begin) / 1e9;
    double perSecond = seconds > 0 ? 1 / seconds : 0;
    var byStatus = new TreeMap<String, Long>();
    for (int status = 0; status <= MAX_STATUS; status++) {
      if (statuses.get(status) > 0) {
        byStatus.put(
            status == NO_ANSWER ? "error" : Integer.toString(status), statuses.get(status));
      }
    }
    long requests = ended.sum();
    return new Figures(
        began,
        accepted.sum(),
        seconds,
        accepted.sum() * perSecond,
        unmodifiable(byStatus),
        refused.sum(),
        bodyBytes.sum() * perSecond,
        requests == 0 || cpuAtStart < 0 ? 0 : (cpuAtEnd - cpuAtStart) / 1000.0 / requests,
        late.sum(),
        givenUp.sum(),
        unsent,
        total.copy(),
        turnedAway.copy(),
        List.copyOf(samples));
  }

  private static SortedMap<String, Long> unmodifiable(SortedMap<String, Long> map) {
    return Collections.unmodifiableSortedMap(map);
  }
}
