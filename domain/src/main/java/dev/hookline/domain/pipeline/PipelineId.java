package dev.hookline.domain.pipeline;

import java.util.Optional;
import java.util.UUID;

/**
 * Names one pipeline and is its idempotency key: every dispatch of the pipeline carries it.
 *
 * @param value a UUIDv7 (RFC 9562), so that ids sort by the time they were made
 */
public record PipelineId(UUID value) {

  /** The id, or nothing if the text is no UUID in its canonical form. */
  public static Optional<PipelineId> parse(String text) {
    try {
      var uuid = UUID.fromString(text);
      return uuid.toString().equalsIgnoreCase(text)
          ? Optional.of(new PipelineId(uuid))
          : Optional.empty();
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
