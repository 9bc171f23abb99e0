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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds what is due: the heads of lines that have come round, and what may go behind each of them.
 * A claim reads the lanes of its worker alone, and takes no lock. Safe for use by many threads.
 */
final class Claims {
  private static final Logger LOG = LoggerFactory.getLogger(Claims.class);

  /** What takes too long to bring so little does so for another reason than its bytes. */
  private static final long FEWEST_BYTES = 256 * 1024;

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

  /** Kinds of claims that saw more messages than {@link ClaimSql#DUE_OLD} looks at. */
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
    this.dueByKey = ClaimSql.DUE_BY_KEY.replace(":keys", Integer.toString(keysAtOnce));
    this.anyLater = ClaimSql.ANY_LATER.replace(":messages", Integer.toString(messagesAtOnce));
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
    search.find(ClaimSql.DUE_FRESH, everywhere, claim.fresh());
    if (search.rest() == 0) {
      return;
    }
    if (!crowded.contains(claim.shut())) {
      if (!search.find(ClaimSql.DUE_OLD, everywhere, search.rest())) {
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
    search.find(ClaimSql.ANY_FRESH, everywhere, claim.fresh());
    if (search.rest() > 0 && !search.find(ClaimSql.ANY_OLD, everywhere, search.rest())) {
      rounds.remove(claim.shut());
      return;
    }
    if (search.rest() > 0) {
      anyLater(search, rounds.computeIfAbsent(claim.shut(), _ -> round()));
    }
    // Among many that may not go, what has just come waits for no round.
    search.find(ClaimSql.ANY_FRESH, everywhere, search.rest());
  }

  private Round round() {
    long newest =
        sessions.statement(
            handle ->
                handle
                    .createQuery(ClaimSql.NEWEST)
                    .bind("from", watermark.from())
                    .mapTo(Long.class)
                    .one());
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
      List<Settlement> unreadable) {}

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
      giveUp(found.unreadable());
    }
    return found;
  }

  private void giveUp(List<Settlement> unreadable) {
    Set<Long> written = sessions.statement(handle -> Settlement.record(handle, null, unreadable));
    unreadable.stream()
        .filter(settlement -> written.contains(settlement.id()))
        .forEach(
            settlement ->
                LOG.error("Pipeline {} is FAILED: {}", settlement.pipeline(), settlement.error()));
  }

  private Found found(ResultSet rows, Ordering ordering) throws SQLException {
    boolean isCrowded = false;
    boolean isCut = false;
    Map<Integer, Long> stopped = Map.of();
    var messages = new ArrayList<OutboxMessage>();
    var unreadable = new ArrayList<Settlement>();
    while (rows.next()) {
      isCrowded = rows.getBoolean("crowded");
      isCut = rows.getBoolean("cut");
      stopped = stopped(rows);
      if (rows.getLong("id") > 0) {
        try {
          messages.add(message(rows));
        } catch (IllegalArgumentException e) {
          unreadable.add(Settlement.unreadable(rows, e));
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
        Stored.optionalInstant(row, "accepted_at"),
        Stored.pipeline(row, "pipeline_id", format),
        List.of());
  }

  /** Under the epoch of the claim. */
  static Lane lane(ResultSet row) throws SQLException {
    return new Lane(row.getInt("lane"), row.getLong("held_epoch"));
  }
}
