package dev.hookline.benchmark.load;

import java.util.List;
import java.util.stream.Stream;

/**
 * One second as the load writes it down.
 *
 * @param end in seconds since the figures began
 * @param accepted per second
 * @param others per second that were answered otherwise, or not at all
 * @param p99 in milliseconds
 */
record Second(double end, double accepted, double others, double p99) {
  private static final int P99 = 4;

  /** The rows of the file, without its head. */
  static List<Second> parse(List<String> lines) {
    return lines.stream().skip(1).map(Second::parse).toList();
  }

  private static Second parse(String line) {
    double[] row = Stream.of(line.split(",", -1)).mapToDouble(Double::parseDouble).toArray();
    return new Second(row[0], row[1], row[2], row[P99]);
  }
}
