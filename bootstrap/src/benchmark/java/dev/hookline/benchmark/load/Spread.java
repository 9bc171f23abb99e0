package dev.hookline.benchmark.load;

import java.util.Collection;
import java.util.Optional;

/** What several rounds say of one number. */
record Spread(double median, double min, double max) {

  /** Of an even number of values the median is the mean of the two in the middle. */
  static Optional<Spread> of(Collection<Double> values) {
    if (values.isEmpty()) {
      return Optional.empty();
    }
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    int middle = sorted.length / 2;
    double median =
        sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    return Optional.of(new Spread(median, sorted[0], sorted[sorted.length - 1]));
  }
}
