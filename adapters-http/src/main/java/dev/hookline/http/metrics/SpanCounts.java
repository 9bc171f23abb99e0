package dev.hookline.http.metrics;

/**
 * What became of the spans of this process since its start.
 *
 * @param exported taken by the collector
 * @param failed sent, and not taken by it
 * @param dropped never sent, since too many were waiting already
 */
public record SpanCounts(long exported, long failed, long dropped) {}
