package dev.hookline.benchmark.load;

import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalDouble;

/** What one round has measured. */
final class Round {
  private final Map<Figure, Double> figures = new EnumMap<>(Figure.class);

  void put(Figure figure, double value) {
    figures.put(figure, value);
  }

  /** Empty if it was not measured. */
  OptionalDouble get(Figure figure) {
    Double value = figures.get(figure);
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }

  Map<Figure, Double> all() {
    return Map.copyOf(figures);
  }

  /** One figure by another; empty unless both were measured. */
  OptionalDouble ratio(Figure of, Figure by) {
    return ratio(get(of), get(by));
  }

  static OptionalDouble ratio(OptionalDouble of, OptionalDouble by) {
    return of.isEmpty() || by.isEmpty() || by.getAsDouble() == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(of.getAsDouble() / by.getAsDouble());
  }

  /** The larger of two figures; empty unless both were measured. */
  OptionalDouble better(Figure one, Figure other) {
    return get(one).isEmpty() || get(other).isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of(Math.max(get(one).getAsDouble(), get(other).getAsDouble()));
  }
}
