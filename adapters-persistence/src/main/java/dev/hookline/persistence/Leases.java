package dev.hookline.persistence;

import static dev.hookline.persistence.Storable.array;
import static java.util.Comparator.comparingInt;
import static java.util.stream.Collectors.toSet;

import dev.hookline.application.dispatch.Lane;
import dev.hookline.application.dispatch.Outbox;
import dev.hookline.application.dispatch.Outbox.Holding;
import dev.hookline.application.dispatch.WorkerId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Who works which lanes: each worker holds its fair share of them for as long as its lease runs,
 * and takes over what dead ones have left.
 */
final class Leases {
  // Whose lease runs. The second condition is for a clock that was set back, as when a standby
  // whose
  // clock is behind takes over: the lease of a dead worker would run on for as long. A living one
  // has soon renewed, and clocks that are kept in step differ by less than a lease. A worker of the
  // schema before does not say how long its lease is.
  private static final String LIVES =
      """
      w.leased_until > now() AND (w.lease IS NULL OR w.leased_until < now() + 2 * w.lease)
      """;

  // All that an idle worker asks, since it asks every second. What it writes here, the rest of the
  // statement does not see yet: the worker counts itself.
  private static final String RENEW_LEASE =
      """
      WITH renewed AS (
        INSERT INTO worker (id, leased_until, lease)
        SELECT :worker, now() + l.lease, l.lease
        FROM (SELECT :lease * interval '1 microsecond' AS lease) l
        ON CONFLICT (id) DO UPDATE
        SET leased_until = EXCLUDED.leased_until, lease = EXCLUDED.lease
      ), held AS (
        SELECT id, epoch FROM lane WHERE owner = :worker
      ), other AS (
        SELECT count(*) AS living, min(w.leased_until) - now() AS first_end
        FROM worker w WHERE %1$s AND w.id <> :worker
      )
      SELECT
        ceil(:lanes::numeric / (other.living + 1))::integer AS share,
        (extract(epoch FROM other.first_end) * 1000000)::bigint AS others_end,
        EXISTS (
          SELECT FROM lane l LEFT JOIN worker w ON w.id = l.owner AND %1$s
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
      FROM other
      """
          .formatted(LIVES);

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
        FROM lane l LEFT JOIN worker w ON w.id = l.owner AND %s
        WHERE w.id IS NULL
        ORDER BY l.id
        LIMIT greatest(0, :share - (SELECT count(*) FROM lane WHERE owner = :worker))
        FOR UPDATE OF l SKIP LOCKED
      )
      UPDATE lane SET owner = :worker, epoch = lane.epoch + 1 FROM free WHERE lane.id = free.id
      """
          .formatted(LIVES);

  private static final String HELD = "SELECT id, epoch FROM lane WHERE owner = :worker";

  private static final String GIVE_UP_ALL =
      """
      WITH own AS MATERIALIZED (
        SELECT id FROM lane WHERE owner = :worker ORDER BY id DESC FOR UPDATE
      )
      UPDATE lane SET owner = NULL FROM own WHERE lane.id = own.id
      """;

  private static final String FORGET_WORKER = "DELETE FROM worker WHERE id = :worker";

  private final Sessions sessions;
  private final Watermark watermark;

  /**
   * @param watermark told of what a look at the lanes shows of the outbox as well
   */
  Leases(Sessions sessions, Watermark watermark) {
    this.sessions = sessions;
    this.watermark = watermark;
  }

  /** As {@link Outbox#lease} has it. */
  Holding lease(WorkerId worker, Duration lease, Set<Lane> busy) {
    Standing standing = standing(worker, lease);
    return new Holding(
        standing.isFair() ? standing.held() : share(worker, standing.share(), busy),
        standing.othersEnd());
  }

  /** As {@link Outbox#renew} has it. */
  void renew(WorkerId worker, Duration lease) {
    standing(worker, lease);
  }

  private Standing standing(WorkerId worker, Duration lease) {
    return sessions.statement(
        handle ->
            handle
                .createQuery(RENEW_LEASE)
                .bind("worker", worker.value())
                .bind("lease", Storable.micros(lease))
                .bind("lanes", Outbox.LANES)
                .bind("from", watermark.from())
                .map((row, _) -> standing(row))
                .one());
  }

  /**
   * How a worker stands among the others.
   *
   * @param share how many lanes are its own by right
   * @param anyFree whether there are lanes that nobody holds
   * @param othersEnd as {@link Holding} has it
   */
  private record Standing(
      int share, boolean anyFree, Set<Lane> held, Optional<Duration> othersEnd) {
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
    long end = row.getLong("others_end");
    Optional<Duration> othersEnd =
        row.wasNull() ? Optional.empty() : Optional.of(Duration.of(end, ChronoUnit.MICROS));
    return new Standing(row.getInt("share"), row.getBoolean("any_free"), held, othersEnd);
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
              .list()
              .stream()
              // The busy ones of the surplus are left to run dry: else, where lines never end, they
              // would never be given up. These are the last ones, as with those given up at once.
              .sorted(comparingInt(Lane::id))
              .limit(share)
              .collect(toSet());
        });
  }

  /** As {@link Outbox#release} has it. */
  void release(WorkerId worker) {
    sessions.transaction(
        handle ->
            handle.createUpdate(GIVE_UP_ALL).bind("worker", worker.value()).execute()
                + handle.createUpdate(FORGET_WORKER).bind("worker", worker.value()).execute());
  }
}
