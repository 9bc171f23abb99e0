package dev.hookline.persistence;

/**
 * The statements of {@link Claims}. Each finds some of the heads that are due, and gives as many of
 * those behind them as may go with them; they differ in where they look for heads.
 */
final class ClaimSql {
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
  // next line, so that the lines' lengths cost nothing. Of very many lines it looks at so many, in
  // all lanes alike, since none of them may be due; that it stopped there it says below.
  private static final String HEADS_BY_KEY =
      """
      step AS (
        SELECT h.held_epoch, h.up_to, m.*
        FROM held h CROSS JOIN LATERAL (
          SELECT * FROM outbox_message o
          WHERE o.lane = h.lane AND o.ordering_key >= h.after AND o.ordering_key <= h.up_to
            AND o.id >= :from
          ORDER BY o.ordering_key, o.id LIMIT 1) m
        UNION ALL
        SELECT b.held_epoch, b.up_to, m.*
        FROM step b CROSS JOIN LATERAL (
          SELECT * FROM outbox_message o
          WHERE o.lane = b.lane AND o.ordering_key > b.ordering_key AND o.ordering_key <= b.up_to
            AND o.id >= :from
          ORDER BY o.ordering_key, o.id LIMIT 1) m
      ), head AS (
        SELECT * FROM step LIMIT :keys
      )
      """;

  private static final String STOPPED_AT =
      """
      (
        SELECT array_agg(ARRAY[r.lane, r.ordering_key])
        FROM (
          SELECT
            s.lane::bigint AS lane, max(s.ordering_key) AS ordering_key,
            sum(count(*)) OVER () AS keys
          FROM (SELECT lane, ordering_key FROM step LIMIT :keys) s
          WHERE (SELECT count(*) FROM due) < :lines
          GROUP BY s.lane) r
        WHERE r.keys = :keys)
      """;

  private static final String NOWHERE = "NULL::bigint[]";

  // The other way round: of the newest messages those that nothing is in front of. Some more of
  // them than lines are wanted, since many have something in front or are in flight.
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

  // Without an order every message is a head: of the oldest, of the newest, and of so many behind
  // the place where it was looked no further the last time.
  private static final String OLD =
      """
      looked AS MATERIALIZED (
        SELECT * FROM hookline_oldest_messages(:from, 256)
      ), head AS (
        SELECT h.held_epoch, h.up_to, o.* FROM looked o JOIN held h ON h.lane = o.lane
      )
      """;

  private static final String FRESH =
      """
      looked AS MATERIALIZED (
        SELECT * FROM hookline_newest_messages(:from, 8 * :lines)
      ), head AS (
        SELECT h.held_epoch, h.up_to, o.* FROM looked o JOIN held h ON h.lane = o.lane
      )
      """;

  private static final String LATER =
      """
      looked AS MATERIALIZED (
        SELECT *
        FROM hookline_oldest_messages(greatest(:from, (SELECT min(after) FROM held)), :messages)
      ), head AS (
        SELECT h.held_epoch, h.up_to, o.*
        FROM looked o JOIN held h ON h.lane = o.lane
        WHERE o.id <= h.up_to
      )
      """;

  private static final String STOPPED_AT_MESSAGE =
      """
      (
        SELECT array_agg(ARRAY[h.lane, l.last])
        FROM held h CROSS JOIN (
          SELECT max(id) AS last
          FROM looked
          HAVING count(*) = :messages AND (SELECT count(*) FROM due) < :lines) l)
      """;

  static final String DUE_BY_KEY =
      claim("RECURSIVE", HEADS_BY_KEY, "m.ordering_key", "", "true", STOPPED_AT);

  static final String DUE_FRESH =
      claim("", FRESH_HEADS, "m.ordering_key", "ORDER BY m.id DESC", "true", NOWHERE);

  static final String DUE_OLD =
      claim(
          "",
          OLD_HEADS,
          "m.ordering_key",
          "ORDER BY m.id",
          "(SELECT count(*) = 256 FROM oldest)",
          NOWHERE);

  static final String ANY_FRESH = claim("", FRESH, "m.id", "ORDER BY m.id DESC", "true", NOWHERE);

  static final String ANY_OLD =
      claim("", OLD, "m.id", "ORDER BY m.id", "(SELECT count(*) = 256 FROM looked)", NOWHERE);

  static final String ANY_LATER =
      claim("", LATER, "m.id", "ORDER BY m.id", "true", STOPPED_AT_MESSAGE);

  static final String NEWEST =
      "SELECT coalesce(max(id), 0) FROM hookline_newest_messages(:from, 1)";

  // Behind a head go those that were never attempted, as far as nothing among them has to wait. The
  // bodies come last of all, so that nothing has to sort them or carry them along. There is a row
  // even if nothing is given: it says whether there are more than were looked at, where it was
  // looked no further, and whether one had no room.
  private static String claim(
      String recursive, String heads, String busy, String order, String crowded, String stopped) {
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
        m.id, m.ordering_key, m.lane, m.held_epoch, m.task, m.target, m.pipeline_id,
        CASE WHEN NOT r.replayed THEN m.queued_at END AS accepted_at,
        CASE m.task WHEN 'process_webhook_event' THEN 'RECEIVED' ELSE 'PROCESSING' END AS state,
        m.attempts, r.since,
        CASE WHEN m.epoch IS NULL THEN coalesce(r.next_attempt_at, m.due_at) END AS next_attempt_at,
        coalesce(r.error, '') AS error, r.trace_context, r.request_id, r.document, r.payload
      FROM claimed m CROSS JOIN LATERAL (
        -- Row by row, and so by index and in the one partition, whatever the planner believes.
        SELECT
          p.since, p.next_attempt_at, p.error,
          jsonb_path_exists(p.history, '$[1 to last] ? (@.state == "RECEIVED")') AS replayed, %s, %s
        FROM pipeline p JOIN event e ON e.pipeline_id = p.id
        WHERE p.id = m.pipeline_id AND e.pipeline_id = m.pipeline_id
        LIMIT 1) r
      WHERE m.fits
    )
    SELECT seen.*, given.*
    FROM (
      SELECT
        %s AS crowded, %s AS stopped,
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
            Stored.ORIGIN_COLUMNS,
            Stored.EVENT_COLUMNS,
            crowded,
            stopped);
  }

  private ClaimSql() {}
}
