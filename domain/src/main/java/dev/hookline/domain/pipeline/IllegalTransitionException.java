package dev.hookline.domain.pipeline;

/**
 * A step was asked of a pipeline whose state does not allow it: a defect of the caller. Nothing has
 * changed.
 */
public final class IllegalTransitionException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  IllegalTransitionException(PipelineId id, PipelineState state, String step) {
    super("pipeline %s is %s and cannot %s".formatted(id, state.name(), step));
  }
}
