package dev.hookline.bootstrap.run;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hookline.application.inspect.Page;
import dev.hookline.application.inspect.PipelineFilter;
import dev.hookline.application.inspect.PipelineView;
import dev.hookline.application.inspect.Records;
import dev.hookline.application.pause.Pauses;
import dev.hookline.application.refused.RefusedDelivery;
import dev.hookline.application.replay.ReplayPipeline;
import dev.hookline.application.replay.ReplayRefused;
import dev.hookline.bootstrap.cli.Inspection;
import dev.hookline.domain.pipeline.PipelineId;
import dev.hookline.http.admin.AdminJson;
import dev.hookline.persistence.Database;
import java.util.Optional;
import java.util.UUID;

/** The stored state, straight from the database: it can be looked into while nothing else runs. */
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
  public ReplayPipeline.Replay replay(PipelineId id) {
    return useCases.replay().replay(id);
  }

  @Override
  public int replay(PipelineFilter filter, int limit) {
    return useCases.replayMany().replay(filter, limit);
  }

  @Override
  public Optional<RefusedDelivery> refused(UUID id) {
    return useCases.refusals().find(id);
  }

  @Override
  public ReplayRefused.Replay replayRefused(UUID id) {
    return useCases.replayRefused().replay(id);
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
  public String refusedJson(Page<RefusedDelivery> page) {
    return new String(json.refused(page), UTF_8);
  }

  @Override
  public void close() {
    database.close();
  }
}
