package dev.hookline.persistence;

import static dev.hookline.persistence.Storable.array;
import static dev.hookline.persistence.Storable.texts;

import dev.hookline.application.dispatch.Claim;
import dev.hookline.application.dispatch.Due;
import dev.hookline.application.dispatch.Lane;
import dev.hookline.application.dispatch.Outbox;
import dev.hookline.application.dispatch.OutboxMessage;
import dev.hookline.application.dispatch.WorkerId;
import dev.hookline.application.format.EventFormat;
import dev.hookline.domain.pipeline.PipelineState;
import dev.hookline.domain.pipeline.PipelineState.Attempting;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/**
 * The outbox in PostgreSQL: lanes are leased, so that messages need no locks, and a claim reads its
 * own lanes alone.
 */
final class JdbiOutbox implements Outbox {
  // The share locks hold off a takeover until the statement has committed, and wait for one that is
  // under way: then the lane is no longer among the held, and nothing of its messages is written.
  // Without a worker it is whoever holds the lane under this epoch.
  // Messages are looked up one by one, by what leads straight to them in either index: of an outbox
  // that was empty when it was analysed the planner would read all there is.
  private static final String ALLOWED =
      """
      held AS MATERIALIZED (
        SELECT l.id, l.epoch
        FROM lane l
        WHERE l.owner = coalesce(:worker, l.owner)
          AND (l.id, l.epoch) IN (SELECT DISTINCT lane, epoch FROM step)
        ORDER BY l.id DESC
        FOR SHARE
      ), allowed AS MATERIALIZED (
        SELECT s.*, m.spot
        FROM step s JOIN held h ON h.id = s.lane AND h.epoch = s.epoch CROSS JOIN LATERAL (
          SELECT ctid AS spot FROM outbox_message
          WHERE lane = s.lane AND ordering_key = s.line AND id = s.id
          LIMIT 1) m
      )
      """;

  /** Takes the columns of a message's step, an array each. */
  static final String RECORD =
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
          .formatted(ALLOWED);

  private static final String ROUTE =
      """
      WITH step AS (
        SELECT *
        FROM unnest(
          :ids::bigint[], :lines::bigint[], :lanes::smallint[], :epochs::bigint[],
          :targets::text[], :orderingKeys::bigint[]
        ) WITH ORDINALITY AS s (id, line, lane, epoch, target, ordering_key, place)
      ), %s, replaced AS (
        DELETE FROM outbox_message o USING allowed a WHERE o.ctid = a.spot RETURNING o.*
      ), ways AS (
        INSERT INTO outbox_message (pipeline_id, service, target, lane, ordering_key, queued_at)
        SELECT r.pipeline_id, r.service, a.target, r.lane, a.ordering_key, r.queued_at
        FROM replaced r JOIN allowed a USING (id)
        ORDER BY a.place
        RETURNING pipeline_id
      ), counted AS (
        UPDATE pipeline p
        SET open_dispatches = w.ways
        FROM (SELECT pipeline_id, count(*) AS ways FROM ways GROUP BY pipeline_id) w
        WHERE p.id = w.pipeline_id
      )
      SELECT id FROM replaced
      """
          .formatted(ALLOWED);

  private final Sessions sessions;
  private final Leases leases;
  private final Claims claims;

  JdbiOutbox(Sessions sessions, EventFormat format) {
    var watermark = new Watermark();
    this.sessions = sessions;
    this.leases = new Leases(sessions, watermark);
    this.claims = new Claims(sessions, format, watermark);
  }

  @Override
  public Set<Lane> lease(WorkerId worker, Duration lease, Set<Lane> busy) {
    return leases.lease(worker, lease, busy);
  }

  @Override
  public void renew(WorkerId worker, Duration lease) {
    leases.renew(worker, lease);
  }

  @Override
  public void release(WorkerId worker) {
    leases.release(worker);
  }

  @Override
  public Due due(Claim claim) {
    return claims.due(claim);
  }

  @Override
  public Set<Long> route(WorkerId worker, List<Way> ways) {
    return sessions.statement(
        handle ->
            steps(handle.createQuery(ROUTE), worker, ways.stream().map(Way::message).toList())
                .bind("targets", texts(ways, Way::target))
                .bind("orderingKeys", array("bigint", ways, JdbiOutbox::orderingKey))
                .mapTo(Long.class)
                .set());
  }

  private static long orderingKey(Way way) {
    return Storable.orderingKey(
        way.message().pipeline().event().repository().fullName() + " " + way.target());
  }

  private static Query steps(Query query, WorkerId worker, Collection<OutboxMessage> messages) {
    return query
        .bind("worker", worker.value())
        .bind("ids", array("bigint", messages, OutboxMessage::id))
        .bind("lines", array("bigint", messages, OutboxMessage::orderingKey))
        .bind("lanes", array("smallint", messages, message -> message.lane().id()))
        .bind("epochs", array("bigint", messages, message -> message.lane().epoch()));
  }

  @Override
  public Set<Long> record(WorkerId worker, Collection<OutboxMessage> messages) {
    if (messages.isEmpty()) {
      return Set.of();
    }
    return sessions.statement(handle -> record(handle, worker, messages));
  }

  private static Set<Long> record(
      Handle handle, WorkerId worker, Collection<OutboxMessage> messages) {
    return steps(handle.createQuery(RECORD), worker, messages)
        .bind("pipelines", array("uuid", messages, message -> message.pipeline().id().value()))
        .bind("targets", texts(messages, message -> message.target().orElse(null)))
        .bind(
            "begun",
            array(
                "integer", messages, message -> begun(message).map(Attempting::attempts).orElse(0)))
        .bind(
            "begunAt",
            texts(
                messages,
                message -> Storable.timeOrNull(begun(message).map(Attempting::at).orElse(null))))
        .bind("states", texts(messages, message -> state(message).name().name()))
        .bind("attempts", array("integer", messages, message -> state(message).attempts()))
        .bind("since", texts(messages, message -> Storable.time(state(message).at())))
        .bind("nextAttempts", texts(messages, message -> Storable.timeOrNull(next(message))))
        .bind("delays", array("bigint", messages, JdbiOutbox::delay))
        .bind("errors", texts(messages, message -> error(state(message))))
        .mapTo(Long.class)
        .set();
  }

  /** The attempt whose beginning is not on record yet. */
  private static Optional<Attempting> begun(OutboxMessage message) {
    return message.unrecorded().stream()
        .filter(Attempting.class::isInstance)
        .map(Attempting.class::cast)
        .findFirst();
  }

  private static PipelineState state(OutboxMessage message) {
    return message.pipeline().state();
  }

  private static @Nullable Instant next(OutboxMessage message) {
    return state(message) instanceof PipelineState.Retrying retrying
        ? retrying.nextAttempt()
        : null;
  }

  /** Until the next attempt, in microseconds: a span, since only the database's clock counts. */
  private static long delay(OutboxMessage message) {
    Instant next = next(message);
    return next == null ? 0 : Storable.micros(Duration.between(state(message).at(), next));
  }

  private static @Nullable String error(PipelineState state) {
    return switch (state) {
      case PipelineState.Retrying retrying -> retrying.error();
      case PipelineState.Failed failed -> failed.error();
      case PipelineState.Received _, Attempting _, PipelineState.Dispatched _ -> null;
    };
  }
}
