package dev.hookline.persistence;

import dev.hookline.domain.pipeline.PipelineId;
import dev.hookline.testing.Samples;
import dev.hookline.testing.TestDatabase;
import java.time.Instant;

/** Rows as the writers would have left them, of any day and in any state. */
final class PlantedRows {
  private final TestDatabase server;

  PlantedRows(TestDatabase server) {
    this.server = server;
  }

  /** Makes the partitions of a day, unless it has rows without them. */
  void openDay(String day) {
    server.execute("SELECT hookline_open_day('%s')".formatted(day));
  }

  /** Accepted, with its delivery key, which is its id, and its outbox message. */
  PipelineId received(Instant at) {
    var id = new PipelineId(Samples.uuid(at));
    server.execute(
        """
        INSERT INTO event VALUES ('%1$s', '{}', convert_to('%1$s', 'UTF8'));
        INSERT INTO delivery_key
        VALUES ('github', '%1$s', sha256(convert_to('%1$s', 'UTF8')), '%1$s');
        INSERT INTO pipeline (
          id, service, event_id, event_type, repository, received_at, state, attempts, since,
          history)
        VALUES (
          '%1$s', 'github', '%1$s', 'push', 'octo/widgets', '%2$s', 'RECEIVED', 0, '%2$s',
          '[{"state": "RECEIVED"}]');
        INSERT INTO outbox_message (pipeline_id, service, lane, ordering_key)
        VALUES ('%1$s', 'github', 1, 1)
        """
            .formatted(id, at));
    return id;
  }

  PipelineId dispatched(Instant at) {
    PipelineId id = received(at);
    settle(id, "DISPATCHED");
    return id;
  }

  PipelineId failed(Instant at) {
    PipelineId id = received(at);
    settle(id, "FAILED");
    server.execute("INSERT INTO dead_letter VALUES ('%s')".formatted(id));
    return id;
  }

  private void settle(PipelineId id, String state) {
    server.execute(
        """
        UPDATE pipeline
        SET state = '%2$s', attempts = 1, error = CASE '%2$s' WHEN 'FAILED' THEN 'gone' END,
          history = history || '{"state": "%2$s"}'
        WHERE id = '%1$s';
        DELETE FROM outbox_message WHERE pipeline_id = '%1$s'
        """
            .formatted(id, state));
  }

  void refused(Instant at) {
    server.execute(
        """
        INSERT INTO refused_delivery
        VALUES ('%1$s', 'github', convert_to('%1$s', 'UTF8'), '{}', '{}', '', '', '%2$s', 'E', 'm')
        """
            .formatted(Samples.uuid(at), at));
  }

  String count(String table) {
    return server.query("SELECT count(*) FROM " + table);
  }
}
