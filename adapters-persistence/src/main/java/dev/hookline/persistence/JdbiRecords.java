package dev.hookline.persistence;

import dev.hookline.application.format.EventFormat;
import dev.hookline.application.inspect.Activity;
import dev.hookline.application.inspect.Activity.Lag;
import dev.hookline.application.inspect.Activity.Tally;
import dev.hookline.application.inspect.OutboxDepth;
import dev.hookline.application.inspect.Page;
import dev.hookline.application.inspect.PipelineFilter;
import dev.hookline.application.inspect.PipelineView;
import dev.hookline.application.inspect.PipelineView.Detailed;
import dev.hookline.application.inspect.PipelineView.HistoryEntry;
import dev.hookline.application.inspect.Records;
import dev.hookline.application.inspect.RefusedFilter;
import dev.hookline.application.inspect.RefusedView;
import dev.hookline.application.inspect.Standing;
import dev.hookline.domain.event.StandardizedEvent;
import dev.hookline.domain.pipeline.PipelineId;
import dev.hookline.domain.pipeline.PipelineState;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;

/** Reads what is on record, page by page along the ids, which sort by time. */
final class JdbiRecords implements Records {
  /** For several reads that have to agree. */
  private static final String ONE_SNAPSHOT =
      "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY";

  private static final String VIEW_COLUMNS =
      "p.id, p.event_id, p.service, p.event_type, p.repository, p.received_at, "
          + Stored.STATE_COLUMNS;

  private static final String REFUSED_COLUMNS =
      "p.id, p.service, p.event_type, p.event_id, p.error, p.message, p.received_at";

  private static final String PIPELINE =
      """
      SELECT %s, %s
      FROM pipeline p JOIN event e ON e.pipeline_id = p.id
      WHERE p.id = :id AND e.pipeline_id = :id
      """
          .formatted(VIEW_COLUMNS, Stored.EVENT_COLUMNS);

  private static final String HISTORY =
      """
      SELECT
        step ->> 'state' AS state, (step ->> 'at')::timestamptz AS at,
        (step ->> 'attempt')::integer AS attempt, step ->> 'error' AS error,
        step ->> 'target' AS target, step ->> 'target_state' AS target_state
      FROM pipeline p CROSS JOIN jsonb_array_elements(p.history) WITH ORDINALITY AS h (step, place)
      WHERE p.id = :id
      ORDER BY place
      """;

  // Of a long outbox only so much as there is time for. The oldest are mostly the first by id, and
  // these are looked at in any case.
  private static final String OUTBOX_DEPTH =
      """
      SELECT
        count(*) FILTER (WHERE epoch IS NULL AND attempts = 0) AS pending,
        count(*) FILTER (WHERE epoch IS NOT NULL) AS leased,
        count(*) FILTER (WHERE epoch IS NULL AND attempts > 0) AS retrying,
        (SELECT count(*) FROM (SELECT FROM dead_letter LIMIT :messages) d) AS dead,
        coalesce(
          extract(epoch FROM now() - least(
            min(queued_at) FILTER (WHERE epoch IS NULL),
            (SELECT min(queued_at) FROM hookline_oldest_messages(0, 1000) WHERE epoch IS NULL))),
          0) AS oldest
      FROM (SELECT epoch, attempts, queued_at FROM outbox_message LIMIT :messages) m
      """;

  // Dead letters row by row, and so by index and in the one partition, whatever the planner
  // believes: it would rather read every pipeline that there is.
  private static final String STANDINGS =
      """
      SELECT
        service, sum(waiting) AS waiting, sum(under_way) AS under_way,
        coalesce(max(oldest), 0) AS oldest, sum(dead) AS dead, sum(refused) AS refused
      FROM (
        SELECT
          service, count(*) FILTER (WHERE epoch IS NULL) AS waiting, count(epoch) AS under_way,
          extract(epoch FROM now() - min(queued_at) FILTER (WHERE epoch IS NULL)) AS oldest,
          0 AS dead, 0 AS refused
        FROM (SELECT service, epoch, queued_at FROM outbox_message LIMIT :messages) m
        GROUP BY service
        UNION ALL
        SELECT service, 0, 0, extract(epoch FROM now() - min(queued_at)), 0, 0
        FROM hookline_oldest_messages(0, 1000) WHERE epoch IS NULL
        GROUP BY service
        UNION ALL
        SELECT p.service, 0, 0, NULL, count(*), 0
        FROM (SELECT pipeline_id FROM dead_letter ORDER BY pipeline_id DESC LIMIT :most) d
          CROSS JOIN LATERAL (SELECT service FROM pipeline WHERE id = d.pipeline_id LIMIT 1) p
        GROUP BY p.service
        UNION ALL
        SELECT service, 0, 0, NULL, 0, count(*)
        FROM (SELECT service FROM refused_delivery ORDER BY id DESC LIMIT :most) r
        GROUP BY service) part
      GROUP BY service
      ORDER BY service
      """;

  // The span is one of ids, since the primary key has no other order: so nothing older is read. A
  // life without detours has three steps, of which the last is the dispatch; only others are
  // searched.
  private static final String ACTIVITY =
      """
      SELECT
        minute, service, count(*) AS accepted,
        count(*) FILTER (WHERE state = 'DISPATCHED') AS dispatched,
        count(*) FILTER (WHERE state = 'FAILED') AS failed,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY lag) AS p50,
        percentile_cont(0.95) WITHIN GROUP (ORDER BY lag) AS p95
      FROM (
        SELECT
          least(
            greatest(floor(extract(epoch FROM p.received_at - :since::timestamptz) / 60), 0),
            :minutes - 1)::integer AS minute,
          p.service, p.state,
          extract(epoch FROM CASE
            WHEN jsonb_array_length(p.history) > 3 THEN
              (jsonb_path_query_first(p.history, '$[*] ? (@.state == "DISPATCHED")') ->> 'at')
                ::timestamptz
            WHEN p.state = 'DISPATCHED' THEN p.since
            END - p.received_at) AS lag
        FROM pipeline p
        WHERE p.id >= :first AND p.id < :beyond) accepted
      GROUP BY GROUPING SETS ((minute), (service))
      """;

  private final Sessions sessions;
  private final EventFormat format;
  private final UnaryOperator<Listing.Source> looking;
  private final int mostCounted;

  JdbiRecords(Sessions sessions, EventFormat format) {
    this(sessions, format, UnaryOperator.identity(), OutboxDepth.MOST_COUNTED);
  }

  /**
   * @param looking may say that a listing looks at fewer rows at a time
   * @param mostCounted so many messages are counted
   */
  JdbiRecords(
      Sessions sessions,
      EventFormat format,
      UnaryOperator<Listing.Source> looking,
      int mostCounted) {
    this.sessions = sessions;
    this.format = format;
    this.looking = looking;
    this.mostCounted = mostCounted;
  }

  @Override
  public Page<PipelineView> pipelines(PipelineFilter filter, Optional<UUID> after, int limit) {
    var listing = new Listing(source(filter.state()), after, filter.since(), filter.until());
    filter.state().ifPresent(state -> listing.where("state", state.name()));
    filter.service().ifPresent(service -> listing.where("service", service));
    filter.eventType().ifPresent(type -> listing.where("event_type", type));
    filter.repository().ifPresent(name -> listing.where("repository", name));
    return read(listing, VIEW_COLUMNS, limit, (row, _) -> view(row), view -> view.id().value());
  }

  private Listing.Source source(Optional<PipelineState.Name> state) {
    // The small tables know these; the large one would be searched in vain.
    return looking.apply(
        state
            .map(
                name ->
                    switch (name) {
                      case FAILED -> Listing.Source.DEAD;
                      case RECEIVED, PROCESSING -> Listing.Source.OPEN;
                      case DISPATCHED -> Listing.Source.PIPELINES;
                    })
            .orElse(Listing.Source.PIPELINES));
  }

  @Override
  public Optional<Detailed> pipeline(PipelineId id) {
    return sessions.transaction(
        handle -> {
          handle.execute(ONE_SNAPSHOT);
          List<HistoryEntry> history = history(handle, id);
          return handle
              .createQuery(PIPELINE)
              .bind("id", id.value())
              .map((row, _) -> detailed(row, history))
              .findOne();
        });
  }

  private static List<HistoryEntry> history(Handle handle, PipelineId id) {
    return handle
        .createQuery(HISTORY)
        .bind("id", id.value())
        .map(
            (row, _) ->
                new HistoryEntry(
                    PipelineState.Name.valueOf(row.getString("state")),
                    Stored.instant(row, "at"),
                    row.getInt("attempt"),
                    Stored.optional(row, "error"),
                    Stored.optional(row, "target"),
                    Stored.optional(row, "target_state").map(PipelineState.Name::valueOf)))
        .list();
  }

  private Detailed detailed(ResultSet row, List<HistoryEntry> history) throws SQLException {
    StandardizedEvent event = Stored.event(row, format);
    return new Detailed(view(row), history, event);
  }

  private static PipelineView view(ResultSet row) throws SQLException {
    return new PipelineView(
        new PipelineId(Stored.uuid(row, "id")),
        row.getString("event_id"),
        row.getString("service"),
        row.getString("event_type"),
        row.getString("repository"),
        Stored.state(row),
        Stored.instant(row, "received_at"));
  }

  @Override
  public Page<RefusedView> refused(RefusedFilter filter, Optional<UUID> after, int limit) {
    var listing =
        new Listing(looking.apply(Listing.Source.REFUSED), after, filter.since(), filter.until());
    filter.service().ifPresent(service -> listing.where("service", service));
    filter.eventType().ifPresent(type -> listing.where("event_type", type));
    filter.error().ifPresent(error -> listing.where("error", error));
    return read(listing, REFUSED_COLUMNS, limit, (row, _) -> refused(row), RefusedView::id);
  }

  private <T> Page<T> read(
      Listing listing, String columns, int limit, RowMapper<T> mapper, Function<T, UUID> id) {
    return sessions.transaction(
        handle -> {
          handle.execute(ONE_SNAPSHOT);
          return listing.read(handle, columns, limit, mapper, id);
        });
  }

  private static RefusedView refused(ResultSet row) throws SQLException {
    return new RefusedView(
        Stored.uuid(row, "id"),
        row.getString("service"),
        Stored.optional(row, "event_type"),
        Stored.optional(row, "event_id"),
        row.getString("error"),
        row.getString("message"),
        Stored.instant(row, "received_at"));
  }

  @Override
  public OutboxDepth outboxDepth() {
    return sessions.statement(
        handle ->
            handle
                .createQuery(OUTBOX_DEPTH)
                .bind("messages", mostCounted)
                .map((row, _) -> depth(row))
                .one());
  }

  private static OutboxDepth depth(ResultSet row) throws SQLException {
    return new OutboxDepth(
        row.getLong("pending"),
        row.getLong("leased"),
        row.getLong("retrying"),
        row.getLong("dead"),
        seconds(row, "oldest"));
  }

  @Override
  public List<Standing> standings() {
    return sessions.statement(
        handle ->
            handle
                .createQuery(STANDINGS)
                .bind("messages", mostCounted)
                .bind("most", Standing.MOST_COUNTED)
                .map((row, _) -> standing(row))
                .list());
  }

  private static Standing standing(ResultSet row) throws SQLException {
    return new Standing(
        row.getString("service"),
        row.getLong("waiting"),
        row.getLong("under_way"),
        seconds(row, "oldest"),
        row.getLong("dead"),
        row.getLong("refused"));
  }

  @Override
  public Activity activity(Instant since, int minutes) {
    var ofMinutes = new ArrayList<>(Collections.nCopies(minutes, Tally.NONE));
    var ofServices = new TreeMap<String, Tally>();
    Instant until = since.plus(minutes, ChronoUnit.MINUTES);
    sessions.statement(
        handle ->
            handle
                .createQuery(ACTIVITY)
                .bind("since", Storable.time(since))
                .bind("minutes", minutes)
                .bind("first", Storable.firstId(since))
                .bind("beyond", Storable.firstId(until))
                .map((row, _) -> tallied(row, ofMinutes, ofServices))
                .list());
    return new Activity(since, ofMinutes, ofServices);
  }

  private static Tally tallied(ResultSet row, List<Tally> ofMinutes, Map<String, Tally> ofServices)
      throws SQLException {
    Tally tally = tally(row);
    int minute = row.getInt("minute");
    if (row.wasNull()) {
      ofServices.put(row.getString("service"), tally);
    } else {
      ofMinutes.set(minute, tally);
    }
    return tally;
  }

  private static Tally tally(ResultSet row) throws SQLException {
    row.getDouble("p50");
    Optional<Lag> lag =
        row.wasNull()
            ? Optional.empty()
            : Optional.of(new Lag(seconds(row, "p50"), seconds(row, "p95")));
    return new Tally(
        row.getLong("accepted"), row.getLong("dispatched"), row.getLong("failed"), lag);
  }

  private static Duration seconds(ResultSet row, String column) throws SQLException {
    return Duration.ofMillis(Math.round(row.getDouble(column) * 1000));
  }
}
