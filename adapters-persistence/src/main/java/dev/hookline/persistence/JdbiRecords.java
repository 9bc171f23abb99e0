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
import dev.hookline.application.inspect.Standing;
import dev.hookline.application.refused.RefusedDelivery;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;

/** Reads what is on record, page by page along the ids, which sort by time. */
final class JdbiRecords implements Records {
  private static final String VIEW_COLUMNS =
      "p.id, p.event_id, p.service, p.event_type, p.repository, p.received_at, "
          + Stored.STATE_COLUMNS;

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

  private static final String OUTBOX_DEPTH =
      """
      SELECT
        count(*) FILTER (WHERE epoch IS NULL AND attempts = 0) AS pending,
        count(*) FILTER (WHERE epoch IS NOT NULL) AS leased,
        count(*) FILTER (WHERE epoch IS NULL AND attempts > 0) AS retrying,
        (SELECT count(*) FROM dead_letter) AS dead,
        coalesce(extract(epoch FROM now() - min(queued_at) FILTER (WHERE epoch IS NULL)), 0)
          AS oldest
      FROM outbox_message
      """;

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
        FROM outbox_message GROUP BY service
        UNION ALL
        SELECT p.service, 0, 0, NULL, count(*), 0
        FROM (SELECT pipeline_id FROM dead_letter ORDER BY pipeline_id DESC LIMIT :most) d
          JOIN pipeline p ON p.id = d.pipeline_id
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

  JdbiRecords(Sessions sessions, EventFormat format) {
    this.sessions = sessions;
    this.format = format;
  }

  @Override
  public Page<PipelineView> pipelines(PipelineFilter filter, Optional<UUID> after, int limit) {
    var listing = new Listing("p.id", "p.received_at", after, filter.since(), filter.until());
    filter.state().ifPresent(state -> narrowTo(state, listing));
    filter.service().ifPresent(service -> listing.where("p.service", "service", service));
    filter.eventType().ifPresent(type -> listing.where("p.event_type", "eventType", type));
    filter.repository().ifPresent(name -> listing.where("p.repository", "repository", name));
    return page(
        listing.sql(VIEW_COLUMNS, "pipeline p"),
        listing.parameters,
        limit,
        (row, _) -> view(row),
        view -> view.id().value());
  }

  private static void narrowTo(PipelineState.Name state, Listing listing) {
    listing.where("p.state", "state", state.name());
    // The small tables know these; the large one would be searched in vain.
    switch (state) {
      case FAILED -> listing.where("p.id IN (SELECT pipeline_id FROM dead_letter)");
      case RECEIVED, PROCESSING ->
          listing.where("p.id IN (SELECT pipeline_id FROM outbox_message)");
      case DISPATCHED -> {}
    }
  }

  @Override
  public Optional<Detailed> pipeline(PipelineId id) {
    return sessions.transaction(
        handle -> {
          // One snapshot for both reads.
          handle.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
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
  public Page<RefusedDelivery> refused(RefusedFilter filter, Optional<UUID> after, int limit) {
    var listing = new Listing("r.id", "r.received_at", after, filter.since(), filter.until());
    filter.service().ifPresent(service -> listing.where("r.service", "service", service));
    filter.eventType().ifPresent(type -> listing.where("r.event_type", "eventType", type));
    filter.error().ifPresent(error -> listing.where("r.error", "error", error));
    return page(
        listing.sql(JdbiRefusedDeliveries.COLUMNS, "refused_delivery r"),
        listing.parameters,
        limit,
        (row, _) -> JdbiRefusedDeliveries.refused(row),
        RefusedDelivery::id);
  }

  @Override
  public OutboxDepth outboxDepth() {
    return sessions.statement(
        handle -> handle.createQuery(OUTBOX_DEPTH).map((row, _) -> depth(row)).one());
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

  private <T> Page<T> page(
      String sql,
      Map<String, Object> parameters,
      int limit,
      RowMapper<T> mapper,
      Function<T, UUID> id) {
    List<T> found =
        sessions.statement(
            handle ->
                handle
                    .createQuery(sql)
                    .bindMap(parameters)
                    .bind("limit", limit + 1L)
                    .map(mapper)
                    .list());
    if (found.size() <= limit) {
      return new Page<>(found, Optional.empty());
    }
    List<T> items = found.subList(0, limit);
    return new Page<>(List.copyOf(items), Optional.of(id.apply(items.getLast())));
  }

  /** The conditions of one listing. */
  private static final class Listing {
    private final String id;
    private final List<String> conditions = new ArrayList<>();
    private final Map<String, Object> parameters = new LinkedHashMap<>();

    Listing(
        String id,
        String receivedAt,
        Optional<UUID> after,
        Optional<Instant> since,
        Optional<Instant> until) {
      this.id = id;
      conditions.add("true");
      after.ifPresent(last -> narrow(id + " < :after", "after", last));
      since.ifPresent(
          from -> {
            narrow(receivedAt + " >= :since::timestamptz", "since", Storable.time(from));
            // An id is made after the receipt it belongs to; a day allows for any clock. It spares
            // the partitions of the days before.
            narrow(
                id + " >= :firstId", "firstId", Storable.firstId(from.minus(1, ChronoUnit.DAYS)));
          });
      until.ifPresent(
          to -> narrow(receivedAt + " < :until::timestamptz", "until", Storable.time(to)));
    }

    void where(String condition) {
      conditions.add(condition);
    }

    void where(String column, String name, String value) {
      narrow(column + " = :" + name, name, value);
    }

    private void narrow(String condition, String name, Object value) {
      conditions.add(condition);
      parameters.put(name, value);
    }

    String sql(String columns, String table) {
      return "SELECT %s FROM %s WHERE %s ORDER BY %s DESC LIMIT :limit"
          .formatted(columns, table, String.join(" AND ", conditions), id);
    }
  }
}
