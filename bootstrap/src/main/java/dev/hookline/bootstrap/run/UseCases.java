package dev.hookline.bootstrap.run;

import dev.hookline.application.format.EventFormat;
import dev.hookline.application.inspect.Records;
import dev.hookline.application.pipeline.PipelineStore;
import dev.hookline.application.refused.RefusedDeliveries;
import dev.hookline.application.replay.PreviewReplay;
import dev.hookline.application.replay.ReplayPipeline;
import dev.hookline.application.replay.ReplayPipelines;
import dev.hookline.application.replay.ReplayRefused;
import dev.hookline.application.standardize.Standardizer;
import dev.hookline.bootstrap.config.Settings;
import dev.hookline.bootstrap.config.Settings.ServiceSettings;
import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.handler.ServiceHandler;
import dev.hookline.domain.handler.ServiceHandlerFactory;
import dev.hookline.domain.handler.SupportedEvents;
import dev.hookline.http.dialects.Dialects;
import dev.hookline.http.json.JacksonEventFormat;
import dev.hookline.http.provider.Dialect;
import dev.hookline.http.provider.RepositoryMappings;
import dev.hookline.persistence.Database;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Supplier;

/** The use cases over one database that more than one command needs. */
record UseCases(
    EventFormat format,
    PipelineStore store,
    RefusedDeliveries refusals,
    Records records,
    Standardizer standardizer,
    ReplayPipeline replay,
    ReplayPipelines replayMany,
    PreviewReplay previewReplay,
    ReplayRefused replayRefused) {
  private static final Duration REPLAY_PATIENCE = Duration.ofSeconds(10);

  static UseCases over(Database database, Settings settings, Clock clock, Supplier<UUID> ids) {
    var format = new JacksonEventFormat();
    var store = database.pipelines(format);
    var refusals = database.refusedDeliveries();
    var records = database.records(format);
    // Every service that is known, enabled or not: what is on record can be read without a secret.
    var standardizer =
        new Standardizer(
            new ServiceHandlerFactory(
                Dialects.all().stream().map(dialect -> handler(dialect, settings)).toList()));
    var replay = new ReplayPipeline(store, standardizer, clock);
    return new UseCases(
        format,
        store,
        refusals,
        records,
        standardizer,
        replay,
        new ReplayPipelines(records, replay),
        new PreviewReplay(records, store, standardizer),
        new ReplayRefused(
            refusals,
            store,
            replay,
            standardizer,
            service -> of(settings, service).replayGuard(),
            ids,
            REPLAY_PATIENCE));
  }

  private static ServiceHandler<?> handler(Dialect dialect, Settings settings) {
    ServiceSettings service = of(settings, dialect.profile().service());
    return dialect.handler(
        SupportedEvents.of(service.supportedEvents()),
        new RepositoryMappings(service.repositories()));
  }

  private static ServiceSettings of(Settings settings, Service service) {
    return Objects.requireNonNull(
        settings.services().get(service), "settings know every dialect's service");
  }
}
