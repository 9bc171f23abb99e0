package dev.hookline.persistence;

import dev.hookline.application.inspect.Page;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;

/**
 * One part of a listing: the newest rows that fit, out of the newest so many. What few rows fit is
 * not searched for in everything there is, which can be more than a statement has time for: the
 * part ends where it was looked no further, and the next one goes on there.
 */
final class Listing {
  /**
   * Where a listing looks.
   *
   * @param table whose rows are looked at, from the highest id down
   * @param id its column with that id
   * @param rows how a row looked at, {@code l}, becomes one that can fit
   * @param most so many are looked at for one part
   */
  record Source(String table, String id, String rows, int most) {
    /** Rows as they lie beside each other. */
    static final int MOST_IN_LINE = 100_000;

    /** Rows that are looked up one by one, each perhaps on a page of its own and not in memory. */
    static final int MOST_LOOKED_UP = 2_000;

    // Row by row, and so by index and in the one partition, whatever the planner believes.
    private static final String PIPELINE_OF_IT =
        "CROSS JOIN LATERAL (SELECT * FROM pipeline WHERE id = l.id LIMIT 1) p";

    static final Source PIPELINES = new Source("pipeline", "id", "", MOST_IN_LINE);
    static final Source DEAD =
        new Source("dead_letter", "pipeline_id", PIPELINE_OF_IT, MOST_LOOKED_UP);
    static final Source OPEN =
        new Source("outbox_message", "pipeline_id", PIPELINE_OF_IT, MOST_LOOKED_UP);
    static final Source REFUSED = new Source("refused_delivery", "id", "", MOST_IN_LINE);

    Source lookingAt(int most) {
      return new Source(table, id, rows, most);
    }

    private boolean isLookedUp() {
      return !rows.isEmpty();
    }
  }

  private final Source source;
  private final List<String> span = new ArrayList<>(List.of("true"));
  private final List<String> conditions = new ArrayList<>();
  private final Map<String, Object> parameters = new LinkedHashMap<>();

  Listing(Source source, Optional<UUID> after, Optional<Instant> since, Optional<Instant> until) {
    this.source = source;
    after.ifPresent(
        last -> {
          span.add(source.id() + " < :after");
          parameters.put("after", last);
        });
    since.ifPresent(
        from -> {
          // An id is made after the receipt it belongs to; a day allows for any clock. It spares
          // the partitions of the days before. There is no such bound at the other end: what was
          // refused and replayed later has a younger id.
          span.add(source.id() + " >= :firstId");
          parameters.put("firstId", Storable.firstId(from.minus(1, ChronoUnit.DAYS)));
          fits("received_at >= :since::timestamptz", "since", Storable.time(from));
        });
    until.ifPresent(to -> fits("received_at < :until::timestamptz", "until", Storable.time(to)));
  }

  void where(String column, String value) {
    fits("%1$s = :%1$s".formatted(column), column, value);
  }

  private void fits(String condition, String name, Object value) {
    conditions.add(condition);
    parameters.put(name, value);
  }

  /**
   * @param columns of what fits, which is {@code p}
   */
  String sql(String columns) {
    return """
    SELECT %s
    FROM %s
    WHERE %s
    ORDER BY %s.id DESC
    LIMIT :limit
    """
        .formatted(columns, rows(), fitting(), source.isLookedUp() ? "l" : "p");
  }

  private String rows() {
    if (source.isLookedUp()) {
      return "(SELECT DISTINCT id FROM (%s LIMIT %d) newest) l %s"
          .formatted(ids(), source.most(), source.rows());
    }
    // Of everything, none is looked at in vain.
    String most = conditions.isEmpty() ? "" : "LIMIT " + source.most();
    return "(SELECT * FROM %s WHERE %s ORDER BY %s DESC %s) p"
        .formatted(source.table(), span(), source.id(), most);
  }

  /** The last one that {@link #sql} looks at; nothing if it comes to the end. */
  String lastLookedAt() {
    return "%s OFFSET %d LIMIT 1".formatted(ids(), source.most() - 1);
  }

  // Of a pipeline with several targets there are several messages: then fewer pipelines are looked
  // at. Made distinct first, all that there are would be sorted.
  private String ids() {
    return "SELECT %1$s AS id FROM %2$s WHERE %3$s ORDER BY %1$s DESC"
        .formatted(source.id(), source.table(), span());
  }

  private String span() {
    return String.join(" AND ", span);
  }

  private String fitting() {
    return conditions.isEmpty() ? "true" : "p." + String.join(" AND p.", conditions);
  }

  /** What the statements bind, but for the limit. */
  Map<String, Object> parameters() {
    return Map.copyOf(parameters);
  }

  /** Reads the part; both statements have to see the same rows. */
  <T> Page<T> read(
      Handle handle, String columns, int limit, RowMapper<T> mapper, Function<T, UUID> id) {
    List<T> found =
        handle
            .createQuery(sql(columns))
            .bindMap(parameters)
            .bind("limit", limit + 1L)
            .map(mapper)
            .list();
    if (found.size() > limit) {
      List<T> items = List.copyOf(found.subList(0, limit));
      return new Page<>(items, Optional.of(id.apply(items.getLast())));
    }
    return new Page<>(found, conditions.isEmpty() ? Optional.empty() : lastLookedAt(handle));
  }

  private Optional<UUID> lastLookedAt(Handle handle) {
    var span = new LinkedHashMap<>(parameters);
    span.keySet().retainAll(List.of("after", "firstId"));
    return handle
        .createQuery(lastLookedAt())
        .bindMap(span)
        .map((row, _) -> Stored.uuid(row, "id"))
        .findOne();
  }
}
