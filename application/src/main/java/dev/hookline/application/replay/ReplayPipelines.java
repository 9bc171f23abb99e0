package dev.hookline.application.replay;

import dev.hookline.application.inspect.PipelineFilter;
import dev.hookline.application.inspect.Records;
import dev.hookline.application.replay.ReplayPipeline.Replay;
import dev.hookline.domain.pipeline.PipelineId;
import java.util.ArrayList;
import java.util.List;
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
   * Replays the newest that can be, the oldest of them first: each goes to the end of its
   * repository's line, and so they stand in it in the order in which they were received. A pipeline
   * that is received meanwhile is not among them, since listings run from newest to oldest.
   *
   * @param limit the most pipelines to replay
   * @param told what came of each pipeline, right after it
   * @return how many were opened again
   * @throws dev.hookline.application.pipeline.StoreUnavailableException if the database is away;
   *     what was replayed until then stays replayed
   */
  public int replay(PipelineFilter filter, int limit, BiConsumer<PipelineId, Replay> told) {
    int replayed = 0;
    for (PipelineId id : newest(filter, limit, told).reversed()) {
      Replay outcome = replay.replay(id);
      told.accept(id, outcome);
      if (outcome instanceof Replay.Reopened) {
        replayed++;
      }
    }
    return replayed;
  }

  /**
   * Those that can be replayed, newest first. Their ids alone: each is read once more when its turn
   * comes, since the events of all of them may not fit into memory.
   */
  private List<PipelineId> newest(
      PipelineFilter filter, int limit, BiConsumer<PipelineId, Replay> told) {
    var found = new ArrayList<PipelineId>();
    var listing = new Listing(records, filter);
    while (found.size() < limit && listing.hasNext()) {
      PipelineId id = listing.next();
      replay
          .obstacle(id)
          .ifPresentOrElse(obstacle -> told.accept(id, obstacle), () -> found.add(id));
    }
    return found;
  }
}
