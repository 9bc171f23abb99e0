package dev.hookline.application.replay;

import dev.hookline.application.inspect.PipelineFilter;
import dev.hookline.application.inspect.Records;
import dev.hookline.application.replay.ReplayPipeline.Replay;
import dev.hookline.domain.pipeline.PipelineId;
import java.util.function.BiConsumer;

/**
 * Use case: replay every pipeline that a filter means, one transaction each. Pipelines still open
 * are left alone.
 */
public final class ReplayPipelines {
  private final Records records;
  private final ReplayPipeline replay;

  public ReplayPipelines(Records records, ReplayPipeline replay) {
    this.records = records;
    this.replay = replay;
  }

  /** The same without a word about each. */
  public int replay(PipelineFilter filter, int limit) {
    return replay(filter, limit, (_, _) -> {});
  }

  /**
   * Replays until the listing ends; a pipeline that is received meanwhile is not in it, since
   * listings run from newest to oldest.
   *
   * @param limit the most pipelines to replay
   * @param told what came of each pipeline, right after it
   * @return how many were opened again
   * @throws dev.hookline.application.pipeline.StoreUnavailableException if the database is away;
   *     what was replayed until then stays replayed
   */
  public int replay(PipelineFilter filter, int limit, BiConsumer<PipelineId, Replay> told) {
    int replayed = 0;
    var listing = new Listing(records, filter);
    while (replayed < limit && listing.hasNext()) {
      PipelineId id = listing.next();
      Replay outcome = replay.replay(id);
      told.accept(id, outcome);
      if (outcome instanceof Replay.Reopened) {
        replayed++;
      }
    }
    return replayed;
  }
}
