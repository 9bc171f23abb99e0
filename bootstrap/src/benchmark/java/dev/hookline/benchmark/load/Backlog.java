package dev.hookline.benchmark.load;

import dev.hookline.application.dispatch.Claim;
import dev.hookline.application.dispatch.Lane;
import dev.hookline.application.dispatch.Line;
import dev.hookline.application.dispatch.Outbox;
import dev.hookline.application.dispatch.Outbox.Ordering;
import dev.hookline.application.dispatch.WorkerId;
import dev.hookline.http.json.JacksonEventFormat;
import dev.hookline.persistence.Database;
import dev.hookline.persistence.DatabaseSettings;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;

/** Fills a database with history and with work that waits, and measures what a claim then takes. */
final class Backlog {
  private static final int REPOSITORIES = 1000;
  private static final int DAYS = 29;
  private static final long BATCH = 250_000;
  private static final Duration LEASE = Duration.ofMinutes(5);
  private static final int LINES = 32;

  /** Of four lines the worker looks for one among the newest messages. */
  private static final int FRESH = LINES / 4;

  private static final int WARM_UP_CLAIMS = 200;
  private static final int CLAIMS = 400;

  private final Cluster cluster;

  Backlog(Cluster cluster) {
    this.cluster = cluster;
  }

  /**
   * @param history events that are over, spread over the days before today
   * @param backlog events that wait, of today
   */
  void fill(String database, long history, long backlog) {
    cluster.query(
        database,
        """
        SELECT count(hookline_open_day((now() AT TIME ZONE 'UTC')::date - ago))
        FROM generate_series(0, %d) ago
        """
            .formatted(DAYS),
        row -> row.getLong(1));
    fill(database, "DISPATCHED", history);
    fill(database, "RECEIVED", backlog);
    cluster.execute(database, "VACUUM ANALYZE");
    cluster.execute(database, "CHECKPOINT");
  }

  private void fill(String database, String state, long count) {
    for (long from = 1; from <= count; from += BATCH) {
      long to = Math.min(count, from + BATCH - 1);
      cluster.execute(database, fillSql(state, from, to));
    }
  }

  private static String fillSql(String state, long from, long to) {
    // Small bodies, since ten million of the usual ones are a large disk. Indexes and partitions
    // grow with history, and those have a row for each event whatever its size.
    return """
    WITH source AS MATERIALIZED (
      SELECT
        i, at, repository, md5(i || '%1$s') AS chance,
        ('x' || substr(md5('repository' || repository), 1, 16))::bit(64)::bigint AS ordering_key,
        (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0')
          || '7' || substr(md5(i || '%1$s'), 1, 3) || '8' || substr(md5(i || '%1$s'), 4, 15)
        )::uuid AS id
      FROM (
        SELECT
          i, i %% %2$d AS repository,
          now() - (CASE WHEN '%1$s' = 'DISPATCHED' THEN i %% %3$d + 1 ELSE 0 END) * interval '1 day'
            AS at
        FROM generate_series(%4$d::bigint, %5$d::bigint) i) numbers
    ), keys AS (
      INSERT INTO delivery_key (service, key, body_digest, pipeline_id)
      SELECT 'github', '%1$s-' || i, sha256(chance::bytea), id FROM source
    ), events AS (
      INSERT INTO event (pipeline_id, document, body)
      SELECT
        id,
        json_build_object(
          'event_id', '%1$s-' || i, 'service', 'github', 'event_type', 'issue_comment',
          'repository', json_build_object(
            'name', 'r' || repository, 'owner', 'octo-load', 'default_branch', 'main',
            'installation_id', 42, 'can_write', false),
          'user_request', 'please look at ' || chance,
          'created_at', to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
          'metadata', json_build_object('sender', 'mona', 'action', 'created'),
          'raw_headers', json_build_object('Content-Type', 'application/json'))::text,
        convert_to('{"action":"created","n":"' || chance || '"}', 'UTF8')
      FROM source
    ), pipelines AS (
      INSERT INTO pipeline (
        id, service, event_id, event_type, repository, received_at, state, attempts, since,
        history, open_dispatches)
      SELECT
        id, 'github', '%1$s-' || i, 'issue_comment', 'octo-load/r' || repository, at, '%1$s',
        (CASE WHEN '%1$s' = 'DISPATCHED' THEN 1 ELSE 0 END), at,
        jsonb_build_array(jsonb_build_object('state', '%1$s', 'at', at, 'attempt', 0)), 1
      FROM source
    )
    INSERT INTO outbox_message (pipeline_id, service, lane, ordering_key)
    SELECT id, 'github', (ordering_key & 63)::smallint, ordering_key
    FROM source
    WHERE '%1$s' = 'RECEIVED'
    ORDER BY i
    """
        .formatted(state, REPOSITORIES, DAYS, from, to);
  }

  /**
   * The median time that a claim takes of as many messages as a worker works at once, one of each
   * line, so that it is the same work whatever waits behind them.
   *
   * @return in milliseconds
   */
  double claimMillis(String database) {
    var worker = new WorkerId(UUID.randomUUID());
    try (Database store =
        Database.open(
            DatabaseSettings.of(cluster.jdbcUrl(database), Cluster.USER, cluster.password())
                .withPoolSize(1),
            new Random())) {
      Outbox outbox = store.outbox(new JacksonEventFormat());
      Set<Lane> lanes = outbox.lease(worker, LEASE, Set.of()).lanes();
      long[] nanos = new long[CLAIMS];
      for (int i = -WARM_UP_CLAIMS; i < CLAIMS; i++) {
        long begun = System.nanoTime();
        List<Line> lines =
            outbox
                .due(
                    new Claim(
                        lanes,
                        Ordering.STRICT,
                        List.of(),
                        Optional.of("log"),
                        Set.of(),
                        LINES,
                        FRESH,
                        1,
                        Claim.Allowance.UNBOUNDED))
                .lines();
        if (lines.size() != LINES) {
          throw new BenchmarkException("a claim found %d lines".formatted(lines.size()));
        }
        if (i >= 0) {
          nanos[i] = System.nanoTime() - begun;
        }
      }
      outbox.release(worker);
      Arrays.sort(nanos);
      return nanos[CLAIMS / 2] / 1e6;
    }
  }
}
