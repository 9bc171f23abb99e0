package dev.hookline.benchmark.load;

/** On which side of a bound it is good. */
enum Reach {
  AT_LEAST(">=") {
    @Override
    boolean isReached(double bound, double value) {
      return value >= bound;
    }
  },
  AT_MOST("<=") {
    @Override
    boolean isReached(double bound, double value) {
      return value <= bound;
    }
  };

  private final String sign;

  Reach(String sign) {
    this.sign = sign;
  }

  abstract boolean isReached(double bound, double value);

  /** As text, such as {@code >= 1.5}. */
  String text(double bound, String unit) {
    return (sign + " " + Report.number(bound) + " " + unit).strip();
  }
}
