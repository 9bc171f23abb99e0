package dev.hookline.bootstrap.run;

import com.fasterxml.uuid.Generators;
import dev.hookline.application.dispatch.CommandDispatcher;
import dev.hookline.application.dispatch.DispatchCommand;
import dev.hookline.application.dispatch.Outbox.Ordering;
import dev.hookline.application.dispatch.ProcessWebhookEvent;
import dev.hookline.application.dispatch.WorkerId;
import dev.hookline.application.format.EventFormat;
import dev.hookline.application.receive.AdmitSender;
import dev.hookline.application.receive.ReceiveWebhook;
import dev.hookline.application.receive.ServiceProfile;
import dev.hookline.bootstrap.config.SecretSource;
import dev.hookline.bootstrap.config.Settings;
import dev.hookline.bootstrap.config.Settings.ServiceSettings;
import dev.hookline.bootstrap.config.Target;
import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.pipeline.RetryPolicy;
import dev.hookline.http.admin.AdminApi;
import dev.hookline.http.admin.AdminJson;
import dev.hookline.http.admin.AdminServer;
import dev.hookline.http.admin.ReadinessCheck;
import dev.hookline.http.dialects.Dialects;
import dev.hookline.http.intake.BucketRateLimiter;
import dev.hookline.http.intake.EnabledService;
import dev.hookline.http.intake.IntakeServer;
import dev.hookline.http.intake.WebhookLogger;
import dev.hookline.http.metrics.PrometheusMetrics;
import dev.hookline.http.provider.Dialect;
import dev.hookline.persistence.Database;
import dev.hookline.persistence.DatabaseSettings;
import dev.hookline.queue.target.ExecTarget;
import dev.hookline.queue.target.HttpTarget;
import dev.hookline.queue.target.KafkaTarget;
import dev.hookline.queue.target.LogTarget;
import dev.hookline.queue.target.TimeLimitedTarget;
import dev.hookline.queue.worker.OutboxWorker;
import dev.hookline.queue.worker.WorkerSettings;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the parts of a process out of its settings. */
final class Assembly {
  private static final Logger LOG = LoggerFactory.getLogger(Assembly.class);

  private final Settings settings;
  private final Clock clock;
  private final SecureRandom random = new SecureRandom();

  /** Waits need no cryptographic chance. */
  private final Random jitter = new Random(random.nextLong());

  private final Supplier<UUID> ids = Generators.timeBasedEpochGenerator(random)::generate;

  Assembly(Settings settings, Clock clock) {
    this.settings = settings;
    this.clock = clock;
  }

  Database open(String name, int connections) {
    Settings.Db db = settings.db();
    return Database.open(
        DatabaseSettings.of(
                db.url().orElseThrow(),
                db.user().orElse(null),
                db.password().map(SecretSource::first).orElse(null))
            .withApplicationName(name)
            .withPoolSize(connections),
        jitter);
  }

  UseCases useCases(Database database) {
    return UseCases.over(database, settings, clock, ids);
  }

  IntakeServer intake(UseCases useCases, PrometheusMetrics metrics) {
    Settings.Http http = settings.http();
    var receive =
        new ReceiveWebhook(
            useCases.standardizer(),
            useCases.store(),
            useCases.refusals(),
            useCases.replay(),
            metrics,
            ids);
    var server =
        new IntakeServer(
            new IntakeServer.Settings(
                http.host(),
                http.port(),
                http.maxBodyBytes(),
                http.maxConnections(),
                http.requestTimeout(),
                http.maxInflightBytes(),
                settings.shutdownGrace(),
                http.trustedProxies()),
            enabled(),
            new AdmitSender(new BucketRateLimiter(rates())),
            receive,
            metrics,
            new WebhookLogger(),
            this::requestId,
            clock);
    listens("intake", server.port());
    return server;
  }

  private List<EnabledService> enabled() {
    return Dialects.all().stream().flatMap(this::enabled).toList();
  }

  private Stream<EnabledService> enabled(Dialect dialect) {
    return settings.enabledServices().stream()
        .filter(service -> service.service().equals(dialect.profile().service()))
        .map(service -> enabled(service, dialect));
  }

  private static EnabledService enabled(ServiceSettings service, Dialect dialect) {
    var kept = dialect.profile().keptHeaders();
    return new EnabledService(
        dialect,
        new ServiceProfile(
            service.service(),
            dialect.verifier(service.secrets().orElseThrow(), service.tolerance()),
            service.commitBudget(),
            service.replayGuard(),
            name -> kept.contains(name.toLowerCase(Locale.ROOT))),
        service.refuseWith());
  }

  private Map<Service, BucketRateLimiter.Rate> rates() {
    return settings.enabledServices().stream()
        .collect(
            Collectors.toMap(
                ServiceSettings::service,
                s ->
                    new BucketRateLimiter.Rate(
                        Math.toIntExact(s.rateLimit().perSecond()),
                        Math.toIntExact(s.rateLimit().burst()))));
  }

  static AdminApi api(UseCases useCases) {
    return new AdminApi(
        useCases.records(),
        useCases.replay(),
        useCases.replayMany(),
        useCases.replayRefused(),
        new AdminJson(useCases.format()));
  }

  AdminServer admin(PrometheusMetrics metrics, Optional<AdminApi> api, ReadinessCheck readiness) {
    Settings.Admin admin = settings.admin();
    var server =
        new AdminServer(
            new AdminServer.Settings(
                admin.host(),
                admin.port(),
                admin.hosts(),
                () -> admin.token().map(SecretSource::first),
                settings.shutdownGrace()),
            readiness,
            metrics,
            api,
            this::requestId);
    listens("admin", server.port());
    return server;
  }

  private String requestId() {
    return ids.get().toString();
  }

  private static void listens(String listener, int port) {
    LOG.atInfo().addKeyValue("listener", listener).addKeyValue("port", port).log("listening");
  }

  OutboxWorker worker(
      Database database, EventFormat format, PrometheusMetrics metrics, CommandDispatcher target) {
    Settings.Worker worker = settings.worker();
    var outbox = database.outbox(format);
    var policy =
        new RetryPolicy(worker.maxAttempts(), worker.backoffInitial(), worker.backoffMax(), jitter);
    return new OutboxWorker(
        outbox,
        database.outboxSignal(),
        new ProcessWebhookEvent(outbox, policy, clock),
        new DispatchCommand(target, policy, metrics, clock),
        new WorkerSettings(
            new WorkerId(ids.get()),
            worker.concurrency(),
            worker.lease(),
            worker.pollInterval(),
            switch (worker.ordering()) {
              case STRICT -> Ordering.STRICT;
              case NONE -> Ordering.NONE;
            }),
        jitter,
        settings.shutdownGrace());
  }

  CommandDispatcher target(EventFormat format, Closer closer) {
    var only = settings.dispatch().targets().entrySet().iterator().next();
    Target target = only.getValue();
    String name = only.getKey();
    CommandDispatcher dispatcher =
        switch (target) {
          case Target.Log _ -> new LogTarget(format, new FileOutputStream(FileDescriptor.out));
          case Target.Exec(var command, var timeout) ->
              new ExecTarget(name, command, timeout, format);
          case Target.Http(var url, var secret, var timeout) ->
              closer.add(
                  new HttpTarget(
                      name, url, secret.map(source -> source::first), timeout, format, clock));
          case Target.Kafka(var servers, var topic, var timeout) ->
              closer.add(new KafkaTarget(name, servers, topic, timeout, format));
        };
    return new TimeLimitedTarget(dispatcher, target.timeout().plus(Duration.ofSeconds(1)));
  }
}
