package dev.hookline.application.inspect;

import dev.hookline.domain.pipeline.PipelineId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Port: what is on record, to be looked at. Each method reads in one transaction and changes
 * nothing.
 *
 * <p>Every method throws {@link dev.hookline.application.pipeline.StoreUnavailableException} if the
 * database is away.
 */
public interface Records {

  /**
   * @param after the end of the part before, as its {@link Page#next} said
   * @param limit at least 1
   */
  Page<PipelineView> pipelines(PipelineFilter filter, Optional<UUID> after, int limit);

  Optional<PipelineView.Detailed> pipeline(PipelineId id);

  /**
   * @param after the end of the part before, as its {@link Page#next} said
   * @param limit at least 1
   */
  Page<RefusedView> refused(RefusedFilter filter, Optional<UUID> after, int limit);

  OutboxDepth outboxDepth();

  /** The services that have something to do, dead or refused, by name. */
  List<Standing> standings();

  /**
   * What became of the pipelines whose ids were made in the span. Costs time in proportion to their
   * number, and none for what is older.
   *
   * @param since where the span begins
   * @param minutes how long it is, at least 1
   */
  Activity activity(Instant since, int minutes);
}
