package dev.hookline.persistence;

import static dev.hookline.persistence.Storable.array;
import static dev.hookline.persistence.Storable.texts;
import static java.util.Comparator.comparingLong;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import dev.hookline.application.dispatch.Claim;
import dev.hookline.application.dispatch.Due;
import dev.hookline.application.dispatch.Lane;
import dev.hookline.application.dispatch.Line;
import dev.hookline.application.dispatch.Outbox;
import dev.hookline.application.dispatch.OutboxMessage;
import dev.hookline.application.dispatch.OutboxMessage.Task;
import dev.hookline.application.dispatch.WorkerId;
import dev.hookline.application.format.EventFormat;
import dev.hookline.domain.pipeline.PipelineState;
import dev.hookline.domain.pipeline.PipelineState.Attempting;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
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
        ARRAY(SELECT epoch FROM held ORDER BY id) AS epochs,
        (SELECT id FROM hookline_oldest_messages(:from, 1)) AS lowest,
        ARRAY(
          SELECT virtualtransaction FROM pg_locks
          WHERE locktype = 'relation' AND mode = 'RowExclusiveLock'
            AND relation = 'outbox_message'::regclass
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        ) AS writers,
        pg_postmaster_start_time()::text AS server
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

  // Its time has come, and neither its service nor its target is paused or away. A message that is
  // being attempted was due before.
  private static final String MAY_GO =
      """
      %1$s.due_at <= now()
        AND NOT coalesce(%1$s.target, :only) = ANY (:shut::text[])
        AND NOT EXISTS (
          SELECT FROM pause
          WHERE pause.service IN ('', %1$s.service)
            AND pause.target IN ('', coalesce(%1$s.target, :only)))
      """;

  private static final String HELD_LANES =
      """
      held AS (
        SELECT h.lane, h.epoch AS held_epoch, h.after, h.up_to
        FROM unnest(:lanes::smallint[], :epochs::bigint[], :after::bigint[], :upTo::bigint[])
          AS h (lane, epoch, after, up_to)
        JOIN lane l ON l.id = h.lane AND l.epoch = h.epoch
      )
      """;

  // Jumps from key to key along the index (lane, ordering_key, id): each step finds the head of the
  // next line, so that the lines' lengths cost nothing.
  private static final String HEADS_BY_KEY =
      """
      head AS (
        SELECT h.held_epoch, h.up_to, m.*
        FROM held h CROSS JOIN LATERAL (
          SELECT * FROM outbox_message o
          WHERE o.lane = h.lane AND o.ordering_key >= h.after AND o.ordering_key <= h.up_to
            AND o.id >= :from
          ORDER BY o.ordering_key, o.id LIMIT 1) m
        UNION ALL
        SELECT b.held_epoch, b.up_to, m.*
        FROM head b CROSS JOIN LATERAL (
          SELECT * FROM outbox_message o
          WHERE o.lane = b.lane AND o.ordering_key > b.ordering_key AND o.ordering_key <= b.up_to
            AND o.id >= :from
          ORDER BY o.ordering_key, o.id LIMIT 1) m
      )
      """;

  // The other way round: of the newest messages those that nothing is in front of. Some more of
  // them
  // than lines are wanted, since many have something in front or are in flight.
  private static final String FRESH_HEADS =
      """
      newest AS MATERIALIZED (
        SELECT * FROM hookline_newest_messages(:from, 8 * :lines)
      ), head AS (
        SELECT h.held_epoch, h.up_to, m.*
        FROM newest m JOIN held h ON h.lane = m.lane
        WHERE m.attempts = 0 AND NOT EXISTS (
          SELECT FROM outbox_message o
          WHERE o.lane = m.lane AND o.ordering_key = m.ordering_key
            AND o.id >= :from AND o.id < m.id)
      )
      """;

  // While there are few messages, all of them, by id: so it costs nothing that dead rows stand in
  // front of them, which a transaction that is long open somewhere keeps from being cleared away.
  private static final String OLD_HEADS =
      """
      oldest AS MATERIALIZED (
        SELECT * FROM hookline_oldest_messages(:from, 256)
      ), head AS (
        SELECT DISTINCT ON (o.ordering_key) h.held_epoch, h.up_to, o.*
        FROM oldest o JOIN held h ON h.lane = o.lane
        ORDER BY o.ordering_key, o.id
      )
      """;

  private static final String ANY =
      """
      head AS (
        SELECT h.held_epoch, h.up_to, o.*
        FROM outbox_message o JOIN held h ON h.lane = o.lane
        WHERE o.id >= :from
      )
      """;

  private static final String DUE_BY_KEY =
      claim("RECURSIVE", HEADS_BY_KEY, "m.ordering_key", "", "true");

  private static final String DUE_FRESH =
      claim("", FRESH_HEADS, "m.ordering_key", "ORDER BY m.id DESC", "true");

  private static final String DUE_OLD =
      claim(
          "", OLD_HEADS, "m.ordering_key", "ORDER BY m.id", "(SELECT count(*) = 256 FROM oldest)");

  private static final String DUE_ANY = claim("", ANY, "m.id", "ORDER BY m.id", "true");

  // Behind a head go those that were never attempted, as far as nothing among them has to wait. The
  // bodies come last of all, so that nothing has to sort them or carry them along. There is a row
  // even if nothing is given: it says whether there are more than were looked at, and whether one
  // had no room.
  private static String claim(
      String recursive, String heads, String busy, String order, String crowded) {
    return """
    WITH %s %s, %s, due AS MATERIALIZED (
      SELECT * FROM head m
      WHERE %s AND NOT %s = ANY (:busy::bigint[])
      %s
      LIMIT :lines
    ), run AS MATERIALIZED (
      SELECT d.held_epoch, r.*
      FROM due d CROSS JOIN LATERAL (
        SELECT
          o.*, row_number() OVER line AS place,
          bool_and(o.id = d.id OR (o.attempts = 0 AND o.epoch IS NULL AND %s)) OVER line AS goes
        FROM (
          SELECT * FROM outbox_message n
          WHERE n.lane = d.lane AND n.ordering_key = d.ordering_key AND n.id >= d.id
          ORDER BY n.id
          LIMIT CASE WHEN d.epoch IS NULL THEN :run ELSE 1 END) o
        WINDOW line AS (ORDER BY o.id)) r
      WHERE r.goes
    ), claimed AS MATERIALIZED (
      SELECT c.*, c.bytes <= CASE c.nth WHEN 1 THEN :first ELSE :bytes END AS fits
      FROM (
        SELECT m.*, row_number() OVER claimed AS nth, sum(e.bytes) OVER claimed AS bytes
        FROM run m CROSS JOIN LATERAL (
          SELECT octet_length(document)::bigint + octet_length(coalesce(payload, body)) AS bytes
          FROM event
          WHERE pipeline_id = m.pipeline_id
          LIMIT 1) e
        WINDOW claimed AS (ORDER BY m.place, m.id)) c
    ), given AS (
      SELECT
        m.id, m.ordering_key, m.lane, m.held_epoch, m.task, m.target, m.queued_at, m.pipeline_id,
        CASE m.task WHEN 'process_webhook_event' THEN 'RECEIVED' ELSE 'PROCESSING' END AS state,
        m.attempts, r.since,
        CASE WHEN m.epoch IS NULL THEN coalesce(r.next_attempt_at, m.due_at) END AS next_attempt_at,
        coalesce(r.error, '') AS error, r.trace_context, r.document, r.payload
      FROM claimed m CROSS JOIN LATERAL (
        -- Row by row, and so by index and in the one partition, whatever the planner believes.
        SELECT p.since, p.next_attempt_at, p.error, p.trace_context, %s
        FROM pipeline p JOIN event e ON e.pipeline_id = p.id
        WHERE p.id = m.pipeline_id AND e.pipeline_id = m.pipeline_id
        LIMIT 1) r
      WHERE m.fits
    )
    SELECT seen.*, given.*
    FROM (
      SELECT
        %s AS crowded,
        EXISTS (SELECT FROM claimed WHERE place = 1 AND NOT fits) AS cut) seen
      LEFT JOIN given ON true
    """
        .formatted(
            recursive,
            HELD_LANES,
            heads,
            MAY_GO.formatted("m"),
            busy,
            order,
            MAY_GO.formatted("o"),
            Stored.EVENT_COLUMNS,
            crowded);
  }

  // The share locks hold off a takeover until the statement has committed, and wait for one that is
  // under way: then the lane is no longer among the held, and nothing of its messages is written.
  // Messages are looked up one by one, by what leads straight to them in either index: of an outbox
  // that was empty when it was analysed the planner would read all there is.
  private static final String ALLOWED =
      """
      held AS MATERIALIZED (
        SELECT l.id, l.epoch
        FROM lane l
        WHERE l.owner = :worker AND (l.id, l.epoch) IN (SELECT DISTINCT lane, epoch FROM step)
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
          due_at = now() + s.delay * interval '1 microsecond'
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
  private final EventFormat format;
  private final Watermark watermark = new Watermark();

  /** Kinds of claims that saw more messages than {@link #DUE_OLD} looks at. */
  private final Set<Set<String>> crowded = ConcurrentHashMap.newKeySet();

  /**
   * Where the next search begins in each lane, so that every key has its turn; apart for each kind
   * of claim, since each sees other keys.
   */
  private final Map<Set<String>, Map<Integer, Long>> cursors = new ConcurrentHashMap<>();

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
                    .bind("from", watermark.from())
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

  private Standing standing(ResultSet row) throws SQLException {
    long lowest = row.getLong("lowest");
    watermark.looked(
        row.wasNull() ? OptionalLong.empty() : OptionalLong.of(lowest),
        Set.copyOf(List.of((String[]) row.getArray("writers").getArray())),
        row.getString("server"));
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
  public Due due(Claim claim) {
    var search = new Search(claim);
    if (!claim.lanes().isEmpty()) {
      switch (claim.ordering()) {
        case STRICT -> heads(search);
        case NONE -> search.find(DUE_ANY, Stretch.whole(claim.lanes()), claim.lines());
      }
    }
    return new Due(search.found, search.cut);
  }

  /**
   * Where in each lane to look.
   *
   * @param from the first ordering key of a lane
   * @param to the last one
   */
  private record Stretch(List<Lane> lanes, Function<Lane, Long> from, Function<Lane, Long> to) {
    static Stretch whole(Collection<Lane> lanes) {
      return new Stretch(List.copyOf(lanes), _ -> Long.MIN_VALUE, _ -> Long.MAX_VALUE);
    }
  }

  private void heads(Search search) {
    Claim claim = search.claim;
    var everywhere = Stretch.whole(claim.lanes());
    search.find(DUE_FRESH, everywhere, claim.fresh());
    if (search.rest() == 0) {
      return;
    }
    if (!crowded.contains(claim.shut())) {
      if (!search.find(DUE_OLD, everywhere, search.rest())) {
        return;
      }
      crowded.add(claim.shut());
    }
    int before = search.found.size();
    Map<Integer, Long> begins =
        cursors.computeIfAbsent(claim.shut(), _ -> new ConcurrentHashMap<>());
    inTurn(search, Map.copyOf(begins));
    if (search.cut) {
      // Those that had no room are between these: the next claim begins here again.
      return;
    }
    if (search.rest() > 0) {
      begins.clear();
      crowded.remove(claim.shut());
    } else {
      search
          .found
          .subList(before, search.found.size())
          .forEach(line -> begins.put(line.head().lane().id(), line.head().orderingKey() + 1));
    }
  }

  /** From where the last search ended, so that every key has its turn. */
  private static void inTurn(Search search, Map<Integer, Long> begins) {
    Set<Lane> lanes = search.claim.lanes();
    Function<Lane, Long> begin = lane -> begins.getOrDefault(lane.id(), Long.MIN_VALUE);
    search.find(
        DUE_BY_KEY, new Stretch(List.copyOf(lanes), begin, _ -> Long.MAX_VALUE), search.rest());
    var entered = lanes.stream().filter(lane -> begin.apply(lane) > Long.MIN_VALUE).toList();
    if (!entered.isEmpty()) {
      search.find(
          DUE_BY_KEY,
          new Stretch(entered, _ -> Long.MIN_VALUE, lane -> begin.apply(lane) - 1),
          search.rest());
    }
  }

  /** A claim on its way through several statements. */
  private final class Search {
    private final Claim claim;
    private final List<Long> busy;
    private final List<Line> found = new ArrayList<>();
    private long bytes;
    private boolean cut;

    Search(Claim claim) {
      this.claim = claim;
      this.busy = new ArrayList<>(claim.busy());
    }

    /** How many lines are still wanted; none if there is no room for more. */
    int rest() {
      return cut ? 0 : claim.lines() - found.size();
    }

    /**
     * Looks for so many lines, none included.
     *
     * @return whether there may be more where it looked
     */
    boolean find(String sql, Stretch stretch, int lines) {
      if (lines < 1) {
        return true;
      }
      Found more = look(sql, this, stretch, lines);
      found.addAll(more.lines());
      cut = more.cut();
      for (Line line : more.lines()) {
        busy.add(line.head().orderingKey());
        line.messages().forEach(message -> bytes += message.pipeline().event().bytes());
      }
      return more.crowded();
    }
  }

  /**
   * What one statement found.
   *
   * @param crowded whether there are more messages than it looked at
   * @param cut whether there is no room for one that it found
   */
  private record Found(boolean crowded, boolean cut, List<Line> lines) {}

  private Found look(String sql, Search search, Stretch stretch, int limit) {
    Claim claim = search.claim;
    long first = search.found.isEmpty() ? claim.allowance().first() : claim.allowance().bytes();
    return sessions.statement(
        handle ->
            handle
                .createQuery(sql)
                .bind("lanes", array("smallint", stretch.lanes(), Lane::id))
                .bind("epochs", array("bigint", stretch.lanes(), Lane::epoch))
                .bind("after", array("bigint", stretch.lanes(), stretch.from()))
                .bind("upTo", array("bigint", stretch.lanes(), stretch.to()))
                .bind("from", watermark.from())
                .bind("busy", array("bigint", search.busy, id -> id))
                .bind("only", claim.only().orElse(""))
                .bind("shut", texts(claim.shut(), name -> name))
                .bind("lines", limit)
                .bind("run", claim.ordering() == Ordering.STRICT ? claim.run() : 1)
                .bind("bytes", claim.allowance().bytes() - search.bytes)
                .bind("first", first - search.bytes)
                .scanResultSet((rows, _) -> found(rows.get(), claim.ordering())));
  }

  private Found found(ResultSet rows, Ordering ordering) throws SQLException {
    boolean isCrowded = false;
    boolean isCut = false;
    var messages = new ArrayList<OutboxMessage>();
    while (rows.next()) {
      isCrowded = rows.getBoolean("crowded");
      isCut = rows.getBoolean("cut");
      if (rows.getLong("id") > 0) {
        messages.add(message(rows));
      }
    }
    messages.forEach(message -> watermark.seen(message.id()));
    messages.sort(comparingLong(OutboxMessage::orderingKey).thenComparingLong(OutboxMessage::id));
    return new Found(isCrowded, isCut, lines(messages, ordering));
  }

  private static List<Line> lines(List<OutboxMessage> messages, Ordering ordering) {
    return switch (ordering) {
      case STRICT ->
          messages.stream()
              .collect(groupingBy(OutboxMessage::orderingKey, LinkedHashMap::new, toList()))
              .values()
              .stream()
              .map(Line::new)
              .toList();
      case NONE -> messages.stream().map(message -> new Line(List.of(message))).toList();
    };
  }

  private OutboxMessage message(ResultSet row) throws SQLException {
    return new OutboxMessage(
        row.getLong("id"),
        row.getLong("ordering_key"),
        new Lane(row.getInt("lane"), row.getLong("held_epoch")),
        Task.valueOf(row.getString("task").toUpperCase(Locale.ROOT)),
        Stored.optional(row, "target"),
        Stored.instant(row, "queued_at"),
        Stored.pipeline(row, "pipeline_id", format),
        List.of());
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
