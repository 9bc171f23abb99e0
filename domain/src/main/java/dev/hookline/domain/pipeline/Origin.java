package dev.hookline.domain.pipeline;

import dev.hookline.domain.trace.TraceContext;
import java.util.Optional;

/**
 * What began a pipeline, for those who follow it through logs and traces. Nothing is decided by it.
 *
 * @param requestId the id that the first delivery was answered with and is logged under; empty if
 *     no request began the pipeline
 * @param trace what its receipt was caused by, so that every attempt, of a replay too, is in one
 *     trace
 */
public record Origin(Optional<String> requestId, Optional<TraceContext> trace) {
  /** Of what no request began, in no trace. */
  public static final Origin UNKNOWN = new Origin(Optional.empty(), Optional.empty());
}
