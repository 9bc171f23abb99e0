package dev.hookline.bootstrap.load;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import org.HdrHistogram.Histogram;

/**
 * What a run has measured, warm-up left out.
 *
 * @param began when the warm-up was over
 * @param accepted fresh deliveries answered with a success
 * @param seconds from the end of the warm-up to the last answer
 * @param rate accepted per second
 * @param statuses all answers by status; {@code error}: none was had
 * @param refused answered with a success that says the delivery cannot be used
 * @param bytesPerSecond of the bodies sent
 * @param cpuMicros what one request has cost this process
 * @param late sent more than 10 ms after it was planned, for want of a free connection
 * @param givenUp planned, and not sent, since no connection was free in time
 * @param unsent planned, and not sent by the end
 * @param latency of answers with a success, in microseconds
 * @param turnedAway latency of all other answers, in microseconds
 * @param samples one for each second
 */
public record Figures(
    Instant began,
    long accepted,
    double seconds,
    double rate,
    SortedMap<String, Long> statuses,
    long refused,
    double bytesPerSecond,
    double cpuMicros,
    long late,
    long givenUp,
    long unsent,
    Histogram latency,
    Histogram turnedAway,
    List<Sample> samples) {

  /** The latency that so many of a hundred stayed within, in milliseconds; 0 without any answer. */
  public double percentile(double percent) {
    return Meter.millis(latency, percent);
  }

  /** As {@link #percentile}, of the answers without success. */
  public double percentileTurnedAway(double percent) {
    return Meter.millis(turnedAway, percent);
  }

  /** How many answers with a success came within the time. */
  public long within(Duration patience) {
    return latency.getTotalCount() == 0
        ? 0
        : latency.getCountBetweenValues(0, patience.toNanos() / 1000);
  }

  /** The longest, in milliseconds. */
  public double max() {
    return latency.getMaxValue() / 1000.0;
  }
}
