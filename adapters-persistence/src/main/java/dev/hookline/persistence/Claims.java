package dev.hookline.persistence;

import static dev.hookline.persistence.Storable.array;
import static dev.hookline.persistence.Storable.texts;
import static java.util.Comparator.comparingLong;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;
import static java.util.stream.Collectors.toMap;

import dev.hookline.application.dispatch.Claim;
import dev.hookline.application.dispatch.Due;
import dev.hookline.application.dispatch.Lane;
import dev.hookline.application.dispatch.Line;
import dev.hookline.application.dispatch.Outbox;
import dev.hookline.application.dispatch.Outbox.Ordering;
import dev.hookline.application.dispatch.OutboxMessage;
import dev.hookline.application.dispatch.OutboxMessage.Task;
import dev.hookline.application.format.EventFormat;
import dev.hookline.application.pipeline.StoreUnavailableException;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Finds what is due: the heads of lines that have come round, and what may go behind each of them.
 * A claim reads the lanes of its worker alone, and takes no lock. Safe for use by many threads.
 */
final class Claims {
  /** What takes too long to bring so little does so for another reason than its bytes. */
  private static final long FEWEST_BYTES = 256 * 1024;

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

  private static final String DUE_BY_KEY =
      claim("RECURSIVE", HEADS_BY_KEY, "m.ordering_key", "", "true", STOPPED_AT);

  private static final String DUE_FRESH =
      claim("", FRESH_HEADS, "m.ordering_key", "ORDER BY m.id DESC", "true", NOWHERE);

  private static final String DUE_OLD =
      claim(
          "",
          OLD_HEADS,
          "m.ordering_key",
          "ORDER BY m.id",
          "(SELECT count(*) = 256 FROM oldest)",
          NOWHERE);

  private static final String ANY_FRESH =
      claim("", FRESH, "m.id", "ORDER BY m.id DESC", "true", NOWHERE);

  private static final String ANY_OLD =
      claim("", OLD, "m.id", "ORDER BY m.id", "(SELECT count(*) = 256 FROM looked)", NOWHERE);

  private static final String ANY_LATER =
      claim("", LATER, "m.id", "ORDER BY m.id", "true", STOPPED_AT_MESSAGE);

  private static final String NEWEST =
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
        m.id, m.ordering_key, m.lane, m.held_epoch, m.task, m.target, m.queued_at, m.pipeline_id,
        CASE m.task WHEN 'process_webhook_event' THEN 'RECEIVED' ELSE 'PROCESSING' END AS state,
        m.attempts, r.since,
        CASE WHEN m.epoch IS NULL THEN coalesce(r.next_attempt_at, m.due_at) END AS next_attempt_at,
        coalesce(r.error, '') AS error, r.trace_context, r.request_id, r.document, r.payload
      FROM claimed m CROSS JOIN LATERAL (
        -- Row by row, and so by index and in the one partition, whatever the planner believes.
        SELECT p.since, p.next_attempt_at, p.error, %s, %s
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

  /** Looked at in about half a second, on two busy processors; a statement has two. */
  private static final int KEYS_AT_ONCE = 50_000;

  /** The same of messages, each of which is read and none of which is passed over. */
  private static final int MESSAGES_AT_ONCE = 10_000;

  /** Of messages without order at least one in so many is looked for among the newest. */
  private static final int FRESH_SHARE = 8;

  private final Sessions sessions;
  private final EventFormat format;
  private final Watermark watermark;
  private final String dueByKey;
  private final String anyLater;

  /** Kinds of claims that saw more messages than {@link #DUE_OLD} looks at. */
  private final Set<Set<String>> crowded = ConcurrentHashMap.newKeySet();

  /**
   * Where the next search begins in each lane, so that every key has its turn; apart for each kind
   * of claim, since each sees other keys.
   */
  private final Map<Set<String>, Map<Integer, Long>> cursors = new ConcurrentHashMap<>();

  /** The same where there is no order, and so no key. */
  private final Map<Set<String>, Round> rounds = new ConcurrentHashMap<>();

  /**
   * The most bytes that a claim brings now, but for its first event: less after one that took too
   * long, since on a slow network the same claim would for ever.
   */
  private final AtomicLong mostBytes = new AtomicLong(Long.MAX_VALUE);

  /**
   * @param watermark where searches begin, told of what they find
   */
  Claims(Sessions sessions, EventFormat format, Watermark watermark) {
    this(sessions, format, watermark, KEYS_AT_ONCE, MESSAGES_AT_ONCE);
  }

  /**
   * @param keysAtOnce how many lines a statement may look at in vain
   * @param messagesAtOnce how many messages, where there is no order
   */
  Claims(
      Sessions sessions,
      EventFormat format,
      Watermark watermark,
      int keysAtOnce,
      int messagesAtOnce) {
    this.sessions = sessions;
    this.format = format;
    this.watermark = watermark;
    this.dueByKey = DUE_BY_KEY.replace(":keys", Integer.toString(keysAtOnce));
    this.anyLater = ANY_LATER.replace(":messages", Integer.toString(messagesAtOnce));
  }

  /** As {@link Outbox#due} has it. */
  Due due(Claim claim) {
    var search = new Search(claim);
    if (!claim.lanes().isEmpty()) {
      try {
        find(search);
      } catch (StoreUnavailableException e) {
        if (Fault.isTimeout(e)) {
          mostBytes.set(Math.max(FEWEST_BYTES, search.room / 4));
        }
        throw e;
      }
      // More again once one was in time with about as much as it may bring.
      mostBytes.updateAndGet(most -> search.bytes > most / 2 ? most + most / 4 : most);
    }
    return new Due(search.found, search.cut);
  }

  private void find(Search search) {
    Claim claim = search.claim;
    switch (claim.ordering()) {
      case STRICT -> heads(search);
      case NONE -> any(search);
    }
  }

  /**
   * Where in each lane to look.
   *
   * @param from the first ordering key of a lane, or the first message where there is no order
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
    Map<Integer, Long> begins =
        cursors.computeIfAbsent(claim.shut(), _ -> new ConcurrentHashMap<>());
    Map<Integer, Long> reached = Map.copyOf(begins);
    int before = search.found.size();
    search.find(dueByKey, later(claim, reached), search.rest());
    if (search.rest() > 0 && search.stopped.isEmpty()) {
      // The round is over in every lane. The next one begins in every lane as well: else claims for
      // few lines would stay in the lanes that come first.
      begins.clear();
      before = search.found.size();
      search.find(dueByKey, earlier(claim, reached), search.rest());
    }
    if (search.cut) {
      // Those that had no room are between these: the next claim begins here again.
      return;
    }
    if (!search.stopped.isEmpty()) {
      // The next claim goes on there.
      search.stopped.forEach((lane, key) -> begins.put(lane, key + 1));
    } else if (search.rest() > 0) {
      crowded.remove(claim.shut());
    } else {
      search
          .found
          .subList(before, search.found.size())
          .forEach(line -> begins.put(line.head().lane().id(), line.head().orderingKey() + 1));
    }
  }

  /** From where the last search ended, so that every key has its turn. */
  private static Stretch later(Claim claim, Map<Integer, Long> reached) {
    return new Stretch(
        List.copyOf(claim.lanes()),
        lane -> reached.getOrDefault(lane.id(), Long.MIN_VALUE),
        _ -> Long.MAX_VALUE);
  }

  /** What {@link #later} leaves out. */
  private static Stretch earlier(Claim claim, Map<Integer, Long> reached) {
    return new Stretch(
        claim.lanes().stream()
            .filter(lane -> reached.getOrDefault(lane.id(), Long.MIN_VALUE) > Long.MIN_VALUE)
            .toList(),
        _ -> Long.MIN_VALUE,
        lane -> reached.getOrDefault(lane.id(), Long.MIN_VALUE) - 1);
  }

  /**
   * One time through all messages, part by part. It has an end, however fast others come: so those
   * that were passed over have their turn again.
   *
   * @param next the message that the next part begins with
   * @param last the newest one when the round began
   */
  private record Round(long next, long last) {}

  // The oldest first and then part by part, so that a statement looks at no more than it has time
  // for, however many may not go.
  private void any(Search search) {
    Claim claim = search.claim;
    var everywhere = Stretch.whole(claim.lanes());
    search.find(ANY_FRESH, everywhere, claim.fresh());
    if (search.rest() > 0 && !search.find(ANY_OLD, everywhere, search.rest())) {
      rounds.remove(claim.shut());
      return;
    }
    if (search.rest() > 0) {
      anyLater(search, rounds.computeIfAbsent(claim.shut(), _ -> round()));
    }
    // Among many that may not go, what has just come waits for no round.
    search.find(ANY_FRESH, everywhere, search.rest());
  }

  private Round round() {
    long newest =
        sessions.statement(
            handle ->
                handle.createQuery(NEWEST).bind("from", watermark.from()).mapTo(Long.class).one());
    return new Round(0, newest);
  }

  private void anyLater(Search search, Round round) {
    Claim claim = search.claim;
    int before = search.found.size();
    int lines = search.rest() - search.rest() / FRESH_SHARE;
    var part = new Stretch(List.copyOf(claim.lanes()), _ -> round.next(), _ -> round.last());
    search.find(anyLater, part, lines);
    if (search.cut) {
      // Those that had no room are in this part: the next claim begins with it again.
      return;
    }
    long reached =
        search.found.size() - before < lines
            ? search.stopped.values().stream().mapToLong(Long::longValue).max().orElse(round.last())
            : search.found.stream()
                .skip(before)
                .mapToLong(line -> line.head().id())
                .max()
                .orElse(0);
    if (reached < round.last()) {
      rounds.put(claim.shut(), new Round(reached + 1, round.last()));
    } else {
      rounds.remove(claim.shut());
    }
  }

  /** A claim on its way through several statements. */
  private final class Search {
    private final Claim claim;
    private final List<Long> busy;
    private final long room;
    private final List<Line> found = new ArrayList<>();
    private Map<Integer, Long> stopped = Map.of();
    private long bytes;
    private boolean cut;

    Search(Claim claim) {
      this.claim = claim;
      this.busy = new ArrayList<>(claim.busy());
      this.room = Math.min(claim.allowance().bytes(), mostBytes.get());
    }

    /** How many lines are still wanted; none if there is no room for more. */
    int rest() {
      return cut ? 0 : claim.lines() - found.size();
    }

    /**
     * Looks for so many lines, none included, in so many lanes, none included.
     *
     * @return whether there may be more where it looked
     */
    boolean find(String sql, Stretch stretch, int lines) {
      if (lines < 1) {
        return true;
      }
      if (stretch.lanes().isEmpty()) {
        return false;
      }
      Found more = look(sql, this, stretch, lines);
      found.addAll(more.lines());
      cut = more.cut();
      stopped = more.stopped();
      for (Line line : more.lines()) {
        busy.add(busyKey(line.head()));
        line.messages().forEach(message -> bytes += message.pipeline().event().bytes());
      }
      return more.crowded();
    }

    private long busyKey(OutboxMessage message) {
      return switch (claim.ordering()) {
        case STRICT -> message.orderingKey();
        case NONE -> message.id();
      };
    }
  }

  /**
   * What one statement found.
   *
   * @param crowded whether there are more messages than it looked at
   * @param cut whether there is no room for one that it found
   * @param stopped the last ordering key, or message, that it looked at in each lane, if there are
   *     more than it has time for
   * @param unreadable messages that can be in no line
   */
  private record Found(
      boolean crowded,
      boolean cut,
      Map<Integer, Long> stopped,
      List<Line> lines,
      List<Unreadable> unreadable) {}

  private Found look(String sql, Search search, Stretch stretch, int limit) {
    Claim claim = search.claim;
    long first = search.found.isEmpty() ? claim.allowance().first() : search.room;
    Found found =
        sessions.statement(
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
                    .bind("bytes", search.room - search.bytes)
                    .bind("first", first - search.bytes)
                    .scanResultSet((rows, _) -> found(rows.get(), claim.ordering())));
    if (!found.unreadable().isEmpty()) {
      sessions.statement(handle -> Unreadable.giveUp(handle, found.unreadable()));
    }
    return found;
  }

  private Found found(ResultSet rows, Ordering ordering) throws SQLException {
    boolean isCrowded = false;
    boolean isCut = false;
    Map<Integer, Long> stopped = Map.of();
    var messages = new ArrayList<OutboxMessage>();
    var unreadable = new ArrayList<Unreadable>();
    while (rows.next()) {
      isCrowded = rows.getBoolean("crowded");
      isCut = rows.getBoolean("cut");
      stopped = stopped(rows);
      if (rows.getLong("id") > 0) {
        try {
          messages.add(message(rows));
        } catch (IllegalArgumentException e) {
          unreadable.add(Unreadable.of(rows, e));
        }
      }
    }
    messages.forEach(message -> watermark.seen(message.id()));
    messages.sort(comparingLong(OutboxMessage::orderingKey).thenComparingLong(OutboxMessage::id));
    return new Found(isCrowded, isCut, stopped, lines(messages, ordering), unreadable);
  }

  private static Map<Integer, Long> stopped(ResultSet row) throws SQLException {
    Array stopped = row.getArray("stopped");
    return stopped == null
        ? Map.of()
        : Stream.of((Long[][]) stopped.getArray())
            .collect(toMap(lane -> lane[0].intValue(), lane -> lane[1]));
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
        lane(row),
        Task.valueOf(row.getString("task").toUpperCase(Locale.ROOT)),
        Stored.optional(row, "target"),
        Stored.instant(row, "queued_at"),
        Stored.pipeline(row, "pipeline_id", format),
        List.of());
  }

  /** Under the epoch of the claim. */
  static Lane lane(ResultSet row) throws SQLException {
    return new Lane(row.getInt("lane"), row.getLong("held_epoch"));
  }
}
