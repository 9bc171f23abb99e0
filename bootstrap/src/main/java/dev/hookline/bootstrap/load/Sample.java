package dev.hookline.bootstrap.load;

/**
 * One second of a run.
 *
 * @param second when it ended, in seconds since the figures began
 * @param rate accepted per second in it
 * @param others per second in it that were answered otherwise, or not at all
 * @param accepted since the figures began
 * @param p50 in milliseconds, as the others; 0 if nothing was answered
 */
public record Sample(
    double second, double rate, double others, long accepted, double p50, double p99, double max) {}
