package dev.hookline.persistence;

import static dev.hookline.persistence.Storable.array;
import static dev.hookline.persistence.Storable.texts;

import dev.hookline.application.dispatch.Lane;
import dev.hookline.application.dispatch.OutboxMessage;
import dev.hookline.application.dispatch.WorkerId;
import dev.hookline.domain.pipeline.PipelineState;
import dev.hookline.domain.pipeline.PipelineState.Attempting;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/**
 * How far a message has come, as it goes on record.
 *
 * @param line its ordering key
 * @param lane under whose epoch it was claimed
 * @param begun the attempt whose beginning is not on record yet, if there is one
 * @param since when that was; null: now, by the database's clock
 * @param next when it is tried again, if it is
 */
record Settlement(
    long id,
    long line,
    Lane lane,
    UUID pipeline,
    @Nullable String target,
    @Nullable Attempting begun,
    PipelineState.Name state,
    int attempts,
    @Nullable Instant since,
    @Nullable Instant next,
    @Nullable String error) {

  /** Takes the columns of a message's step, an array each. */
  private static final String RECORD =
      """
      WITH step AS (
        SELECT *
        FROM unnest(
          :ids::bigint[], :lines::bigint[], :lanes::smallint[], :epochs::bigint[],
          :pipelines::uuid[],
          :targets::text[], :begun::integer[], :begunAt::timestamptz[], :states::text[],
          :attempts::integer[], :since::timestamptz[], :nextAttempts::timestamptz[],
          :delays::bigint[], :errors::text[]
        ) WITH ORDINALITY AS s (
          id, line, lane, epoch,
          pipeline_id,
          target, begun, begun_at, state,
          attempts, since, next_attempt_at,
          delay, error, place)
      ), %s, kept AS (
        UPDATE outbox_message o
        SET
          task = 'dispatch_command', attempts = s.attempts,
          epoch = CASE WHEN s.next_attempt_at IS NULL THEN s.epoch END,
          due_at = CASE WHEN s.next_attempt_at IS NULL THEN '-infinity'
            ELSE now() + s.delay * interval '1 microsecond' END
        FROM allowed s
        WHERE o.ctid = s.spot AND s.state = 'PROCESSING'
        RETURNING s.*
      ), settled AS (
        DELETE FROM outbox_message o
        USING allowed s
        WHERE o.ctid = s.spot AND s.state IN ('DISPATCHED', 'FAILED')
        RETURNING s.*
      ), written AS MATERIALIZED (
        SELECT *, false AS over FROM kept UNION ALL SELECT *, true FROM settled
      ), move AS (
        SELECT
          w.pipeline_id,
          count(*) FILTER (WHERE w.over AND e.part = 2) AS over,
          max(w.error) FILTER (WHERE w.state = 'FAILED') AS dead_error,
          max(w.attempts) AS attempts,
          max(w.since) AS since,
          min(w.next_attempt_at) AS next_attempt_at,
          max(w.error) AS error,
          jsonb_agg(e.step ORDER BY e.at, w.place, e.part) FILTER (WHERE e.happened) AS steps
        FROM written w CROSS JOIN LATERAL (VALUES
          (1, w.begun_at IS NOT NULL, w.begun_at, jsonb_strip_nulls(jsonb_build_object(
            'state', 'PROCESSING', 'at', w.begun_at, 'attempt', w.begun, 'target', w.target))),
          (2, w.over OR w.next_attempt_at IS NOT NULL, w.since, jsonb_strip_nulls(jsonb_build_object(
            'state', CASE WHEN w.target IS NULL THEN w.state ELSE 'PROCESSING' END,
            'at', w.since, 'attempt', w.attempts, 'error', w.error, 'target', w.target,
            'target_state', CASE WHEN w.over AND w.target IS NOT NULL THEN w.state END)))
        ) AS e (part, happened, at, step)
        GROUP BY w.pipeline_id
        HAVING bool_or(e.happened)
      ), moved AS (
        UPDATE pipeline p
        SET
          open_dispatches = p.open_dispatches - m.over,
          dead_error = coalesce(m.dead_error, p.dead_error),
          since = m.since,
          (state, attempts, next_attempt_at, error, history) = (
            SELECT
              n.state,
              CASE WHEN n.last THEN m.attempts ELSE greatest(p.attempts, m.attempts) END,
              CASE WHEN n.state = 'PROCESSING' THEN
                CASE WHEN n.last THEN m.next_attempt_at
                  ELSE coalesce(m.next_attempt_at, p.next_attempt_at) END END,
              CASE n.state
                WHEN 'PROCESSING' THEN
                  CASE WHEN n.last THEN m.error ELSE coalesce(m.error, p.error) END
                WHEN 'FAILED' THEN coalesce(m.dead_error, p.dead_error) END,
              CASE n.state WHEN 'PROCESSING' THEN n.history
                ELSE jsonb_set(n.history, '{-1,state}', to_jsonb(n.state)) END
            FROM (
              SELECT
                p.open_dispatches = 1 AS last,
                CASE WHEN p.open_dispatches > m.over THEN 'PROCESSING'
                  WHEN coalesce(m.dead_error, p.dead_error) IS NULL THEN 'DISPATCHED'
                  ELSE 'FAILED' END AS state,
                p.history || coalesce((
                  -- Said again after a lost answer, or by a target that is still away, a step stays
                  -- one.
                  SELECT jsonb_agg(step ORDER BY place)
                  FROM jsonb_array_elements(m.steps) WITH ORDINALITY AS s (step, place)
                  WHERE step - 'at' IS DISTINCT FROM (p.history -> -1) - 'at'
                    AND step - 'at' IS DISTINCT FROM (p.history -> -2) - 'at'),
                  '[]') AS history) n)
        FROM move m
        WHERE p.id = m.pipeline_id
        RETURNING p.id, p.state
      ), buried AS (
        INSERT INTO dead_letter (pipeline_id)
        SELECT id FROM moved WHERE state = 'FAILED'
        ON CONFLICT DO NOTHING
      )
      SELECT id FROM written
      UNION
      -- Under its epoch only the lane's owner ends a message: the answer to that was lost.
      SELECT s.id FROM step s JOIN held h ON h.id = s.lane AND h.epoch = s.epoch
      WHERE s.state IN ('DISPATCHED', 'FAILED')
      """
          .formatted(JdbiOutbox.ALLOWED);

  static Settlement of(OutboxMessage message) {
    PipelineState state = message.pipeline().state();
    return new Settlement(
        message.id(),
        message.orderingKey(),
        message.lane(),
        message.pipeline().id().value(),
        message.target().orElse(null),
        begun(message),
        state.name(),
        state.attempts(),
        state.at(),
        state instanceof PipelineState.Retrying retrying ? retrying.nextAttempt() : null,
        error(state));
  }

  /**
   * That of a claim's row whose event cannot be read back from what is stored: nobody can dispatch
   * it, so it is given up, and what was claimed with it goes on.
   */
  static Settlement unreadable(ResultSet row, IllegalArgumentException why) throws SQLException {
    return new Settlement(
        row.getLong("id"),
        row.getLong("ordering_key"),
        Claims.lane(row),
        Stored.uuid(row, "pipeline_id"),
        row.getString("target"),
        null,
        PipelineState.Name.FAILED,
        row.getInt("attempts"),
        null,
        null,
        "the stored event cannot be read: " + why.getMessage());
  }

  private static @Nullable Attempting begun(OutboxMessage message) {
    return message.unrecorded().stream()
        .filter(Attempting.class::isInstance)
        .map(Attempting.class::cast)
        .findFirst()
        .orElse(null);
  }

  private static @Nullable String error(PipelineState state) {
    return switch (state) {
      case PipelineState.Retrying retrying -> retrying.error();
      case PipelineState.Failed failed -> failed.error();
      case PipelineState.Received _, Attempting _, PipelineState.Dispatched _ -> null;
    };
  }

  /**
   * Puts them on record.
   *
   * @param worker who has to hold the lanes; null: whoever does, under the settlements' epochs
   * @return the ids of those written; of a lane that has gone to another worker nothing is
   */
  static Set<Long> record(Handle handle, @Nullable WorkerId worker, List<Settlement> settlements) {
    Query query = handle.createQuery(RECORD);
    if (worker == null) {
      query.bindNull("worker", Types.OTHER);
    } else {
      query.bind("worker", worker.value());
    }
    return query
        .bind("ids", array("bigint", settlements, Settlement::id))
        .bind("lines", array("bigint", settlements, Settlement::line))
        .bind("lanes", array("smallint", settlements, one -> one.lane().id()))
        .bind("epochs", array("bigint", settlements, one -> one.lane().epoch()))
        .bind("pipelines", array("uuid", settlements, Settlement::pipeline))
        .bind("targets", texts(settlements, Settlement::target))
        .bind("begun", array("integer", settlements, Settlement::attemptBegun))
        .bind("begunAt", texts(settlements, Settlement::begunAt))
        .bind("states", texts(settlements, one -> one.state().name()))
        .bind("attempts", array("integer", settlements, Settlement::attempts))
        .bind("since", texts(settlements, Settlement::sinceOrNow))
        .bind("nextAttempts", texts(settlements, one -> Storable.timeOrNull(one.next())))
        .bind("delays", array("bigint", settlements, Settlement::delay))
        .bind("errors", texts(settlements, Settlement::error))
        .mapTo(Long.class)
        .set();
  }

  private int attemptBegun() {
    return begun == null ? 0 : begun.attempts();
  }

  private @Nullable String begunAt() {
    return begun == null ? null : Storable.time(begun.at());
  }

  private String sinceOrNow() {
    return since == null ? "now" : Storable.time(since);
  }

  /** Until the next attempt, in microseconds: a span, since only the database's clock counts. */
  private long delay() {
    return next == null || since == null ? 0 : Storable.micros(Duration.between(since, next));
  }
}
