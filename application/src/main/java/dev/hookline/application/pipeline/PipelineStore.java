package dev.hookline.application.pipeline;

import dev.hookline.domain.delivery.Delivery;
import dev.hookline.domain.pipeline.Pipeline;
import dev.hookline.domain.pipeline.PipelineId;
import java.time.Duration;
import java.util.Optional;

/**
 * Port: accepted events on record.
 *
 * <p>{@link #accept} returns once event, pipeline and outbox message are durable, all three or
 * none; concurrent calls may share a commit. A delivery already on record stores nothing, however
 * long ago it came and whichever process took it.
 */
public interface PipelineStore {

  /**
   * Puts the pipeline on record, in one transaction.
   *
   * @param budget how long the caller waits for the commit
   * @throws StoreUnavailableException if the budget is spent or the database away; whether the
   *     pipeline is on record is then unknown
   */
  Acceptance accept(NewPipeline candidate, Duration budget);

  /**
   * A pipeline with the delivery that it came from, so that the bytes can be read again.
   *
   * @throws IllegalArgumentException if its event cannot be read back from what is stored
   * @throws StoreUnavailableException if the database is away
   */
  Optional<Recorded> find(PipelineId id);

  /**
   * Writes a replayed pipeline with its event as read today, and a new outbox message at the end of
   * its repository's line, in one transaction.
   *
   * @param replayed in state RECEIVED
   * @return whether the pipeline was DISPATCHED or FAILED until now; if not, nothing is changed
   * @throws StoreUnavailableException if the database is away
   */
  boolean reopen(Pipeline replayed);

  /** What became of a delivery. */
  sealed interface Acceptance {
    record Accepted() implements Acceptance {}

    /**
     * The delivery was on record before.
     *
     * @param first the pipeline that it started then
     * @param failed whether that pipeline is a dead letter now
     */
    record Duplicate(PipelineId first, boolean failed) implements Acceptance {}
  }

  /**
   * @param delivery with the headers that were kept and the body byte for byte; the remote address
   *     is not on record and empty
   */
  record Recorded(Pipeline pipeline, Delivery delivery) {}
}
