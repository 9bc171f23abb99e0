package dev.hookline.bootstrap.load;

/**
 * When each delivery is planned, in nanoseconds from the start of a run.
 *
 * <p>With a rate the loop is open: delivery {@code i} is planned at {@code i / rate}, whatever has
 * become of those before. Its latency is counted from that instant and not from when a connection
 * was free to send it, so that a server which keeps everybody waiting cannot hide behind a client
 * that waits politely (coordinated omission).
 *
 * @param rate per second; 0: no plan, each is sent as soon as a connection is free
 * @param warmup how long from the start nothing counts
 * @param end when nothing more is sent
 */
record Schedule(double rate, long warmup, long end) {

  boolean isPaced() {
    return rate > 0;
  }

  /** Computed from the start each time, so that no rounding adds up. */
  long instantOf(long number) {
    return (long) (number * 1e9 / rate);
  }

  /** How many are planned before the instant. */
  long plannedBefore(long instant) {
    return isPaced() ? (long) Math.ceil(instant * rate / 1e9) : 0;
  }

  /** Whether what is planned then is in the figures. */
  boolean counts(long instant) {
    return instant >= warmup && instant < end;
  }
}
