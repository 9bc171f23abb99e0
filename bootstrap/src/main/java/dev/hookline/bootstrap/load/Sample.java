package dev.hookline.bootstrap.load;

/**
 * One second of a run.
 *
 * @param second when it ended, in seconds since the figures began
 * @param rate accepted per second in it
 * @param accepted since the figures began
 * @param p50 in milliseconds, as the others; 0 if nothing was answered
 */
public record Sample(
    double second, double rate, long accepted, double p50, double p99, double max) {}
