package dev.hookline.bootstrap.run;

import static java.nio.charset.StandardCharsets.UTF_8;

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
import dev.hookline.bootstrap.cli.CommandException;
import dev.hookline.bootstrap.cli.Inspection;
import dev.hookline.domain.pipeline.PipelineId;
import dev.hookline.http.admin.AdminJson;
import dev.hookline.persistence.Database;
import dev.hookline.persistence.Duty;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiConsumer;

/** The stored state, straight from the database: nothing else need run for it. */
record DatabaseInspection(Database database, UseCases useCases, AdminJson json)
    implements Inspection {

  @Override
  public Records records() {
    return useCases.records();
  }

  @Override
  public Pauses pauses() {
    return database.pauses();
  }

  @Override
  public SecretUses secretUses() {
    require(Duty.INTAKE);
    return database.secretUses();
  }

  @Override
  public ReplayPipeline.Replay replay(PipelineId id) {
    require(Duty.INTAKE);
    return useCases.replay().replay(id);
  }

  @Override
  public int replay(
      PipelineFilter filter, int limit, BiConsumer<PipelineId, ReplayPipeline.Replay> told) {
    require(Duty.INTAKE);
    return useCases.replayMany().replay(filter, limit, told);
  }

  @Override
  public PreviewReplay previewReplay() {
    return useCases.previewReplay();
  }

  @Override
  public Optional<RefusedDelivery> refused(UUID id) {
    return useCases.refusals().find(id);
  }

  @Override
  public ReplayRefused.Replay replayRefused(UUID id) {
    require(Duty.INTAKE);
    return useCases.replayRefused().replay(id);
  }

  @Override
  public AuditState audit() {
    require(Duty.WORKER);
    return new AuditState(database.storedState());
  }

  @Override
  public PruneHistory pruning() {
    require(Duty.WORKER);
    return new PruneHistory(database.history());
  }

  @Override
  public String pipelinesJson(Page<PipelineView> page) {
    return new String(json.pipelines(page), UTF_8);
  }

  @Override
  public String pipelineJson(PipelineView.Detailed pipeline) {
    return new String(json.pipeline(pipeline), UTF_8);
  }

  @Override
  public String refusedJson(Page<RefusedView> page) {
    return new String(json.refused(page), UTF_8);
  }

  /** Else the database would refuse in the middle of the work, and in words of its own. */
  private void require(Duty duty) {
    if (!database.may(duty)) {
      throw CommandException.failed(
          "db.user may not do this; the owner of the schema may, and so may the role that migrate "
              + switch (duty) {
                case INTAKE -> "--intake-role names";
                case WORKER -> "--worker-role names";
              });
    }
  }

  @Override
  public void close() {
    database.close();
  }
}
