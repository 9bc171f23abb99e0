package dev.hookline.bootstrap.run;

import dev.hookline.application.reconcile.ReconcileDeliveries.Progress;
import dev.hookline.application.reconcile.Reconciliation;
import dev.hookline.bootstrap.cli.CommandException;
import dev.hookline.bootstrap.cli.Commands;
import dev.hookline.bootstrap.cli.ExitCode;
import dev.hookline.bootstrap.cli.Inspection;
import dev.hookline.bootstrap.cli.MigrationStep;
import dev.hookline.bootstrap.cli.MigrationStep.RoleFits;
import dev.hookline.bootstrap.cli.MigrationStep.SchemaFits;
import dev.hookline.bootstrap.cli.RoleNames;
import dev.hookline.bootstrap.config.Configuration;
import dev.hookline.bootstrap.config.SecretSource;
import dev.hookline.bootstrap.config.Settings;
import dev.hookline.bootstrap.config.Settings.ServiceSettings;
import dev.hookline.bootstrap.up.EmbeddedPostgresServer;
import dev.hookline.bootstrap.up.RunFile;
import dev.hookline.bootstrap.up.UpFolder;
import dev.hookline.http.admin.AdminJson;
import dev.hookline.http.doctor.SignatureDoctor;
import dev.hookline.http.intake.IntakeServer;
import dev.hookline.persistence.Database;
import dev.hookline.persistence.Duty;
import dev.hookline.persistence.SchemaState;
import dev.hookline.queue.worker.OutboxWorker;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts each command's process together. */
public final class Processes implements Commands {
  private static final Logger LOG = LoggerFactory.getLogger(Processes.class);

  private static final Duration BETWEEN_LOOKS_AT_LISTENER = Duration.ofSeconds(1);

  /** What closing may take beyond the grace, before the process ends all the same. */
  private static final Duration MARGIN = Duration.ofSeconds(5);

  /** A worker that stands still for so many leases ends; after three it is no longer ready. */
  private static final int LEASES_WITHOUT_PROGRESS = 6;

  /** Two carry accepted deliveries, two refused ones, the others replays and the admin endpoint. */
  private static final int INTAKE_CONNECTIONS = 8;

  private static final int WORKER_CONNECTIONS = 4;
  private static final int TOOL_CONNECTIONS = 2;

  private final Clock clock;

  public Processes(Clock clock) {
    this.clock = clock;
  }

  @Override
  public int up(Configuration configuration, Path folder, PrintWriter out) {
    return run(
        configuration.settings(),
        (life, closer) -> {
          var own = closer.add(UpFolder.open(folder));
          var postgres = closer.add(EmbeddedPostgresServer.start(own));
          Settings settings = settled(configuration.settings(), own, postgres);
          var assembly = new Assembly(settings, clock);
          var tracing = assembly.tracing(closer);
          migrate(assembly);
          var database = closer.add(assembly.open("hookline-intake", INTAKE_CONNECTIONS));
          var workerDatabase = closer.add(assembly.open("hookline-worker", WORKER_CONNECTIONS));
          var useCases = assembly.useCases(database);
          var metrics = assembly.metrics(useCases, database, tracing);
          var targets = assembly.targets(useCases.format(), metrics, closer);
          var worker =
              assembly.worker(workerDatabase, useCases.format(), metrics, targets, tracing);
          var evidence = Assembly.evidence(database, metrics, closer);
          var intake = assembly.intake(useCases, metrics, evidence, tracing);
          Assembly.start(intake);
          var admin =
              closer.add(
                  assembly.admin(
                      metrics,
                      Optional.of(Assembly.api(useCases)),
                      Optional.of(assembly.console(useCases, database)),
                      () ->
                          all(
                              new Check("database", database.answers()),
                              new Check("intake", intake.accepts()),
                              new Check("worker", worker.progresses()))));
          closer.addTogether(intake, worker);
          worker.start();
          closer.add(stallWatch(settings, worker, workerDatabase, life));
          closer.add(Upkeep.start(workerDatabase, settings.retention()));
          assembly.reconcileBySchedule(workerDatabase, metrics, closer);
          closer.add(listenerWatch(intake, life));
          announce(settings, own, postgres, intake.port(), admin.port(), out);
        });
  }

  @Override
  public int serve(Configuration configuration) {
    Settings settings = configuration.settings();
    return run(
        settings,
        (life, closer) -> {
          var assembly = new Assembly(settings, clock);
          var tracing = assembly.tracing(closer);
          var database = closer.add(assembly.open("hookline-intake", INTAKE_CONNECTIONS));
          var schema = closer.add(watch(database, Duty.INTAKE, settings, life));
          var useCases = assembly.useCases(database);
          var metrics = assembly.metrics(useCases, database, tracing);
          var evidence = Assembly.evidence(database, metrics, closer);
          var intake = assembly.intake(useCases, metrics, evidence, tracing);
          schema.requireNoMisfit();
          Assembly.start(intake);
          closer.add(
              assembly.admin(
                  metrics,
                  Optional.of(Assembly.api(useCases)),
                  Optional.of(assembly.console(useCases, database)),
                  () ->
                      all(
                          new Check("database", database.answers()),
                          new Check("schema", schema.fits()),
                          new Check("intake", intake.accepts()))));
          closer.add(intake);
          closer.add(listenerWatch(intake, life));
        });
  }

  @Override
  public int worker(Configuration configuration) {
    Settings settings = configuration.settings();
    return run(
        settings,
        (life, closer) -> {
          var assembly = new Assembly(settings, clock);
          var tracing = assembly.tracing(closer);
          var database = closer.add(assembly.open("hookline-worker", WORKER_CONNECTIONS));
          var schema = closer.add(watch(database, Duty.WORKER, settings, life));
          var useCases = assembly.useCases(database);
          var metrics = assembly.metrics(useCases, database, tracing);
          var targets = assembly.targets(useCases.format(), metrics, closer);
          var worker = assembly.worker(database, useCases.format(), metrics, targets, tracing);
          schema.requireNoMisfit();
          closer.add(
              assembly.admin(
                  metrics,
                  Optional.empty(),
                  Optional.empty(),
                  () ->
                      all(
                          new Check("database", database.answers()),
                          new Check("schema", schema.fits()),
                          new Check("worker", worker.progresses()))));
          closer.add(worker).start();
          closer.add(stallWatch(settings, worker, database, life));
          closer.add(Upkeep.start(database, settings.retention()));
          assembly.reconcileBySchedule(database, metrics, closer);
        });
  }

  private static ListenerWatch listenerWatch(IntakeServer intake, Lifetime life) {
    return ListenerWatch.start(
        intake::isDeaf, BETWEEN_LOOKS_AT_LISTENER, () -> life.end(ExitCode.FAILED));
  }

  private static StallWatch stallWatch(
      Settings settings, OutboxWorker worker, Database database, Lifetime life) {
    Settings.Worker how = settings.worker();
    return StallWatch.start(
        worker::sinceLastRound,
        database::answers,
        how.lease().multipliedBy(LEASES_WITHOUT_PROGRESS).plus(how.pollInterval()),
        () -> life.end(ExitCode.FAILED));
  }

  /** What a process consists of; all that is opened goes into the closer. */
  @FunctionalInterface
  private interface Start {
    void open(Lifetime life, Closer closer);
  }

  private static int run(Settings settings, Start start) {
    var life = new Lifetime(settings.shutdownGrace().plus(MARGIN));
    var closer = new Closer();
    try {
      start.open(life, closer);
    } catch (RuntimeException e) {
      closer.close();
      life.abandon();
      throw e;
    }
    return life.run(closer);
  }

  private static Settings settled(
      Settings settings, UpFolder own, EmbeddedPostgresServer postgres) {
    return settings
        .withDb(
            new Settings.Db(
                Optional.of(postgres.jdbcUrl()),
                Optional.of(postgres.user()),
                Optional.of(SecretSource.of(List.of(postgres.password()))),
                settings.db().requireDurability()))
        .withSecretsFrom(service -> Optional.of(SecretSource.of(List.of(own.secretFor(service)))));
  }

  private static void announce(
      Settings settings,
      UpFolder own,
      EmbeddedPostgresServer postgres,
      int intakePort,
      int adminPort,
      PrintWriter out) {
    String intake = RunFile.url(settings.http().host(), intakePort);
    String admin = RunFile.url(settings.admin().host(), adminPort);
    own.announce(
        RunFile.ofThisProcess(
            intake, admin, postgres.jdbcUrl(), postgres.user(), postgres.password()));
    out.println("Hookline is ready.");
    out.printf("  %-8s %s/console%n", "console", admin);
    out.printf("  %-8s %s%n", "admin", admin);
    for (ServiceSettings service : settings.enabledServices()) {
      out.printf("  %-8s %s/webhooks/%s%n", service.service(), intake, service.service());
      UpFolder.secretOf(own.path(), service.service())
          .filter(secret -> service.secrets().orElseThrow().get().contains(secret))
          .ifPresent(secret -> out.printf("  %-8s secret %s%n", "", secret));
    }
    out.flush();
  }

  /** Something that a process needs to do its work, and whether it has it now. */
  private record Check(String name, boolean holds) {}

  private static Map<String, Boolean> all(Check... checks) {
    var byName = new LinkedHashMap<String, Boolean>();
    for (Check check : checks) {
      byName.put(check.name(), check.holds());
    }
    return byName;
  }

  /** It begins to look while the process goes on to be put together. */
  private static DatabaseWatch watch(
      Database database, Duty duty, Settings settings, Lifetime life) {
    return DatabaseWatch.start(
        database,
        duty,
        settings.db().requireDurability(),
        advice -> {
          LOG.error("{}", advice);
          life.end(ExitCode.USAGE);
        });
  }

  @Override
  public int migrate(Configuration configuration, RoleNames roles, Consumer<MigrationStep> done) {
    var assembly = new Assembly(configuration.settings(), clock);
    try (var database = assembly.open("hookline-migrate", TOOL_CONNECTIONS)) {
      database.migrate();
      done.accept(new SchemaFits(Database.SCHEMA_VERSION));
      roles.intake().ifPresent(role -> done.accept(entrust(database, Duty.INTAKE, role)));
      roles.worker().ifPresent(role -> done.accept(entrust(database, Duty.WORKER, role)));
    }
    return ExitCode.DONE;
  }

  private static RoleFits entrust(Database database, Duty duty, String role) {
    String command =
        switch (duty) {
          case INTAKE -> "serve";
          case WORKER -> "worker";
        };
    return switch (database.entrust(duty, role)) {
      case GRANTED -> new RoleFits(role, command, false);
      case CREATED -> new RoleFits(role, command, true);
      case MISSING ->
          throw CommandException.failed(
              "there is no role %s, and db.user may not make it: CREATE ROLE it, with LOGIN"
                  .formatted(role));
      case TOO_MIGHTY ->
          throw CommandException.failed(
              "role %s may do more than %s needs: it is a superuser, a member of the schema's owner,"
                      .formatted(role, command)
                  + " or may make objects in the schema (REVOKE CREATE ON SCHEMA … FROM PUBLIC)");
    };
  }

  private static void migrate(Assembly assembly) {
    try (var database = assembly.open("hookline-migrate", TOOL_CONNECTIONS)) {
      database.migrate();
    }
  }

  @Override
  public Inspection inspect(Settings settings) {
    var assembly = new Assembly(settings, clock);
    var database = assembly.open("hookline-inspect", TOOL_CONNECTIONS);
    try {
      requireFitting(database);
      var useCases = assembly.useCases(database);
      return new DatabaseInspection(database, useCases, new AdminJson(useCases.format()));
    } catch (RuntimeException e) {
      database.close();
      throw e;
    }
  }

  private static void requireFitting(Database database) {
    SchemaState state = database.schema();
    if (state != SchemaState.FITS) {
      throw CommandException.usage(DatabaseWatch.advice(state));
    }
  }

  @Override
  public SignatureDoctor doctor(Settings settings) {
    return new Assembly(settings, clock).doctor();
  }

  @Override
  public Reconciliation reconcile(
      Settings settings, Instant since, boolean dryRun, Consumer<Progress> told) {
    var assembly = new Assembly(settings, clock);
    try (var closer = new Closer()) {
      var database = closer.add(assembly.open("hookline-reconcile", TOOL_CONNECTIONS));
      requireFitting(database);
      return assembly.reconcile(database, closer).reconcile(since, dryRun, told);
    }
  }
}
