package dev.hookline.persistence;

import dev.hookline.application.dispatch.Outbox;
import dev.hookline.application.inspect.Records;
import dev.hookline.application.pause.Pauses;
import dev.hookline.application.pipeline.PipelineStore;
import dev.hookline.application.reconcile.DeliveriesOnRecord;
import dev.hookline.application.reconcile.ScheduledReconciliations;
import dev.hookline.application.refused.RefusedDeliveries;
import dev.hookline.testing.PlainEventFormat;
import dev.hookline.testing.Storage;
import dev.hookline.testing.TestDatabase;
import java.time.Duration;
import java.util.Random;

/** PostgreSQL as the contracts look at it; a test class opens one and empties it for each test. */
final class PostgresStorage implements Storage, AutoCloseable {
  private final TestDatabase server = TestDatabase.create();
  private final Database database = Database.open(server.settings(), new Random(1));
  private final PlainEventFormat format = new PlainEventFormat();
  private final PipelineStore pipelines = database.pipelines(format);
  private final Outbox outbox = database.outbox(format);

  PostgresStorage() {
    database.migrate();
  }

  void empty() {
    server.execute(
        """
        TRUNCATE event, pipeline, delivery_key, dead_letter, outbox_message, worker,
          refused_delivery, reconciliation, pause, dropped_day;
        UPDATE lane SET owner = NULL
        """);
  }

  TestDatabase server() {
    return server;
  }

  Database database() {
    return database;
  }

  @Override
  public PipelineStore pipelines() {
    return pipelines;
  }

  @Override
  public RefusedDeliveries refusedDeliveries() {
    return database.refusedDeliveries();
  }

  @Override
  public Records records() {
    return database.records(format);
  }

  @Override
  public Outbox outbox() {
    return outbox;
  }

  @Override
  public DeliveriesOnRecord deliveriesOnRecord() {
    return database.deliveriesOnRecord();
  }

  @Override
  public ScheduledReconciliations scheduledReconciliations() {
    return database.scheduledReconciliations();
  }

  @Override
  public Pauses pauses() {
    return database.pauses();
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
    database.close();
    server.close();
  }
}
