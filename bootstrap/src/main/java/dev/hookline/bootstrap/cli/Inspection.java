package dev.hookline.bootstrap.cli;

import dev.hookline.application.audit.AuditState;
import dev.hookline.application.inspect.Page;
import dev.hookline.application.inspect.PipelineFilter;
import dev.hookline.application.inspect.PipelineView;
import dev.hookline.application.inspect.Records;
import dev.hookline.application.inspect.RefusedView;
import dev.hookline.application.pause.Pauses;
import dev.hookline.application.refused.RefusedDelivery;
import dev.hookline.application.replay.PreviewReplay;
import dev.hookline.application.replay.ReplayPipeline;
import dev.hookline.application.replay.ReplayRefused;
import dev.hookline.application.retention.PruneHistory;
import dev.hookline.application.secret.SecretUses;
import dev.hookline.domain.pipeline.PipelineId;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiConsumer;

/**
 * The stored state, for the commands that look into it, clear it up or steer the workers by it. Its
 * JSON is what the admin endpoint answers for the same.
 *
 * <p>Every method but {@link #close} and those of JSON throws {@link
 * dev.hookline.application.pipeline.StoreUnavailableException} if the database is away.
 */
public interface Inspection extends AutoCloseable {

  Records records();

  Pauses pauses();

  SecretUses secretUses();

  ReplayPipeline.Replay replay(PipelineId id);

  /**
   * @param told what came of each pipeline
   * @return how many were opened again
   */
  int replay(PipelineFilter filter, int limit, BiConsumer<PipelineId, ReplayPipeline.Replay> told);

  /** What a replay would do. */
  PreviewReplay previewReplay();

  Optional<RefusedDelivery> refused(UUID id);

  ReplayRefused.Replay replayRefused(UUID id);

  AuditState audit();

  PruneHistory pruning();

  String pipelinesJson(Page<PipelineView> page);

  String pipelineJson(PipelineView.Detailed pipeline);

  String refusedJson(Page<RefusedView> page);

  @Override
  void close();
}
