package dev.hookline.persistence;

import dev.hookline.application.audit.Finding;
import dev.hookline.application.audit.Invariant;
import dev.hookline.application.audit.StoredState;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/**
 * Checks by plain SELECTs, which take ACCESS SHARE locks and nothing else. Each is one statement,
 * and so sees every writer's transaction whole or not at all. The history is checked day by day: no
 * snapshot lives longer than it takes to read one partition, and the two sides of a join are small
 * enough to be compared in memory or in the order of their keys.
 */
final class JdbiStoredState implements StoredState {
  // Custom plans read, and lock, the one partition that they are about; one core is enough.
  private static final String MANNERS =
      """
      SET default_transaction_read_only = on; SET plan_cache_mode = force_custom_plan;
      SET max_parallel_workers_per_gather = 0; SET jit = off; SET work_mem = '64MB'
      """;

  private static final String BOUNDS =
      """
      SELECT hookline_first_id(day + part) AS bound
      FROM (%s) days CROSS JOIN generate_series(0, 1) part
      GROUP BY bound
      ORDER BY bound
      """
          .formatted(JdbiHistory.DAYS_WITH_PARTITIONS);

  private static final UUID LOWEST = new UUID(0, 0);
  private static final UUID HIGHEST = new UUID(-1, -1);

  private static final String TALLY =
      """
      SELECT
        count(*) AS checked, count(*) FILTER (WHERE broken) AS violations,
        min(id::text) FILTER (WHERE broken) AS one, max(id::text) FILTER (WHERE broken) AS another
      FROM (%s) AS subject (id, broken)
      """;

  private static final String EVENT_HAS_PIPELINE =
      """
      SELECT e.pipeline_id, p.id IS NULL
      FROM event e
      LEFT JOIN pipeline p ON p.id = e.pipeline_id AND p.id >= :from AND p.id < :beyond
      WHERE e.pipeline_id >= :from AND e.pipeline_id < :beyond
      """;

  private static final String PIPELINE_HAS_EVENT =
      """
      SELECT p.id, e.pipeline_id IS NULL
      FROM pipeline p
      LEFT JOIN event e
        ON e.pipeline_id = p.id AND e.pipeline_id >= :from AND e.pipeline_id < :beyond
      WHERE p.id >= :from AND p.id < :beyond
      """;

  private static final String PIPELINE_HAS_ONE_KEY =
      """
      SELECT p.id, k.keys IS DISTINCT FROM 1
      FROM pipeline p
      LEFT JOIN (
        SELECT pipeline_id, count(*) AS keys
        FROM delivery_key
        WHERE pipeline_id >= :from AND pipeline_id < :beyond
        GROUP BY pipeline_id) k ON k.pipeline_id = p.id
      WHERE p.id >= :from AND p.id < :beyond
      """;

  private static final String KEY_HAS_PIPELINE =
      """
      SELECT
        k.pipeline_id,
        p.id IS NULL AND NOT EXISTS (
          SELECT FROM dropped_day d
          WHERE k.pipeline_id >= hookline_first_id(d.day)
            AND k.pipeline_id < hookline_first_id(d.day + 1))
      FROM delivery_key k
      LEFT JOIN pipeline p ON p.id = k.pipeline_id AND p.id >= :from AND p.id < :beyond
      WHERE k.pipeline_id >= :from AND k.pipeline_id < :beyond
      """;

  private static final String DUPLICATES_ARE_DECIDED =
      """
      SELECT wanted.columns, NOT EXISTS (
        SELECT FROM pg_index i
        WHERE i.indrelid = 'delivery_key'::regclass
          AND i.indisunique AND i.indimmediate AND i.indisvalid AND i.indisready
          AND i.indpred IS NULL AND i.indexprs IS NULL
          AND wanted.columns = (
            SELECT string_agg(a.attname, ', ' ORDER BY k.place)
            FROM unnest(i.indkey::smallint[]) WITH ORDINALITY AS k (number, place)
            JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number))
      FROM (VALUES ('service, key'), ('service, body_digest')) AS wanted (columns)
      """;

  private static final String OPEN_PIPELINE_HAS_MESSAGES =
      """
      SELECT p.id, m.messages IS DISTINCT FROM p.open_dispatches
      FROM pipeline p
      LEFT JOIN (
        SELECT pipeline_id, count(*) AS messages
        FROM outbox_message
        WHERE pipeline_id >= :from AND pipeline_id < :beyond
        GROUP BY pipeline_id) m ON m.pipeline_id = p.id
      WHERE p.id >= :from AND p.id < :beyond AND p.state IN ('RECEIVED', 'PROCESSING')
      """;

  // Row by row, here and below, and so by index and in the one partition.
  private static final String MESSAGE_HAS_OPEN_PIPELINE =
      """
      SELECT m.pipeline_id, coalesce(p.state NOT IN ('RECEIVED', 'PROCESSING'), true)
      FROM outbox_message m
      LEFT JOIN LATERAL (SELECT state FROM pipeline WHERE id = m.pipeline_id LIMIT 1) p ON true
      """;

  private static final String ONE_MESSAGE_PER_TARGET =
      "SELECT pipeline_id, count(*) > 1 FROM outbox_message GROUP BY pipeline_id, target";

  private static final String LINE_IS_IN_ONE_LANE =
      """
      SELECT m.ordering_key, min(m.lane) < max(m.lane) OR bool_or(l.id IS NULL)
      FROM outbox_message m LEFT JOIN lane l ON l.id = m.lane
      GROUP BY m.ordering_key
      """;

  private static final String LANES_ARE_COMPLETE =
      """
      SELECT wanted.id, l.id IS NULL
      FROM generate_series(0, 63) AS wanted (id) LEFT JOIN lane l ON l.id = wanted.id
      """;

  private static final String FAILED_PIPELINE_IS_DEAD_LETTER =
      """
      SELECT p.id, d.pipeline_id IS NULL
      FROM pipeline p
      LEFT JOIN dead_letter d
        ON d.pipeline_id = p.id AND d.pipeline_id >= :from AND d.pipeline_id < :beyond
      WHERE p.id >= :from AND p.id < :beyond AND p.state = 'FAILED'
      """;

  private static final String DEAD_LETTER_IS_FAILED_PIPELINE =
      """
      SELECT d.pipeline_id, p.state IS DISTINCT FROM 'FAILED'
      FROM dead_letter d
      LEFT JOIN LATERAL (SELECT state FROM pipeline WHERE id = d.pipeline_id LIMIT 1) p ON true
      """;

  private static final String HISTORY_ENDS_IN_STATE =
      """
      SELECT p.id, p.history -> -1 ->> 'state' IS DISTINCT FROM p.state
      FROM pipeline p
      WHERE p.id >= :from AND p.id < :beyond AND p.state IN ('DISPATCHED', 'FAILED')
      """;

  private static final String BODY_HAS_ITS_DIGEST =
      """
      SELECT e.pipeline_id, sha256(e.body) <> k.body_digest
      FROM event e
      JOIN delivery_key k
        ON k.pipeline_id = e.pipeline_id AND k.pipeline_id >= :from AND k.pipeline_id < :beyond
      WHERE e.pipeline_id >= :from AND e.pipeline_id < :beyond AND k.body_digest IS NOT NULL
      """;

  private final Sessions sessions;

  /**
   * @param unhurried reading a day takes longer than a webhook may wait
   */
  JdbiStoredState(Sessions unhurried) {
    this.sessions = unhurried;
  }

  @Override
  public Finding check(Invariant invariant) {
    return switch (invariant) {
      case EVENT_HAS_PIPELINE -> dayByDay(invariant, EVENT_HAS_PIPELINE);
      case PIPELINE_HAS_EVENT -> dayByDay(invariant, PIPELINE_HAS_EVENT);
      case PIPELINE_HAS_ONE_KEY -> dayByDay(invariant, PIPELINE_HAS_ONE_KEY);
      case KEY_HAS_PIPELINE -> dayByDay(invariant, KEY_HAS_PIPELINE);
      case DUPLICATES_ARE_DECIDED -> atOnce(invariant, DUPLICATES_ARE_DECIDED);
      case OPEN_PIPELINE_HAS_MESSAGES -> dayByDay(invariant, OPEN_PIPELINE_HAS_MESSAGES);
      case MESSAGE_HAS_OPEN_PIPELINE -> atOnce(invariant, MESSAGE_HAS_OPEN_PIPELINE);
      case ONE_MESSAGE_PER_TARGET -> atOnce(invariant, ONE_MESSAGE_PER_TARGET);
      case LINE_IS_IN_ONE_LANE -> atOnce(invariant, LINE_IS_IN_ONE_LANE);
      case LANES_ARE_COMPLETE -> atOnce(invariant, LANES_ARE_COMPLETE);
      case FAILED_PIPELINE_IS_DEAD_LETTER -> dayByDay(invariant, FAILED_PIPELINE_IS_DEAD_LETTER);
      case DEAD_LETTER_IS_FAILED_PIPELINE -> atOnce(invariant, DEAD_LETTER_IS_FAILED_PIPELINE);
      case HISTORY_ENDS_IN_STATE -> dayByDay(invariant, HISTORY_ENDS_IN_STATE);
      case BODY_HAS_ITS_DIGEST -> dayByDay(invariant, BODY_HAS_ITS_DIGEST);
    };
  }

  private Finding atOnce(Invariant invariant, String subjects) {
    return mannerly(handle -> tally(invariant, handle.createQuery(TALLY.formatted(subjects))));
  }

  private Finding dayByDay(Invariant invariant, String subjects) {
    return mannerly(
        handle -> {
          var whole = new Finding(invariant, 0, 0, List.of());
          UUID from = LOWEST;
          for (UUID beyond : bounds(handle)) {
            Query query =
                handle
                    .createQuery(TALLY.formatted(subjects))
                    .bind("from", from)
                    .bind("beyond", beyond);
            whole = sum(whole, tally(invariant, query));
            from = beyond;
          }
          return whole;
        });
  }

  private <T> T mannerly(Function<Handle, T> work) {
    return sessions.statements(
        handle -> {
          handle.execute(MANNERS);
          return work.apply(handle);
        });
  }

  /**
   * Where partitions begin and end. What lies between two bounds is read through the parent table,
   * so nothing is missed if a partition comes or goes meanwhile.
   */
  private static List<UUID> bounds(Handle handle) {
    var bounds = new ArrayList<>(handle.createQuery(BOUNDS).mapTo(UUID.class).list());
    bounds.add(HIGHEST);
    return bounds;
  }

  private static Finding tally(Invariant invariant, Query query) {
    return query.map((row, _) -> finding(invariant, row)).one();
  }

  private static Finding finding(Invariant invariant, ResultSet row) throws SQLException {
    return new Finding(
        invariant,
        row.getLong("checked"),
        row.getLong("violations"),
        Stream.of(Stored.optional(row, "one"), Stored.optional(row, "another"))
            .flatMap(Optional::stream)
            .distinct()
            .toList());
  }

  private static Finding sum(Finding one, Finding other) {
    return new Finding(
        one.invariant(),
        one.checked() + other.checked(),
        one.violations() + other.violations(),
        Stream.concat(one.examples().stream(), other.examples().stream()).toList());
  }
}
