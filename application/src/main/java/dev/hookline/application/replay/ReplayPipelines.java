package dev.hookline.application.replay;

import dev.hookline.application.inspect.PipelineFilter;
import dev.hookline.application.inspect.PipelineView;
import dev.hookline.application.inspect.Records;
import java.util.Optional;
import java.util.UUID;

/**
 * Use case: replay every pipeline that a filter means, one transaction each. Pipelines still open
 * are left alone.
 */
public final class ReplayPipelines {
  private static final int PART = 200;

  private final Records records;
  private final ReplayPipeline replay;

  public ReplayPipelines(Records records, ReplayPipeline replay) {
    this.records = records;
    this.replay = replay;
  }

  /**
   * Replays until the listing ends; a pipeline that is received meanwhile is not in it, since
   * listings run from newest to oldest.
   *
   * @param limit the most pipelines to replay
   * @return how many were opened again
   * @throws dev.hookline.application.pipeline.StoreUnavailableException if the database is away;
   *     what was replayed until then stays replayed
   */
  public int replay(PipelineFilter filter, int limit) {
    int replayed = 0;
    Optional<UUID> after = Optional.empty();
    do {
      var part = records.pipelines(filter, after, PART);
      for (PipelineView view : part.items()) {
        if (replayed == limit) {
          return replayed;
        }
        if (replay.reopen(view.id())) {
          replayed++;
        }
      }
      after = part.next();
    } while (after.isPresent());
    return replayed;
  }
}
