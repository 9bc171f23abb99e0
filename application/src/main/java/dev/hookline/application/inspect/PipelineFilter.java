package dev.hookline.application.inspect;

import dev.hookline.domain.pipeline.PipelineState;
import java.time.Instant;
import java.util.Optional;

/**
 * Which pipelines are meant; what is empty does not narrow.
 *
 * @param repository {@code owner/name}, compared exactly
 * @param since received at this instant or later
 * @param until received before this instant
 */
public record PipelineFilter(
    Optional<PipelineState.Name> state,
    Optional<String> service,
    Optional<String> eventType,
    Optional<String> repository,
    Optional<Instant> since,
    Optional<Instant> until) {

  /** Every pipeline. */
  public static final PipelineFilter ALL =
      new PipelineFilter(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());
}
