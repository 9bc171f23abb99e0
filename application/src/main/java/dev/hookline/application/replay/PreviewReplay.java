package dev.hookline.application.replay;

import dev.hookline.application.inspect.PipelineFilter;
import dev.hookline.application.inspect.Records;
import dev.hookline.application.pipeline.PipelineStore;
import dev.hookline.application.replay.ReplayPipeline.Replay.Obstacle;
import dev.hookline.application.replay.ReplayPipeline.Replay.ServiceDisabled;
import dev.hookline.application.replay.ReplayPipeline.Replay.StillOpen;
import dev.hookline.application.replay.ReplayPipeline.Replay.Unknown;
import dev.hookline.application.replay.ReplayPipeline.Replay.Unreadable;
import dev.hookline.application.replay.ReplayPreview.Finding;
import dev.hookline.application.replay.Rereading.Reading;
import dev.hookline.application.standardize.Standardizer;
import dev.hookline.domain.pipeline.PipelineId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * Use case: say what a replay would do, and where today's handlers read the stored bytes otherwise
 * than then. Nothing is changed.
 */
public final class PreviewReplay {
  private final Records records;
  private final Rereading rereading;

  public PreviewReplay(Records records, PipelineStore store, Standardizer standardizer) {
    this.records = records;
    this.rereading = new Rereading(store, standardizer);
  }

  /**
   * @throws dev.hookline.application.pipeline.StoreUnavailableException if the database is away
   */
  public ReplayPreview preview(Collection<PipelineId> ids) {
    var tally = new Tally(ids.size());
    ids.forEach(id -> tally.add(id, rereading.read(id)));
    return tally.preview();
  }

  /**
   * Looks at the pipelines that {@link ReplayPipelines} would take, newest first.
   *
   * @param limit the most pipelines to replay, and the most findings
   * @param progress how many were looked at, after each
   * @throws dev.hookline.application.pipeline.StoreUnavailableException if the database is away
   */
  public ReplayPreview preview(PipelineFilter filter, int limit, IntConsumer progress) {
    var tally = new Tally(limit);
    var listing = new Listing(records, filter);
    for (int seen = 1; tally.replayable < limit && listing.hasNext(); seen++) {
      PipelineId id = listing.next();
      tally.add(id, rereading.read(id));
      progress.accept(seen);
    }
    return tally.preview();
  }

  private static final class Tally {
    private final int mostFindings;
    private final List<Finding> findings = new ArrayList<>();
    private int replayable;
    private int different;
    private int stillOpen;
    private int unreadable;
    private int disabled;
    private int unknown;
    private int omitted;

    Tally(int mostFindings) {
      this.mostFindings = mostFindings;
    }

    void add(PipelineId id, Reading reading) {
      switch (reading) {
        case Reading.Reread(var pipeline, var today) -> {
          replayable++;
          var differences = FieldDifference.between(pipeline.event(), today);
          if (!differences.isEmpty()) {
            different++;
            find(new Finding.Different(id, differences));
          }
        }
        case Reading.Hindered(var obstacle) -> add(id, obstacle);
      }
    }

    private void add(PipelineId id, Obstacle obstacle) {
      switch (obstacle) {
        case StillOpen() -> {
          // Left alone as it should be: nothing to find.
          stillOpen++;
          return;
        }
        case Unreadable _ -> unreadable++;
        case ServiceDisabled _ -> disabled++;
        case Unknown() -> unknown++;
      }
      find(new Finding.Hindered(id, obstacle));
    }

    private void find(Finding finding) {
      if (findings.size() < mostFindings) {
        findings.add(finding);
      } else {
        omitted++;
      }
    }

    ReplayPreview preview() {
      return new ReplayPreview(
          replayable,
          different,
          stillOpen,
          unreadable,
          disabled,
          unknown,
          List.copyOf(findings),
          omitted);
    }
  }
}
