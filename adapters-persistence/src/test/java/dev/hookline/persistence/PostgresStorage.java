package dev.hookline.persistence;

import dev.hookline.application.dispatch.Outbox;
import dev.hookline.application.inspect.Records;
import dev.hookline.application.pause.Pauses;
import dev.hookline.application.pipeline.PipelineStore;
import dev.hookline.application.reconcile.DeliveriesOnRecord;
import dev.hookline.application.reconcile.ScheduledReconciliations;
import dev.hookline.application.refused.RefusedDeliveries;
import dev.hookline.application.secret.SecretUses;
import dev.hookline.testing.PlainEventFormat;
import dev.hookline.testing.Storage;
import dev.hookline.testing.TestDatabase;
import java.time.Duration;
import java.util.Random;

/**
 * PostgreSQL as the contracts look at it, in the roles of intake and worker, which have no rights
 * but those of their duties. A test class opens one and empties it for each test.
 */
final class PostgresStorage implements Storage, AutoCloseable {
  private final TestDatabase server = TestDatabase.create();
  private final Database database = Database.open(server.settings(), new Random(1));
  private final PlainEventFormat format = new PlainEventFormat();
  private final Database intake;
  private final Database worker;
  private final PipelineStore pipelines;
  private final Outbox outbox;

  PostgresStorage() {
    database.migrate();
    intake = open(Duty.INTAKE, "intake");
    worker = open(Duty.WORKER, "worker");
    pipelines = intake.pipelines(format);
    outbox = worker.outbox(format);
  }

  private Database open(Duty duty, String name) {
    String role = server.nameRole(name);
    database.entrust(duty, role);
    return Database.open(server.settings(role), new Random(1));
  }

  void empty() {
    server.execute(
        """
        TRUNCATE event, pipeline, delivery_key, dead_letter, outbox_message, worker,
          refused_delivery, reconciliation, pause, dropped_day, secret_use;
        UPDATE lane SET owner = NULL
        """);
  }

  TestDatabase server() {
    return server;
  }

  /** As the owner. */
  Database database() {
    return database;
  }

  /** In the intake's role. */
  Database intake() {
    return intake;
  }

  /** In the worker's role. */
  Database worker() {
    return worker;
  }

  @Override
  public PipelineStore pipelines() {
    return pipelines;
  }

  @Override
  public RefusedDeliveries refusedDeliveries() {
    return intake.refusedDeliveries();
  }

  @Override
  public Records records() {
    return intake.records(format);
  }

  @Override
  public Outbox outbox() {
    return outbox;
  }

  @Override
  public DeliveriesOnRecord deliveriesOnRecord() {
    return worker.deliveriesOnRecord();
  }

  @Override
  public ScheduledReconciliations scheduledReconciliations() {
    return worker.scheduledReconciliations();
  }

  @Override
  public Pauses pauses() {
    return database.pauses();
  }

  @Override
  public SecretUses secretUses() {
    return intake.secretUses();
  }

  /** Nobody can move the database's clock, so everything that it is compared with moves back. */
  @Override
  public void pass(Duration time) {
    server.execute(
        """
        UPDATE worker SET leased_until = leased_until - interval '%1$d ms';
        UPDATE reconciliation SET begun_at = begun_at - interval '%1$d ms';
        UPDATE outbox_message
        SET due_at = due_at - interval '%1$d ms', queued_at = queued_at - interval '%1$d ms'
        """
            .formatted(time.toMillis()));
  }

  @Override
  public void close() {
    intake.close();
    worker.close();
    database.close();
    server.close();
  }
}
