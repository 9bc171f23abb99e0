package dev.hookline.persistence;

import static dev.hookline.persistence.Storable.array;
import static dev.hookline.persistence.Storable.texts;

import dev.hookline.application.dispatch.Lane;
import dev.hookline.application.dispatch.Outbox;
import dev.hookline.application.dispatch.OutboxMessage;
import dev.hookline.application.dispatch.OutboxMessage.Task;
import dev.hookline.application.dispatch.WorkerId;
import dev.hookline.application.format.EventFormat;
import dev.hookline.domain.pipeline.PipelineState;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/**
 * The outbox in PostgreSQL: lanes are leased, so that messages need no locks, and a claim reads its
 * own lanes alone.
 */
final class JdbiOutbox implements Outbox {
  // All that an idle worker asks, since it asks every second. What it writes here, the rest of the
  // statement does not see yet: the worker counts itself.
  private static final String RENEW_LEASE =
      """
      WITH renewed AS (
        INSERT INTO worker (id, leased_until)
        VALUES (:worker, now() + :lease * interval '1 microsecond')
        ON CONFLICT (id) DO UPDATE SET leased_until = EXCLUDED.leased_until
      ), held AS (
        SELECT id, epoch FROM lane WHERE owner = :worker
      )
      SELECT
        (SELECT ceil(:lanes::numeric / (count(*) + 1))::integer
          FROM worker WHERE leased_until > now() AND id <> :worker) AS share,
        EXISTS (
          SELECT FROM lane l LEFT JOIN worker w ON w.id = l.owner AND w.leased_until > now()
          WHERE w.id IS NULL AND l.owner IS DISTINCT FROM :worker) AS any_free,
        ARRAY(SELECT id::integer FROM held ORDER BY id) AS ids,
        ARRAY(SELECT epoch FROM held ORDER BY id) AS epochs
      """;

  private static final String FORGET_DEAD_WORKERS =
      "DELETE FROM worker WHERE leased_until < now() - interval '1 hour' AND id <> :worker";

  private static final String GIVE_UP_SURPLUS =
      """
      WITH surplus AS MATERIALIZED (
        SELECT id
        FROM lane
        WHERE owner = :worker AND NOT id = ANY (:busy::smallint[])
        ORDER BY id DESC
        LIMIT greatest(0, (SELECT count(*) FROM lane WHERE owner = :worker) - :share)
        FOR UPDATE
      )
      UPDATE lane SET owner = NULL FROM surplus WHERE lane.id = surplus.id
      """;

  private static final String TAKE_FREE_LANES =
      """
      WITH free AS MATERIALIZED (
        SELECT l.id
        FROM lane l LEFT JOIN worker w ON w.id = l.owner AND w.leased_until > now()
        WHERE w.id IS NULL
        ORDER BY l.id
        LIMIT greatest(0, :share - (SELECT count(*) FROM lane WHERE owner = :worker))
        FOR UPDATE OF l SKIP LOCKED
      )
      UPDATE lane SET owner = :worker, epoch = lane.epoch + 1 FROM free WHERE lane.id = free.id
      """;

  private static final String HELD = "SELECT id, epoch FROM lane WHERE owner = :worker";

  private static final String GIVE_UP_ALL =
      """
      WITH own AS MATERIALIZED (
        SELECT id FROM lane WHERE owner = :worker ORDER BY id DESC FOR UPDATE
      )
      UPDATE lane SET owner = NULL FROM own WHERE lane.id = own.id
      """;

  private static final String FORGET_WORKER = "DELETE FROM worker WHERE id = :worker";

  private static final String MESSAGE =
      """
      SELECT
        d.id, d.ordering_key, d.lane, d.held_epoch, d.task, d.queued_at, d.pipeline_id, r.*
      FROM due d CROSS JOIN LATERAL (
        -- Row by row, and so by index and in the one partition, whatever the planner believes.
        SELECT %s, %s
        FROM pipeline p JOIN event e ON e.pipeline_id = p.id
        WHERE p.id = d.pipeline_id AND e.pipeline_id = d.pipeline_id
        LIMIT 1) r
      """
          .formatted(Stored.STATE_COLUMNS, Stored.EVENT_COLUMNS);

  // Its time has come; of a message that is being attempted it came before.
  private static final String IS_DUE = "due_at <= now()";

  // Jumps from key to key along the index (lane, ordering_key, id): each step finds the head of the
  // next line, so that the lines' lengths cost nothing.
  private static final String DUE_HEADS =
      """
      WITH RECURSIVE held AS (
        SELECT h.lane, h.epoch AS held_epoch, h.after, h.up_to
        FROM unnest(:lanes::smallint[], :epochs::bigint[], :after::bigint[], :upTo::bigint[])
          AS h (lane, epoch, after, up_to)
        JOIN lane l ON l.id = h.lane AND l.epoch = h.epoch
      ), head AS (
        SELECT h.held_epoch, h.up_to, m.*
        FROM held h CROSS JOIN LATERAL (
          SELECT * FROM outbox_message o
          WHERE o.lane = h.lane AND o.ordering_key >= h.after AND o.ordering_key <= h.up_to
          ORDER BY o.ordering_key, o.id LIMIT 1) m
        UNION ALL
        SELECT b.held_epoch, b.up_to, m.*
        FROM head b CROSS JOIN LATERAL (
          SELECT * FROM outbox_message o
          WHERE o.lane = b.lane AND o.ordering_key > b.ordering_key AND o.ordering_key <= b.up_to
          ORDER BY o.ordering_key, o.id LIMIT 1) m
      ), due AS MATERIALIZED (
        SELECT * FROM head
        WHERE %s AND NOT ordering_key = ANY (:busy::bigint[])
        LIMIT :limit
      )
      %s
      """
          .formatted(IS_DUE, MESSAGE);

  private static final String DUE_MESSAGES =
      """
      WITH held AS (
        SELECT h.lane, h.epoch AS held_epoch
        FROM unnest(:lanes::smallint[], :epochs::bigint[]) AS h (lane, epoch)
        JOIN lane l ON l.id = h.lane AND l.epoch = h.epoch
      ), due AS MATERIALIZED (
        SELECT o.*, h.held_epoch
        FROM outbox_message o JOIN held h ON h.lane = o.lane
        WHERE %s AND NOT id = ANY (:busy::bigint[])
        ORDER BY o.id
        LIMIT :limit
      )
      %s
      ORDER BY d.id
      """
          .formatted(IS_DUE, MESSAGE);

  // The share locks hold off a takeover until this has committed, and wait for one that is under
  // way: then the lane is no longer among the held, and nothing of its messages is written.
  private static final String RECORD =
      """
      WITH step AS (
        SELECT *
        FROM unnest(
          :ids::bigint[], :lanes::smallint[], :epochs::bigint[], :pipelines::uuid[],
          :states::text[], :attempts::integer[], :since::timestamptz[], :nextAttempts::timestamptz[],
          :delays::bigint[], :errors::text[]
        ) AS s (
          id, lane, epoch, pipeline_id, state, attempts, since, next_attempt_at, delay, error)
      ), held AS MATERIALIZED (
        SELECT l.id, l.epoch
        FROM lane l
        WHERE l.owner = :worker AND (l.id, l.epoch) IN (SELECT lane, epoch FROM step)
        ORDER BY l.id DESC
        FOR SHARE
      ), allowed AS MATERIALIZED (
        SELECT s.* FROM step s JOIN held h ON h.id = s.lane AND h.epoch = s.epoch
      ), kept AS (
        UPDATE outbox_message o
        SET
          task = 'dispatch_command', attempts = s.attempts,
          epoch = CASE WHEN s.next_attempt_at IS NULL THEN s.epoch END,
          due_at = now() + s.delay * interval '1 microsecond'
        FROM allowed s
        WHERE o.id = s.id AND s.state = 'PROCESSING'
        RETURNING o.id
      ), settled AS (
        DELETE FROM outbox_message o
        USING allowed s
        WHERE o.id = s.id AND s.state IN ('DISPATCHED', 'FAILED')
        RETURNING o.id
      ), written AS MATERIALIZED (
        SELECT id FROM kept UNION ALL SELECT id FROM settled
      ), pipelines AS (
        UPDATE pipeline p
        SET
          state = s.state, attempts = s.attempts, since = s.since,
          next_attempt_at = s.next_attempt_at, error = s.error,
          -- Asked again after a lost answer, a step stays one.
          history = CASE WHEN p.history -> -1 = s.entry THEN p.history ELSE p.history || s.entry END
        FROM (
          SELECT a.*, jsonb_strip_nulls(
            jsonb_build_object(
              'state', a.state, 'at', a.since, 'attempt', a.attempts, 'error', a.error)) AS entry
          FROM allowed a JOIN written USING (id)) s
        WHERE p.id = s.pipeline_id
      ), buried AS (
        INSERT INTO dead_letter (pipeline_id)
        SELECT a.pipeline_id FROM allowed a JOIN settled USING (id) WHERE a.state = 'FAILED'
        ON CONFLICT DO NOTHING
      )
      SELECT id FROM written
      """;

  private final Sessions sessions;
  private final EventFormat format;

  /** Where the next search begins in each lane, so that every key has its turn. */
  private final Map<Integer, Long> cursors = new ConcurrentHashMap<>();

  JdbiOutbox(Sessions sessions, EventFormat format) {
    this.sessions = sessions;
    this.format = format;
  }

  @Override
  public Set<Lane> lease(WorkerId worker, Duration lease, Set<Lane> busy) {
    Standing standing =
        sessions.statement(
            handle ->
                handle
                    .createQuery(RENEW_LEASE)
                    .bind("worker", worker.value())
                    .bind("lease", Storable.micros(lease))
                    .bind("lanes", LANES)
                    .map((row, _) -> standing(row))
                    .one());
    return standing.isFair() ? standing.held() : share(worker, standing.share(), busy);
  }

  /**
   * How a worker stands among the others.
   *
   * @param share how many lanes are its own by right
   * @param anyFree whether there are lanes that nobody holds
   */
  private record Standing(int share, boolean anyFree, Set<Lane> held) {
    boolean isFair() {
      return held.size() == share || (held.size() < share && !anyFree);
    }
  }

  private static Standing standing(ResultSet row) throws SQLException {
    var ids = (Integer[]) row.getArray("ids").getArray();
    var epochs = (Long[]) row.getArray("epochs").getArray();
    var held = new HashSet<Lane>();
    for (int i = 0; i < ids.length; i++) {
      held.add(new Lane(ids[i], epochs[i]));
    }
    return new Standing(row.getInt("share"), row.getBoolean("any_free"), held);
  }

  private Set<Lane> share(WorkerId worker, int share, Set<Lane> busy) {
    return sessions.transaction(
        handle -> {
          handle.createUpdate(FORGET_DEAD_WORKERS).bind("worker", worker.value()).execute();
          handle
              .createUpdate(GIVE_UP_SURPLUS)
              .bind("worker", worker.value())
              .bind("busy", array("smallint", busy, Lane::id))
              .bind("share", share)
              .execute();
          handle
              .createUpdate(TAKE_FREE_LANES)
              .bind("worker", worker.value())
              .bind("share", share)
              .execute();
          return handle
              .createQuery(HELD)
              .bind("worker", worker.value())
              .map((row, _) -> new Lane(row.getInt("id"), row.getLong("epoch")))
              .set();
        });
  }

  @Override
  public void release(WorkerId worker) {
    sessions.transaction(
        handle ->
            handle.createUpdate(GIVE_UP_ALL).bind("worker", worker.value()).execute()
                + handle.createUpdate(FORGET_WORKER).bind("worker", worker.value()).execute());
  }

  @Override
  public List<OutboxMessage> due(
      Set<Lane> lanes, Ordering ordering, Collection<Long> busy, int limit) {
    if (lanes.isEmpty() || limit < 1) {
      return List.of();
    }
    return switch (ordering) {
      case STRICT -> heads(List.copyOf(lanes), busy, limit);
      case NONE -> messages(List.copyOf(lanes), busy, limit);
    };
  }

  private List<OutboxMessage> heads(List<Lane> lanes, Collection<Long> busy, int limit) {
    Map<Integer, Long> begins = Map.copyOf(cursors);
    var found =
        new ArrayList<>(
            heads(lanes, lane -> begin(begins, lane), _ -> Long.MAX_VALUE, busy, limit));
    var entered = lanes.stream().filter(lane -> begin(begins, lane) > Long.MIN_VALUE).toList();
    if (found.size() < limit && !entered.isEmpty()) {
      found.addAll(
          heads(
              entered,
              _ -> Long.MIN_VALUE,
              lane -> begin(begins, lane) - 1,
              busy,
              limit - found.size()));
    }
    if (found.size() < limit) {
      lanes.forEach(lane -> cursors.remove(lane.id()));
    } else {
      found.forEach(message -> cursors.put(message.lane().id(), message.orderingKey() + 1));
    }
    return found;
  }

  private static long begin(Map<Integer, Long> begins, Lane lane) {
    return begins.getOrDefault(lane.id(), Long.MIN_VALUE);
  }

  private List<OutboxMessage> heads(
      List<Lane> lanes,
      Function<Lane, Long> after,
      Function<Lane, Long> upTo,
      Collection<Long> busy,
      int limit) {
    return sessions.statement(
        handle ->
            query(handle, DUE_HEADS, lanes, busy, limit)
                .bind("after", array("bigint", lanes, after))
                .bind("upTo", array("bigint", lanes, upTo))
                .map((row, _) -> message(row))
                .list());
  }

  private List<OutboxMessage> messages(List<Lane> lanes, Collection<Long> busy, int limit) {
    return sessions.statement(
        handle ->
            query(handle, DUE_MESSAGES, lanes, busy, limit).map((row, _) -> message(row)).list());
  }

  private Query query(
      Handle handle, String sql, List<Lane> lanes, Collection<Long> busy, int limit) {
    return handle
        .createQuery(sql)
        .bind("lanes", array("smallint", lanes, Lane::id))
        .bind("epochs", array("bigint", lanes, Lane::epoch))
        .bind("busy", array("bigint", busy, id -> id))
        .bind("limit", limit);
  }

  private OutboxMessage message(ResultSet row) throws SQLException {
    return new OutboxMessage(
        row.getLong("id"),
        row.getLong("ordering_key"),
        new Lane(row.getInt("lane"), row.getLong("held_epoch")),
        Task.valueOf(row.getString("task").toUpperCase(Locale.ROOT)),
        Stored.instant(row, "queued_at"),
        Stored.pipeline(row, "pipeline_id", format));
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
    return handle
        .createQuery(RECORD)
        .bind("worker", worker.value())
        .bind("ids", array("bigint", messages, OutboxMessage::id))
        .bind("lanes", array("smallint", messages, message -> message.lane().id()))
        .bind("epochs", array("bigint", messages, message -> message.lane().epoch()))
        .bind("pipelines", array("uuid", messages, message -> message.pipeline().id().value()))
        .bind("states", texts(messages, message -> state(message).name().name()))
        .bind("attempts", array("integer", messages, message -> state(message).attempts()))
        .bind("since", texts(messages, message -> Storable.time(state(message).at())))
        .bind("nextAttempts", texts(messages, message -> Storable.timeOrNull(next(message))))
        .bind("delays", array("bigint", messages, JdbiOutbox::delay))
        .bind("errors", texts(messages, message -> error(state(message))))
        .mapTo(Long.class)
        .set();
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
      case PipelineState.Received _, PipelineState.Attempting _, PipelineState.Dispatched _ -> null;
    };
  }
}
