package dev.hookline.persistence;

import dev.hookline.application.retention.History;
import dev.hookline.application.retention.HistoryDay;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.SqlStatement;

/**
 * The days of the history: a partition each, but for those that the default partition had to take.
 */
final class JdbiHistory implements History {
  private static final int TRIES = 20;
  private static final int LONGEST_PAUSE_MILLIS = 500;

  private static final String NOW = "SELECT now() AS now";

  /** The days that have partitions. */
  static final String DAYS_WITH_PARTITIONS =
      """
      SELECT to_date(substr(c.relname, 7), 'YYYYMMDD') AS day
      FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
      WHERE i.inhparent = 'event'::regclass AND c.relname ~ '^event_[0-9]{8}$'
      """;

  private static final String DAYS =
      DAYS_WITH_PARTITIONS + " UNION SELECT hookline_day_of(id) FROM pipeline_other";

  private static final String DAYS_BEFORE =
      "SELECT day FROM (%s) days WHERE day < :before::date ORDER BY day".formatted(DAYS);

  private static final String DAYS_WITH_REFUSED_BEFORE =
      """
      SELECT day FROM (%s UNION SELECT hookline_day_of(id) FROM refused_delivery) days
      WHERE day < :before::date
      ORDER BY day
      """
          .formatted(DAYS);

  private static final String SURVEY =
      """
      SELECT
        p.pipelines, p.open, e.events, r.refused,
        coalesce(
          pg_total_relation_size(to_regclass('event_' || :suffix))
            + pg_total_relation_size(to_regclass('pipeline_' || :suffix)),
          o.bytes,
          0) AS bytes
      FROM (
        SELECT
          count(*) AS pipelines,
          count(*) FILTER (WHERE state IN ('RECEIVED', 'PROCESSING')) AS open
        FROM pipeline
        WHERE id >= :from AND id < :beyond) p
      CROSS JOIN (
        SELECT count(*) AS events
        FROM event
        WHERE pipeline_id >= :from AND pipeline_id < :beyond) e
      CROSS JOIN (
        SELECT count(*) AS refused FROM refused_delivery WHERE id >= :from AND id < :beyond) r
      CROSS JOIN (
        SELECT sum(pg_column_size(document) + pg_column_size(body))::bigint AS bytes
        FROM event_other
        WHERE pipeline_id >= :from AND pipeline_id < :beyond) o
      """;

  private static final String DROP = "SELECT hookline_drop_day(:day::date)";

  private static final String REST_IS_OPEN =
      """
      SELECT EXISTS (
        SELECT FROM pipeline_other
        WHERE id >= :from AND id < :beyond AND state IN ('RECEIVED', 'PROCESSING'))
      """;

  // Here and below each batch begins behind the one before: from the lowest id it would wade
  // through the dead rows of all of them, for as long as a transaction that is open somewhere keeps
  // VACUUM from clearing them away. And it has an end, by which its rows are found in their index:
  // by their ids alone they would be looked for in the whole table.
  private static final String DROP_REST =
      """
      WITH batch AS MATERIALIZED (
        SELECT id AS last
        FROM (
          SELECT id FROM pipeline_other
          WHERE id > :after AND id >= :from AND id < :beyond AND state IN ('DISPATCHED', 'FAILED')
          ORDER BY id
          LIMIT 1000) old
        ORDER BY id DESC
        LIMIT 1
      ), gone AS (
        DELETE FROM pipeline_other
        WHERE id > :after AND id >= :from AND id <= (SELECT last FROM batch)
          AND state IN ('DISPATCHED', 'FAILED')
        RETURNING id
      ), events AS (
        DELETE FROM event_other
        WHERE pipeline_id > :after AND pipeline_id >= :from
          AND pipeline_id <= (SELECT last FROM batch) AND pipeline_id IN (SELECT id FROM gone)
      ), dead AS (
        DELETE FROM dead_letter
        WHERE pipeline_id > :after AND pipeline_id >= :from
          AND pipeline_id <= (SELECT last FROM batch) AND pipeline_id IN (SELECT id FROM gone)
      ), noted AS (
        INSERT INTO dropped_day SELECT :day::date WHERE EXISTS (SELECT FROM gone)
        ON CONFLICT DO NOTHING
      )
      SELECT (SELECT last FROM batch) AS last, (SELECT count(*) FROM gone) AS gone
      """;

  private static final String DROPPED_DAYS =
      "SELECT day FROM dropped_day WHERE day < :before::date ORDER BY day";

  private static final String IS_FORGETTABLE =
      """
      k.pipeline_id >= :from AND k.pipeline_id < :beyond
        AND NOT EXISTS (
          SELECT FROM pipeline p
          WHERE p.id = k.pipeline_id AND p.id >= :from AND p.id < :beyond)
      """;

  // Where in the table they are, in steps of a megabyte: found by delivery_key_age in the parts of
  // the table that were not filled anew yet. Batches by LIMIT would wade through their own dead
  // rows again and again.
  private static final String PLACES_OF_KEYS =
      """
      SELECT DISTINCT (k.ctid::text::point)[0]::bigint / 128 * 128 AS page
      FROM delivery_key k
      WHERE %s
      ORDER BY page
      """
          .formatted(IS_FORGETTABLE);

  private static final String FORGET_KEYS =
      """
      DELETE FROM delivery_key k
      WHERE k.ctid >= format('(%%s,0)', :page::bigint)::tid
        AND k.ctid < format('(%%s,0)', :page::bigint + 128)::tid
        AND %s
      """
          .formatted(IS_FORGETTABLE);

  // Every summary of delivery_key_age only widens: where keys were deleted others come, and soon
  // each of its ranges seems to hold keys of every day.
  private static final String SUMMARIZE = "SELECT hookline_summarize_keys(:page)";

  // Whoever does it reads much of the table.
  private static final String BEGIN_ALONE = "SELECT pg_try_advisory_lock(7269000003)";

  private static final String END_ALONE = "SELECT pg_advisory_unlock(7269000003)";

  private static final String FORGET_DAY = "DELETE FROM dropped_day WHERE day = :day::date";

  private static final String REMEMBER_DAY =
      "INSERT INTO dropped_day VALUES (:day::date) ON CONFLICT DO NOTHING";

  private static final String FORGET_REFUSED =
      """
      WITH batch AS MATERIALIZED (
        SELECT id AS last
        FROM (
          SELECT id FROM refused_delivery WHERE id > :after AND id < :before ORDER BY id LIMIT 500) old
        ORDER BY id DESC
        LIMIT 1
      ), gone AS (
        DELETE FROM refused_delivery
        WHERE id > :after AND id <= (SELECT last FROM batch)
        RETURNING id
      )
      SELECT (SELECT last FROM batch) AS last, (SELECT count(*) FROM gone) AS gone
      """;

  private static final UUID LOWEST = new UUID(0, 0);

  private final Sessions sessions;
  private final RandomGenerator random;

  /**
   * @param unhurried what is dropped takes longer than a webhook may wait
   * @param random spreads the tries to drop a day that others are using
   */
  JdbiHistory(Sessions unhurried, RandomGenerator random) {
    this.sessions = unhurried;
    this.random = random;
  }

  @Override
  public Instant now() {
    return sessions.statement(
        handle -> handle.createQuery(NOW).map((row, _) -> Stored.instant(row, "now")).one());
  }

  @Override
  public List<LocalDate> daysBefore(LocalDate day) {
    return sessions.statement(handle -> days(handle, DAYS_BEFORE, day));
  }

  @Override
  public List<HistoryDay> surveyBefore(LocalDate day) {
    return sessions.statements(
        handle ->
            days(handle, DAYS_WITH_REFUSED_BEFORE, day).stream()
                .map(each -> survey(handle, each))
                .toList());
  }

  private static List<LocalDate> days(Handle handle, String sql, LocalDate before) {
    return handle.createQuery(sql).bind("before", before.toString()).mapTo(LocalDate.class).list();
  }

  /** Binds where the ids of the day begin and end. */
  private static <S extends SqlStatement<S>> S within(LocalDate day, S statement) {
    return statement
        .bind("from", Storable.firstId(day))
        .bind("beyond", Storable.firstId(day.plusDays(1)));
  }

  private static HistoryDay survey(Handle handle, LocalDate day) {
    return within(day, handle.createQuery(SURVEY))
        .bind("suffix", day.format(DateTimeFormatter.BASIC_ISO_DATE))
        .map((row, _) -> historyDay(row, day))
        .one();
  }

  private static HistoryDay historyDay(ResultSet row, LocalDate day) throws SQLException {
    return new HistoryDay(
        day,
        row.getLong("pipelines"),
        row.getLong("open"),
        row.getLong("events"),
        row.getLong("refused"),
        row.getLong("bytes"));
  }

  @Override
  public Dropping drop(LocalDate day) {
    Dropping dropping = dropPartition(day);
    for (int tries = 1; dropping == Dropping.BUSY && tries < TRIES && rest(); tries++) {
      dropping = dropPartition(day);
    }
    return dropping == Dropping.GONE ? dropRest(day) : dropping;
  }

  private Dropping dropPartition(LocalDate day) {
    return Dropping.valueOf(
        sessions.statement(
            handle ->
                handle.createQuery(DROP).bind("day", day.toString()).mapTo(String.class).one()));
  }

  /** Lets the others pass, who have queued up behind the lock. */
  private boolean rest() {
    try {
      Thread.sleep(random.nextInt(LONGEST_PAUSE_MILLIS) + 1L);
      return true;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Of a day without a partition: from the default partition, row by row. */
  private Dropping dropRest(LocalDate day) {
    return sessions.statements(
        handle -> {
          if (within(day, handle.createQuery(REST_IS_OPEN)).mapTo(Boolean.class).one()) {
            return Dropping.OPEN;
          }
          long rows =
              inBatches(
                  after ->
                      within(day, handle.createQuery(DROP_REST))
                          .bind("after", after)
                          .bind("day", day.toString()));
          return rows > 0 ? Dropping.DROPPED : Dropping.GONE;
        });
  }

  @Override
  public long forgetKeysBefore(LocalDate day) {
    return sessions.statements(
        handle -> {
          if (!handle.createQuery(BEGIN_ALONE).mapTo(Boolean.class).one()) {
            return 0L;
          }
          long forgotten =
              days(handle, DROPPED_DAYS, day).stream()
                  .mapToLong(dropped -> forgetKeysOf(handle, dropped))
                  .sum();
          // Not left to the end of the connection, of which the server may hear later.
          handle.createQuery(END_ALONE).mapTo(Boolean.class).one();
          return forgotten;
        });
  }

  private static long forgetKeysOf(Handle handle, LocalDate day) {
    long forgotten = 0;
    do {
      List<Long> pages = placesOfKeys(handle, day);
      for (long page : pages) {
        forgotten += within(day, handle.createUpdate(FORGET_KEYS)).bind("page", page).execute();
      }
      // Not at once: a row counts until nobody sees it any more.
      for (long page : pages) {
        handle.createQuery(SUMMARIZE).bind("page", page).mapTo(Boolean.class).one();
      }
    } while (!isForgotten(handle, day));
    return forgotten;
  }

  private static List<Long> placesOfKeys(Handle handle, LocalDate day) {
    return within(day, handle.createQuery(PLACES_OF_KEYS)).mapTo(Long.class).list();
  }

  /** Strikes the day off, unless more of it was dropped in the meantime. */
  private static boolean isForgotten(Handle handle, LocalDate day) {
    return handle.inTransaction(
        transaction -> {
          // Whoever drops more of this day now notes it, and so waits until this has committed.
          transaction.createUpdate(FORGET_DAY).bind("day", day.toString()).execute();
          boolean forgotten = placesOfKeys(transaction, day).isEmpty();
          if (!forgotten) {
            transaction.createUpdate(REMEMBER_DAY).bind("day", day.toString()).execute();
          }
          return forgotten;
        });
  }

  @Override
  public long forgetRefusedBefore(LocalDate day) {
    return sessions.statements(
        handle ->
            inBatches(
                after ->
                    handle
                        .createQuery(FORGET_REFUSED)
                        .bind("after", after)
                        .bind("before", Storable.firstId(day))));
  }

  /**
   * One batch of a deletion.
   *
   * @param last the last id that was looked at; empty if there was none
   */
  private record Batch(Optional<UUID> last, long gone) {}

  /**
   * Deletes until nothing is left.
   *
   * @param behind deletes a batch of what comes after an id
   * @return how many are gone
   */
  private static long inBatches(Function<UUID, Query> behind) {
    long gone = 0;
    Optional<UUID> after = Optional.of(LOWEST);
    while (after.isPresent()) {
      Batch batch = behind.apply(after.get()).map((row, _) -> batch(row)).one();
      gone += batch.gone();
      after = batch.last();
    }
    return gone;
  }

  private static Batch batch(ResultSet row) throws SQLException {
    return new Batch(Optional.ofNullable(row.getObject("last", UUID.class)), row.getLong("gone"));
  }
}
