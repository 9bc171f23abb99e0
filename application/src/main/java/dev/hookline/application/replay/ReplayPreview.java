package dev.hookline.application.replay;

import dev.hookline.application.replay.ReplayPipeline.Replay.Obstacle;
import dev.hookline.domain.pipeline.PipelineId;
import java.util.List;

/**
 * What a replay would do.
 *
 * @param replayable how many pipelines it would open again
 * @param different how many of them read otherwise today
 * @param stillOpen how many are on their way already
 * @param unreadable how many today's handlers do not take
 * @param disabled how many are of a service that is not enabled here
 * @param unknown how many do not exist
 * @param findings those that read otherwise or would not be replayed though they are over, in the
 *     order looked at
 * @param omitted how many findings there were beyond those
 */
public record ReplayPreview(
    int replayable,
    int different,
    int stillOpen,
    int unreadable,
    int disabled,
    int unknown,
    List<Finding> findings,
    int omitted) {

  /** One pipeline that is worth a look before it is replayed. */
  public sealed interface Finding {
    PipelineId id();

    /** It would be replayed, and reads otherwise than then. */
    record Different(PipelineId id, List<FieldDifference> differences) implements Finding {}

    /** It would not be replayed. */
    record Hindered(PipelineId id, Obstacle obstacle) implements Finding {}
  }
}
