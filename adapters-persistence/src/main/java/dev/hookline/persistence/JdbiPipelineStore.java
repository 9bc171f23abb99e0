package dev.hookline.persistence;

import static dev.hookline.persistence.Storable.array;
import static dev.hookline.persistence.Storable.bytes;
import static dev.hookline.persistence.Storable.texts;
import static dev.hookline.persistence.Storable.wholes;

import dev.hookline.application.dispatch.Outbox;
import dev.hookline.application.format.EventFormat;
import dev.hookline.application.pipeline.NewPipeline;
import dev.hookline.application.pipeline.PipelineStore;
import dev.hookline.domain.delivery.Delivery;
import dev.hookline.domain.delivery.Headers;
import dev.hookline.domain.delivery.RawBody;
import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.event.StandardizedEvent;
import dev.hookline.domain.pipeline.Origin;
import dev.hookline.domain.pipeline.Pipeline;
import dev.hookline.domain.pipeline.PipelineId;
import dev.hookline.domain.pipeline.PipelineState;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Writes event, pipeline and outbox message in one statement, which commits by itself: a round trip
 * less, and nothing that a lost connection could leave open.
 */
final class JdbiPipelineStore implements PipelineStore {
  // One statement for any number of pipelines. What is unique goes in sorted, so that two of these
  // wait for each other in one direction only, but where keys come again with other bodies; a key
  // that is there already leaves the rest of its row out.
  // The large columns come apart: the candidates are gone through several times. What is not put
  // off is due whatever the database's clock says, also after it was set back.
  private static final String STORE =
      """
      WITH candidate AS (
        SELECT *
        FROM unnest(
          :ids::uuid[], :services::text[], :keys::text[], :digests::bytea[], :eventIds::text[],
          :eventTypes::text[], :repositories::text[], :receivedAt::timestamptz[],
          :since::timestamptz[], :orderingKeys::bigint[], :delays::bigint[], :traces::text[], :requestIds::text[]
        ) WITH ORDINALITY AS c (
          id, service, key, body_digest, event_id,
          event_type, repository, received_at,
          since, ordering_key, delay, trace_context, request_id, place)
      ), fresh AS (
        INSERT INTO delivery_key (service, key, body_digest, pipeline_id)
        SELECT service, key, body_digest, id FROM candidate ORDER BY service, body_digest, key
        ON CONFLICT DO NOTHING
        RETURNING pipeline_id AS id
      ), events AS (
        INSERT INTO event (pipeline_id, document, body, payload)
        SELECT id, document, body, payload
        FROM unnest(:ids::uuid[], :documents::text[], :bodies::bytea[], :payloads::bytea[])
          AS content (id, document, body, payload)
        WHERE id IN (SELECT id FROM fresh)
      ), pipelines AS (
        INSERT INTO pipeline (
          id, service, event_id, event_type, repository, received_at, state, attempts, since,
          history, trace_context, request_id)
        SELECT
          id, service, event_id, event_type, repository, received_at, 'RECEIVED', 0, since,
          jsonb_build_array(
            jsonb_build_object('state', 'RECEIVED', 'at', since, 'attempt', 0)),
          trace_context, request_id
        FROM candidate JOIN fresh USING (id) ORDER BY place
      ), messages AS (
        INSERT INTO outbox_message (pipeline_id, service, lane, ordering_key, due_at)
        SELECT
          id, service, (ordering_key & 63)::smallint, ordering_key,
          CASE WHEN delay > 0 THEN now() + delay * interval '1 microsecond' ELSE '-infinity' END
        FROM candidate JOIN fresh USING (id) ORDER BY place
      )
      SELECT id FROM fresh
      """;

  // Of the two that may be on record, that of the key goes before that of the body.
  private static final String ON_RECORD =
      """
      SELECT asked.id, first.pipeline_id, first.state
      FROM unnest(:ids::uuid[], :services::text[], :keys::text[], :digests::bytea[])
        AS asked (id, service, key, body_digest)
      CROSS JOIN LATERAL (
        SELECT k.pipeline_id, p.state
        FROM delivery_key k LEFT JOIN pipeline p ON p.id = k.pipeline_id
        WHERE k.service = asked.service
          AND (k.key = asked.key OR k.body_digest = asked.body_digest)
        ORDER BY k.key = asked.key DESC
        LIMIT 1) AS first
      """;

  private static final String FIND =
      """
      SELECT p.id, p.service, p.received_at, %s, %s, %s
      FROM pipeline p JOIN event e ON e.pipeline_id = p.id
      WHERE p.id = :id AND e.pipeline_id = :id
      """
          .formatted(Stored.ORIGIN_COLUMNS, Stored.STATE_COLUMNS, Stored.EVENT_AND_BODY_COLUMNS);

  private static final String REOPEN =
      """
      WITH reopened AS (
        UPDATE pipeline
        SET
          state = 'RECEIVED', attempts = 0, since = :since::timestamptz, next_attempt_at = NULL,
          error = NULL, open_dispatches = 1, dead_error = NULL, event_type = :eventType, repository = :repository,
          history = history || jsonb_build_object(
            'state', 'RECEIVED', 'at', :since::timestamptz, 'attempt', 0)
        WHERE id = :id AND state IN ('DISPATCHED', 'FAILED')
        RETURNING id, service
      ), revived AS (
        DELETE FROM dead_letter WHERE pipeline_id IN (SELECT id FROM reopened)
      ), reread AS (
        UPDATE event
        SET document = :document, payload = NULLIF(:payload, body)
        WHERE pipeline_id = :id AND EXISTS (SELECT FROM reopened)
      ), message AS (
        INSERT INTO outbox_message (pipeline_id, service, lane, ordering_key)
        SELECT id, service, (:orderingKey & 63)::smallint, :orderingKey FROM reopened
      )
      SELECT count(*) FROM reopened
      """;

  private final Sessions sessions;
  private final EventFormat format;
  private final Notifier notifier;
  private final GroupCommit<Row, Acceptance> commits;

  JdbiPipelineStore(Sessions sessions, EventFormat format, Notifier notifier) {
    this.sessions = sessions;
    this.format = format;
    this.notifier = notifier;
    this.commits = new GroupCommit<>(sessions, Row::bytes, this::write);
  }

  @Override
  public Acceptance accept(NewPipeline candidate, Duration budget) {
    return commits.write(new Row(candidate, format), budget);
  }

  /** A candidate with what is made of it for its columns, by its own caller's thread. */
  private static final class Row {
    private final NewPipeline candidate;
    private final String document;
    private final byte @Nullable [] digest;
    private final byte @Nullable [] payload;
    private final long orderingKey;

    private Row(NewPipeline candidate, EventFormat format) {
      StandardizedEvent event = candidate.pipeline().event();
      RawBody body = candidate.delivery().body();
      RawBody raw = event.rawPayload();
      this.candidate = candidate;
      this.document = format.encodeWithoutPayload(event);
      this.digest = candidate.guardBody() ? body.digest() : null;
      this.payload = raw.equals(body) ? null : raw.bytes();
      this.orderingKey = JdbiPipelineStore.orderingKey(event);
    }

    UUID id() {
      return candidate.pipeline().id().value();
    }

    String service() {
      return candidate.delivery().service().name();
    }

    StandardizedEvent event() {
      return candidate.pipeline().event();
    }

    Origin origin() {
      return candidate.pipeline().origin();
    }

    /** Of what grows with the delivery. */
    long bytes() {
      return (long) candidate.delivery().body().length() + (payload == null ? 0 : payload.length);
    }
  }

  private List<Optional<Acceptance>> write(Handle handle, List<Row> rows) {
    Set<UUID> fresh = store(handle, rows);
    List<Row> others = rows.stream().filter(row -> !fresh.contains(row.id())).toList();
    Map<UUID, Acceptance> onRecord = others.isEmpty() ? Map.of() : onRecord(handle, others);
    // Also what an earlier try has stored, whose answer was lost.
    var accepted = new Acceptance.Accepted();
    notifier.signal(
        rows.stream()
            .filter(row -> fresh.contains(row.id()) || accepted.equals(onRecord.get(row.id())))
            .map(row -> lane(row.orderingKey))
            .toList());
    return rows.stream()
        .map(
            row ->
                fresh.contains(row.id())
                    ? Optional.<Acceptance>of(new Acceptance.Accepted())
                    : Optional.ofNullable(onRecord.get(row.id())))
        .toList();
  }

  /** Stores those whose delivery is not on record, and says which. */
  private static Set<UUID> store(Handle handle, List<Row> rows) {
    return handle
        .createQuery(STORE)
        .bind("ids", array("uuid", rows, Row::id))
        .bind("services", texts(rows, Row::service))
        .bind("keys", texts(rows, row -> row.candidate.key().value()))
        .bind("digests", bytes(rows, row -> row.digest))
        .bind("eventIds", texts(rows, row -> row.event().eventId()))
        .bind("eventTypes", texts(rows, row -> row.event().eventType()))
        .bind("repositories", texts(rows, row -> row.event().repository().fullName()))
        .bind(
            "receivedAt", texts(rows, row -> Storable.time(row.candidate.delivery().receivedAt())))
        .bind("since", texts(rows, row -> Storable.time(row.candidate.pipeline().state().at())))
        .bind("orderingKeys", wholes(rows, row -> row.orderingKey))
        .bind("delays", wholes(rows, row -> Storable.micros(row.candidate.putOff())))
        .bind("traces", texts(rows, row -> row.origin().trace().map(Storable::trace).orElse(null)))
        .bind("requestIds", texts(rows, row -> row.origin().requestId().orElse(null)))
        .bind("documents", texts(rows, row -> row.document))
        .bind("bodies", bytes(rows, row -> row.candidate.delivery().body().bytes()))
        .bind("payloads", bytes(rows, row -> row.payload))
        .mapTo(UUID.class)
        .set();
  }

  /**
   * What the deliveries started before, by the pipeline that each would start now; without one if
   * whoever was first has rolled back since.
   */
  private static Map<UUID, Acceptance> onRecord(Handle handle, List<Row> rows) {
    var found = new HashMap<UUID, Acceptance>();
    handle
        .createQuery(ON_RECORD)
        .bind("ids", array("uuid", rows, Row::id))
        .bind("services", texts(rows, Row::service))
        .bind("keys", texts(rows, row -> row.candidate.key().value()))
        .bind("digests", bytes(rows, row -> row.digest))
        .map(
            (row, _) -> {
              UUID asked = Stored.uuid(row, "id");
              return Map.entry(asked, acceptance(row, new PipelineId(asked)));
            })
        .forEach(entry -> found.put(entry.getKey(), entry.getValue()));
    return found;
  }

  private static Acceptance acceptance(ResultSet row, PipelineId own) throws SQLException {
    var first = new PipelineId(Stored.uuid(row, "pipeline_id"));
    // Our own id on record: the answer to an earlier try was lost, its commit was not.
    return first.equals(own)
        ? new Acceptance.Accepted()
        : new Acceptance.Duplicate(
            first, PipelineState.Name.FAILED.name().equals(row.getString("state")));
  }

  @Override
  public Optional<Recorded> find(PipelineId id) {
    return sessions.statement(
        handle ->
            handle
                .createQuery(FIND)
                .bind("id", id.value())
                .map((row, _) -> recorded(row))
                .findOne());
  }

  private Recorded recorded(ResultSet row) throws SQLException {
    Pipeline pipeline = Stored.pipeline(row, "id", format);
    return new Recorded(
        pipeline,
        new Delivery(
            new Service(row.getString("service")),
            Headers.ofSingle(pipeline.event().rawHeaders()),
            Stored.body(row),
            Stored.instant(row, "received_at"),
            ""));
  }

  @Override
  public boolean reopen(Pipeline replayed) {
    StandardizedEvent event = replayed.event();
    boolean reopened =
        sessions.statement(
            handle ->
                handle
                        .createQuery(REOPEN)
                        .bind("id", replayed.id().value())
                        .bind("since", Storable.time(replayed.state().at()))
                        .bind("eventType", Storable.text(event.eventType()))
                        .bind("repository", event.repository().fullName())
                        .bind("document", Storable.text(format.encodeWithoutPayload(event)))
                        .bind("payload", event.rawPayload().bytes())
                        .bind("orderingKey", orderingKey(event))
                        .mapTo(Integer.class)
                        .one()
                    == 1);
    if (reopened) {
      notifier.signal(Set.of(lane(orderingKey(event))));
    }
    return reopened;
  }

  /** As the statements have it. */
  private static int lane(long orderingKey) {
    return (int) (orderingKey & (Outbox.LANES - 1));
  }

  private static long orderingKey(StandardizedEvent event) {
    return Storable.orderingKey(event.repository().fullName());
  }
}
