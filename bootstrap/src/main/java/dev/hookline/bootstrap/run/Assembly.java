package dev.hookline.bootstrap.run;

import com.fasterxml.uuid.Generators;
import com.sun.management.UnixOperatingSystemMXBean;
import dev.hookline.application.dispatch.CommandDispatcher;
import dev.hookline.application.dispatch.DispatchCommand;
import dev.hookline.application.dispatch.DispatchMetrics;
import dev.hookline.application.dispatch.DispatchTracing;
import dev.hookline.application.dispatch.Outbox.Ordering;
import dev.hookline.application.dispatch.ProcessWebhookEvent;
import dev.hookline.application.dispatch.Targets;
import dev.hookline.application.dispatch.WorkerId;
import dev.hookline.application.format.EventFormat;
import dev.hookline.application.receive.AdmitSender;
import dev.hookline.application.receive.ReceiveWebhook;
import dev.hookline.application.receive.ServiceProfile;
import dev.hookline.application.receive.WebhookTracing;
import dev.hookline.application.reconcile.ReconcileDeliveries;
import dev.hookline.application.reconcile.ReconcileWhenDue;
import dev.hookline.application.secret.SecretEvidence;
import dev.hookline.bootstrap.config.SecretSource;
import dev.hookline.bootstrap.config.Settings;
import dev.hookline.bootstrap.config.Settings.ServiceSettings;
import dev.hookline.bootstrap.config.Target;
import dev.hookline.bootstrap.traces.OpenTelemetryTracing;
import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.pipeline.RetryPolicy;
import dev.hookline.http.admin.AdminApi;
import dev.hookline.http.admin.AdminJson;
import dev.hookline.http.admin.AdminServer;
import dev.hookline.http.admin.ReadinessCheck;
import dev.hookline.http.console.Console;
import dev.hookline.http.dialects.Dialects;
import dev.hookline.http.doctor.SignatureDoctor;
import dev.hookline.http.doctor.SignatureDoctor.Signing;
import dev.hookline.http.github.rest.AppToken;
import dev.hookline.http.github.rest.GitHubDeliveryLog;
import dev.hookline.http.github.rest.GitHubHook;
import dev.hookline.http.github.rest.GitHubRest;
import dev.hookline.http.intake.BucketQuota;
import dev.hookline.http.intake.BucketRateLimiter;
import dev.hookline.http.intake.EnabledService;
import dev.hookline.http.intake.IntakeServer;
import dev.hookline.http.intake.Rate;
import dev.hookline.http.intake.UnprovenDeliveries;
import dev.hookline.http.intake.WebhookLogger;
import dev.hookline.http.metrics.PrometheusMetrics;
import dev.hookline.http.metrics.PrometheusMetrics.Exemplars;
import dev.hookline.http.metrics.SpanCounts;
import dev.hookline.http.provider.Dialect;
import dev.hookline.persistence.Database;
import dev.hookline.persistence.DatabaseSettings;
import dev.hookline.queue.target.CircuitBreakingTarget;
import dev.hookline.queue.target.ExecTarget;
import dev.hookline.queue.target.HttpTarget;
import dev.hookline.queue.target.KafkaTarget;
import dev.hookline.queue.target.LogTarget;
import dev.hookline.queue.target.TimeLimitedTarget;
import dev.hookline.queue.worker.OutboxWorker;
import dev.hookline.queue.worker.WorkerSettings;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the parts of a process out of its settings. */
final class Assembly {
  private static final Logger LOG = LoggerFactory.getLogger(Assembly.class);

  private static final int HEAP_PER_BODY_BYTE = 8;

  /** A target keeps its time itself; this much later it is taken for stuck. */
  private static final Duration TIME_TO_TELL = Duration.ofSeconds(1);

  /** One for all, so that the lines of several targets never mix. */
  private static final OutputStream STANDARD_OUTPUT = new FileOutputStream(FileDescriptor.out);

  private static final Service GITHUB = new Service("github");

  private final Settings settings;
  private final Clock clock;
  private final SecureRandom random = new SecureRandom();

  /** Waits need no cryptographic chance. */
  private final Random jitter = new Random(random.nextLong());

  private final UnprovenDeliveries unproven;

  private final Supplier<UUID> ids = Generators.timeBasedEpochGenerator(random)::generate;

  Assembly(Settings settings, Clock clock) {
    this.settings = settings;
    this.clock = clock;
    this.unproven = new UnprovenDeliveries(Dialects.all(), clock);
  }

  Database open(String name, int connections) {
    Settings.Db db = settings.db();
    return Database.open(
        DatabaseSettings.withPassword(db.url().orElseThrow(), db.user().orElse(null), password(db))
            .withApplicationName(name)
            .withPoolSize(connections),
        jitter);
  }

  private static @Nullable Supplier<String> password(Settings.Db db) {
    return db.password().map(source -> (Supplier<String>) source::first).orElse(null);
  }

  UseCases useCases(Database database) {
    return UseCases.over(database, settings, clock, ids);
  }

  PrometheusMetrics metrics(UseCases useCases, Database database, Tracing tracing) {
    var metrics =
        new PrometheusMetrics(
            useCases.records(),
            database.pauses(),
            settings.traces().on() ? Exemplars.SHOWN : Exemplars.NONE);
    tracing.spans().ifPresent(metrics::showSpans);
    return metrics;
  }

  /** To be closed after all that is traced, so that nothing of it is missed. */
  Tracing tracing(Closer closer) {
    if (!settings.traces().on()) {
      return Tracing.OFF;
    }
    var spans =
        closer.add(OpenTelemetryTracing.start(settings.traces(), settings.dispatch().targets()));
    return new Tracing(spans, spans, Optional.of(spans::spans));
  }

  /**
   * Who is told of requests and of attempts.
   *
   * @param spans what became of the spans, if there are any
   */
  record Tracing(
      WebhookTracing webhooks, DispatchTracing dispatches, Optional<Supplier<SpanCounts>> spans) {
    static final Tracing OFF =
        new Tracing(WebhookTracing.off(), DispatchTracing.off(), Optional.empty());
  }

  IntakeServer intake(
      UseCases useCases, PrometheusMetrics metrics, SecretEvidence evidence, Tracing tracing) {
    Settings.Http http = settings.http();
    var receive =
        new ReceiveWebhook(
            useCases.standardizer(),
            useCases.store(),
            useCases.refusals(),
            useCases.replay(),
            new BucketQuota(rates(ServiceSettings::quota)),
            metrics,
            evidence,
            ids);
    return new IntakeServer(
        new IntakeServer.Settings(
            http.host(),
            http.port(),
            http.maxBodyBytes(),
            connections(http),
            http.maxConnectionsPerAddress(),
            http.requestTimeout(),
            inflightBytes("http.max-inflight-bytes", http.maxInflightBytes(), http.maxBodyBytes()),
            settings.shutdownGrace(),
            http.trustedProxies()),
        enabled(),
        new AdmitSender(new BucketRateLimiter(rates(service -> Optional.of(service.rateLimit())))),
        receive,
        metrics,
        tracing.webhooks(),
        new WebhookLogger(),
        unproven,
        this::requestId,
        clock);
  }

  /** What the intake notes of its secrets, shown and put on record from now on. */
  static SecretEvidence evidence(Database database, PrometheusMetrics metrics, Closer closer) {
    var evidence = new SecretEvidence(database.secretUses());
    metrics.showSecretMatches(evidence);
    closer.add(SecretRecorder.start(evidence));
    return evidence;
  }

  /**
   * Less than half of the file descriptors: connections to the database, and the listener itself,
   * which does not outlive their running out, need some too.
   */
  private static int connections(Settings.Http http) {
    if (!(ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix)) {
      return http.maxConnections();
    }
    long bearable = Math.max(1, unix.getMaxFileDescriptorCount() / 2 - 1);
    if (bearable >= http.maxConnections()) {
      return http.maxConnections();
    }
    LOG.atWarn()
        .addKeyValue("configured", http.maxConnections())
        .addKeyValue("connections", bearable)
        .log("the limit of file descriptors allows fewer connections than are configured");
    return (int) bearable;
  }

  /**
   * A body takes several times its size while it is read, standardized and stored, and so does an
   * event while it is loaded, written out and dispatched.
   *
   * @param least so much, whatever the heap is
   */
  private static long inflightBytes(String setting, long configured, long least) {
    long bearable = Runtime.getRuntime().maxMemory() / HEAP_PER_BODY_BYTE;
    long bytes = Math.min(configured, Math.max(bearable, least));
    if (bytes < configured) {
      LOG.atInfo()
          .addKeyValue("setting", setting)
          .addKeyValue("configured", configured)
          .addKeyValue("bytes", bytes)
          .log("the heap bears less in flight than is configured");
    }
    return bytes;
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

  SignatureDoctor doctor() {
    return new SignatureDoctor(Dialects.all().stream().map(this::signing).toList());
  }

  private Signing signing(Dialect dialect) {
    Service service = dialect.profile().service();
    Optional<ServiceSettings> enabled =
        settings.enabledServices().stream()
            .filter(candidate -> candidate.service().equals(service))
            .findFirst();
    return new Signing(
        dialect,
        () -> enabled.flatMap(ServiceSettings::secrets).map(SecretSource::get).orElse(List.of()),
        enabled.flatMap(ServiceSettings::tolerance).or(() -> dialect.profile().tolerance()));
  }

  private Map<Service, Rate> rates(Function<ServiceSettings, Optional<Rate>> rateOf) {
    var rates = new HashMap<Service, Rate>();
    settings
        .enabledServices()
        .forEach(
            service -> rateOf.apply(service).ifPresent(rate -> rates.put(service.service(), rate)));
    return rates;
  }

  static AdminApi api(UseCases useCases) {
    return new AdminApi(
        useCases.records(),
        useCases.replay(),
        useCases.replayMany(),
        useCases.replayRefused(),
        new AdminJson(useCases.format()));
  }

  Console console(UseCases useCases, Database database) {
    return new Console(
        new Console.Settings(
            this::adminToken,
            settings.http().trustedProxies(),
            Dialects.all().stream().map(dialect -> dialect.profile().service().name()).toList(),
            List.copyOf(settings.dispatch().targets().keySet())),
        new Console.Ports(
            useCases.records(),
            useCases.refusals(),
            database.pauses(),
            useCases.replay(),
            useCases.replayMany(),
            useCases.previewReplay(),
            useCases.replayRefused(),
            unproven,
            doctor()),
        clock,
        random);
  }

  private Optional<String> adminToken() {
    return settings.admin().token().map(SecretSource::first);
  }

  AdminServer admin(
      PrometheusMetrics metrics,
      Optional<AdminApi> api,
      Optional<Console> console,
      ReadinessCheck readiness) {
    Settings.Admin admin = settings.admin();
    var server =
        new AdminServer(
            new AdminServer.Settings(
                admin.host(),
                admin.port(),
                admin.hosts(),
                this::adminToken,
                settings.shutdownGrace(),
                settings.http().trustedProxies()),
            readiness,
            metrics,
            api,
            console,
            this::requestId);
    listens("admin", server.port());
    return server;
  }

  private String requestId() {
    return ids.get().toString();
  }

  /** Starts the intake and tells where it listens. */
  static void start(IntakeServer server) {
    listens("intake", server.start().port());
  }

  private static void listens(String listener, int port) {
    LOG.atInfo().addKeyValue("listener", listener).addKeyValue("port", port).log("listening");
  }

  OutboxWorker worker(
      Database database,
      EventFormat format,
      PrometheusMetrics metrics,
      Targets targets,
      Tracing tracing) {
    Settings.Worker worker = settings.worker();
    var outbox = database.outbox(format);
    var policy =
        new RetryPolicy(worker.maxAttempts(), worker.backoffInitial(), worker.backoffMax(), jitter);
    return new OutboxWorker(
        outbox,
        database.outboxSignal(),
        new ProcessWebhookEvent(outbox, targets, policy, metrics, clock),
        new DispatchCommand(targets, policy, metrics, tracing.dispatches(), clock),
        targets,
        new WorkerSettings(
            new WorkerId(ids.get()),
            worker.concurrency(),
            worker.maxRate(),
            inflightBytes("worker.max-inflight-bytes", worker.maxInflightBytes(), 1),
            worker.lease(),
            worker.pollInterval(),
            switch (worker.ordering()) {
              case STRICT -> Ordering.STRICT;
              case NONE -> Ordering.NONE;
            }),
        jitter,
        settings.shutdownGrace());
  }

  /**
   * For the hooks of the settings, with what they need; the connection to GitHub is the closer's.
   */
  ReconcileDeliveries reconcile(Database database, Closer closer) {
    Settings.Reconcile how = settings.reconcile();
    var rest = closer.add(new GitHubRest(how.url(), clock, jitter, Thread::sleep));
    return new ReconcileDeliveries(
        GITHUB,
        how.hooks().stream()
            .map(hook -> new GitHubDeliveryLog(rest, hook, proofFor(hook, how)))
            .toList(),
        database.deliveriesOnRecord());
  }

  private Supplier<String> proofFor(GitHubHook hook, Settings.Reconcile how) {
    return switch (hook) {
      case GitHubHook.OfApp _ ->
          new AppToken(how.appId().orElseThrow(), how.privateKey().orElseThrow()::first, clock);
      case GitHubHook.OfRepository _, GitHubHook.OfOrganization _ ->
          how.token().orElseThrow()::first;
    };
  }

  /** Starts reconciling by the schedule of the settings, if they have one. */
  void reconcileBySchedule(Database database, PrometheusMetrics metrics, Closer closer) {
    Settings.Reconcile how = settings.reconcile();
    how.interval()
        .ifPresent(
            interval -> {
              var schedule = database.scheduledReconciliations();
              metrics.showMissingDeliveries(schedule, GITHUB);
              closer.add(
                  ReconcileSchedule.start(
                      new ReconcileWhenDue(
                          GITHUB,
                          reconcile(database, closer),
                          schedule,
                          interval,
                          how.since(),
                          clock),
                      jitter));
            });
  }

  Targets targets(EventFormat format, DispatchMetrics metrics, Closer closer) {
    Settings.Dispatch dispatch = settings.dispatch();
    return new Targets(
        dispatch.targets().entrySet().stream()
            .map(named -> target(named.getKey(), named.getValue(), format, metrics, closer))
            .toList(),
        dispatch.routes());
  }

  private CommandDispatcher target(
      String name, Target target, EventFormat format, DispatchMetrics metrics, Closer closer) {
    Duration patience = target.timeout().plus(TIME_TO_TELL);
    return switch (target) {
      case Target.Log _ ->
          new TimeLimitedTarget(new LogTarget(name, format, STANDARD_OUTPUT), patience);
      case Target.Exec(var command, var timeout) ->
          new TimeLimitedTarget(new ExecTarget(name, command, timeout, format), patience);
      case Target.Http(var url, var secret, var timeout) -> {
        var http =
            closer.add(
                new HttpTarget(
                    name, url, secret.map(source -> source::first), timeout, format, clock));
        yield new CircuitBreakingTarget(new TimeLimitedTarget(http, patience), metrics);
      }
      case Target.Kafka(var servers, var topic, var timeout) -> {
        var kafka = closer.add(new KafkaTarget(name, servers, topic, timeout, format));
        yield new CircuitBreakingTarget(new TimeLimitedTarget(kafka, patience), metrics);
      }
    };
  }
}
