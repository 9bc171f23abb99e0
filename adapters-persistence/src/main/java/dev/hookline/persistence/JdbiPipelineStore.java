package dev.hookline.persistence;

import static dev.hookline.persistence.Storable.array;
import static dev.hookline.persistence.Storable.bytes;
import static dev.hookline.persistence.Storable.texts;

import dev.hookline.application.format.EventFormat;
import dev.hookline.application.pipeline.NewPipeline;
import dev.hookline.application.pipeline.PipelineStore;
import dev.hookline.domain.delivery.Delivery;
import dev.hookline.domain.delivery.Headers;
import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.event.StandardizedEvent;
import dev.hookline.domain.pipeline.Pipeline;
import dev.hookline.domain.pipeline.PipelineId;
import dev.hookline.domain.pipeline.PipelineState;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
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
  // One statement for any number of pipelines. The keys go in sorted, so that two of these wait for
  // each other in one direction only; a key that is there already leaves the rest of its row out.
  private static final String STORE =
      """
      WITH candidate AS (
        SELECT *
        FROM unnest(
          :ids::uuid[], :services::text[], :keys::text[], :digests::bytea[], :eventIds::text[],
          :eventTypes::text[], :repositories::text[], :receivedAt::timestamptz[],
          :since::timestamptz[], :orderingKeys::bigint[], :delays::bigint[], :documents::text[], :bodies::bytea[],
          :payloads::bytea[]
        ) WITH ORDINALITY AS c (
          id, service, key, body_digest, event_id,
          event_type, repository, received_at,
          since, ordering_key, delay, document, body,
          payload, place)
      ), fresh AS (
        INSERT INTO delivery_key (service, key, body_digest, pipeline_id)
        SELECT service, key, body_digest, id FROM candidate ORDER BY service, key
        ON CONFLICT DO NOTHING
        RETURNING pipeline_id AS id
      ), events AS (
        INSERT INTO event (pipeline_id, document, body, payload)
        SELECT id, document, body, payload FROM candidate JOIN fresh USING (id) ORDER BY place
      ), pipelines AS (
        INSERT INTO pipeline (
          id, service, event_id, event_type, repository, received_at, state, attempts, since,
          history)
        SELECT
          id, service, event_id, event_type, repository, received_at, 'RECEIVED', 0, since,
          jsonb_build_array(
            jsonb_build_object('state', 'RECEIVED', 'at', since, 'attempt', 0))
        FROM candidate JOIN fresh USING (id) ORDER BY place
      ), messages AS (
        INSERT INTO outbox_message (pipeline_id, service, lane, ordering_key, due_at)
        SELECT
          id, service, (ordering_key & 63)::smallint, ordering_key,
          now() + delay * interval '1 microsecond'
        FROM candidate JOIN fresh USING (id) ORDER BY place
      )
      SELECT id FROM fresh
      """;

  private static final String ON_RECORD =
      """
      SELECT k.pipeline_id, p.state
      FROM delivery_key k LEFT JOIN pipeline p ON p.id = k.pipeline_id
      WHERE k.service = :service AND (k.key = :key OR k.body_digest = :digest::bytea)
      ORDER BY k.key = :key DESC
      LIMIT 1
      """;

  private static final String FIND =
      """
      SELECT p.id, p.service, p.received_at, %s, %s
      FROM pipeline p JOIN event e ON e.pipeline_id = p.id
      WHERE p.id = :id AND e.pipeline_id = :id
      """
          .formatted(Stored.STATE_COLUMNS, Stored.EVENT_COLUMNS);

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

  JdbiPipelineStore(Sessions sessions, EventFormat format, Notifier notifier) {
    this.sessions = sessions;
    this.format = format;
    this.notifier = notifier;
  }

  @Override
  public Acceptance accept(NewPipeline candidate, Duration budget) {
    return sessions.within(budget, handle -> accept(handle, candidate));
  }

  private Optional<Acceptance> accept(Handle handle, NewPipeline candidate) {
    if (store(handle, List.of(candidate)).contains(candidate.pipeline().id().value())) {
      notifier.signal();
      return Optional.of(new Acceptance.Accepted());
    }
    return onRecord(handle, candidate);
  }

  /** Stores those whose delivery is not on record, and says which. */
  private Set<UUID> store(Handle handle, List<NewPipeline> candidates) {
    return handle
        .createQuery(STORE)
        .bind("ids", array("uuid", candidates, c -> c.pipeline().id().value()))
        .bind("services", texts(candidates, c -> c.delivery().service().name()))
        .bind("keys", texts(candidates, c -> c.key().value()))
        .bind("digests", bytes(candidates, JdbiPipelineStore::digest))
        .bind("eventIds", texts(candidates, c -> event(c).eventId()))
        .bind("eventTypes", texts(candidates, c -> event(c).eventType()))
        .bind("repositories", texts(candidates, c -> event(c).repository().fullName()))
        .bind("receivedAt", texts(candidates, c -> Storable.time(c.delivery().receivedAt())))
        .bind("since", texts(candidates, c -> Storable.time(c.pipeline().state().at())))
        .bind("orderingKeys", array("bigint", candidates, c -> orderingKey(event(c))))
        .bind("delays", array("bigint", candidates, c -> Storable.micros(c.putOff())))
        .bind("documents", texts(candidates, c -> format.encodeWithoutPayload(event(c))))
        .bind("bodies", bytes(candidates, c -> c.delivery().body().bytes()))
        .bind("payloads", bytes(candidates, JdbiPipelineStore::ownPayload))
        .mapTo(UUID.class)
        .set();
  }

  /** What the delivery started before; nothing if whoever was first has rolled back since. */
  private static Optional<Acceptance> onRecord(Handle handle, NewPipeline candidate) {
    return handle
        .createQuery(ON_RECORD)
        .bind("service", candidate.delivery().service().name())
        .bind("key", candidate.key().value())
        .bind("digest", digest(candidate))
        .map((row, _) -> acceptance(row, candidate.pipeline().id()))
        .findOne();
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
      notifier.signal();
    }
    return reopened;
  }

  private static StandardizedEvent event(NewPipeline candidate) {
    return candidate.pipeline().event();
  }

  private static long orderingKey(StandardizedEvent event) {
    return Storable.orderingKey(event.repository().fullName());
  }

  private static byte @Nullable [] digest(NewPipeline candidate) {
    return candidate.guardBody() ? candidate.delivery().body().digest() : null;
  }

  private static byte @Nullable [] ownPayload(NewPipeline candidate) {
    var payload = event(candidate).rawPayload();
    return payload.equals(candidate.delivery().body()) ? null : payload.bytes();
  }
}
