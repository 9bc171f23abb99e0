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
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;

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
  static final String ALLOWED =
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
  public Holding lease(WorkerId worker, Duration lease, Set<Lane> busy) {
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
            handle
                .createQuery(ROUTE)
                .bind("worker", worker.value())
                .bind("ids", array("bigint", ways, way -> way.message().id()))
                .bind("lines", array("bigint", ways, way -> way.message().orderingKey()))
                .bind("lanes", array("smallint", ways, way -> way.message().lane().id()))
                .bind("epochs", array("bigint", ways, way -> way.message().lane().epoch()))
                .bind("targets", texts(ways, Way::target))
                .bind("orderingKeys", array("bigint", ways, JdbiOutbox::orderingKey))
                .mapTo(Long.class)
                .set());
  }

  private static long orderingKey(Way way) {
    return Storable.orderingKey(
        way.message().pipeline().event().repository().fullName() + " " + way.target());
  }

  @Override
  public Set<Long> record(WorkerId worker, Collection<OutboxMessage> messages) {
    if (messages.isEmpty()) {
      return Set.of();
    }
    List<Settlement> settlements = messages.stream().map(Settlement::of).toList();
    return sessions.statement(handle -> Settlement.record(handle, worker, settlements));
  }
}
