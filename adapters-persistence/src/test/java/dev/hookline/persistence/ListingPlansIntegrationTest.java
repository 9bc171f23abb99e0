package dev.hookline.persistence;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.persistence.Listing.Source;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.SqlStatements;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * How PostgreSQL goes about a listing, over a history that is long compared with what is looked at:
 * along the ids from the newest, in no case through all there is. Here as everywhere it depends on
 * the numbers of rows alone which way is cheaper, so a small history with small parts shows it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ListingPlansIntegrationTest {
  private static final int ROWS = 30_000;
  private static final int LOOK = 500;

  /** Each is asked for its newest row, and there may be some more of them than were made here. */
  private static final int PARTITIONS = 20;

  private static final Pattern ROWS_READ =
      Pattern.compile("Scan.* on (?:pipeline|dead|refused).*actual.*rows=([0-9.]+) loops=([0-9]+)");

  private static final Pattern WHOLE_TABLE =
      Pattern.compile("Seq Scan on (?:pipeline_2001|refused).*actual");

  // The outbox has no index by pipeline. It may be read, but not be sorted or grouped.
  private static final Pattern GROUPED =
      Pattern.compile("(?:Aggregate|Group|Unique) .*actual.*rows=([0-9.]+)");

  private static final Pattern SORTED_WHOLE =
      Pattern.compile("Sort Method: (?!top-N).*: ([0-9]+)kB");

  /** What some hundred ids take, and thousands do not. */
  private static final int SORTED_KILOBYTES = 250;

  private final PostgresStorage storage = new PostgresStorage();

  /** A row each ten seconds with two messages; one in a hundred is dead, the newest are open. */
  @BeforeAll
  void fill() {
    storage
        .server()
        .execute(
            """
            SELECT hookline_open_day('2001-02-03'::date + day) FROM generate_series(0, 3) day;
            CREATE TABLE made AS
            SELECT
              i, at, (rpad(lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0'), 17, '7')
                || lpad(to_hex(i), 15, '0'))::uuid AS id
            FROM (
              SELECT i, '2001-02-03T00:00:00Z'::timestamptz + i * interval '10 s' AS at
              FROM generate_series(1, %1$d) i) times;
            INSERT INTO pipeline (
              id, service, event_id, event_type, repository, received_at, state, attempts, since,
              history)
            SELECT
              id, CASE WHEN i %% 5 = 0 THEN 'slack' ELSE 'github' END, i::text, 'push',
              CASE i WHEN 1 THEN 'octo/rare' ELSE 'octo/r' || i %% 100 END, at,
              CASE WHEN i %% 100 = 7 THEN 'FAILED' WHEN i > %1$d - 300 THEN 'RECEIVED'
                ELSE 'DISPATCHED' END,
              1, at, '[]'
            FROM made;
            INSERT INTO dead_letter SELECT id FROM pipeline WHERE state = 'FAILED';
            INSERT INTO outbox_message (pipeline_id, target, lane, ordering_key)
            SELECT id, target, 1, 1 FROM pipeline, unnest('{ci,stream}'::text[]) AS target;
            INSERT INTO refused_delivery
            SELECT id, 'github', id::text::bytea, '{}', '{}', '', '', at, 'E', 'm' FROM made;
            ANALYZE
            """
                .formatted(ROWS));
  }

  @AfterAll
  void close() {
    storage.close();
  }

  static Stream<Arguments> listings() {
    return Stream.of(
        Arguments.of(Source.PIPELINES, "state", "DISPATCHED"),
        Arguments.of(Source.PIPELINES, "service", "slack"),
        Arguments.of(Source.PIPELINES, "service", "nobody"),
        Arguments.of(Source.PIPELINES, "event_type", "star"),
        Arguments.of(Source.PIPELINES, "repository", "octo/rare"),
        Arguments.of(Source.DEAD, "state", "FAILED"),
        Arguments.of(Source.DEAD, "repository", "octo/rare"),
        Arguments.of(Source.OPEN, "state", "RECEIVED"),
        Arguments.of(Source.OPEN, "repository", "octo/rare"),
        Arguments.of(Source.REFUSED, "service", "slack"),
        Arguments.of(Source.REFUSED, "error", "InvalidPayloadError"));
  }

  @ParameterizedTest
  @MethodSource("listings")
  void listingLooksAtNoMoreThanItMay(Source source, String column, String value) {
    Source looking = source.lookingAt(LOOK);
    var listing = listing(looking, Optional.empty(), Optional.empty());
    listing.where(column, value);
    mayNotReadAll(explain(listing, listing.sql("p.id")), 2 * LOOK);
    mayNotReadAll(explain(listing, listing.lastLookedAt()), LOOK);
  }

  @Test
  void everythingIsReadFromItsNewestEnd() {
    var listing = listing(Source.PIPELINES, Optional.empty(), Optional.empty());
    mayNotReadAll(explain(listing, listing.sql("p.id")), 51);
  }

  @Test
  void nextPartBeginsAtItsCursor() {
    String middle = storage.server().query("SELECT id FROM made WHERE i = %d".formatted(ROWS / 2));
    var listing =
        listing(
            Source.PIPELINES.lookingAt(LOOK),
            Optional.of(UUID.fromString(middle)),
            Optional.of(Instant.parse("2001-02-03T01:00:00Z")));
    listing.where("service", "nobody");
    mayNotReadAll(explain(listing, listing.sql("p.id")), LOOK);
  }

  private static Listing listing(Source source, Optional<UUID> after, Optional<Instant> since) {
    return new Listing(source, after, since, Optional.empty());
  }

  private String explain(Listing listing, String sql) {
    return Jdbi.create(storage.server()::connect)
        .withHandle(
            handle -> {
              handle.getConfig(SqlStatements.class).setUnusedBindingAllowed(true);
              return String.join(
                  "\n",
                  handle
                      .createQuery("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) " + sql)
                      .bindMap(listing.parameters())
                      .bind("limit", 51L)
                      .mapTo(String.class)
                      .list());
            });
  }

  private static void mayNotReadAll(String plan, int most) {
    long read =
        ROWS_READ
            .matcher(plan)
            .results()
            .mapToLong(
                scan ->
                    Math.round(Double.parseDouble(scan.group(1)) * Long.parseLong(scan.group(2))))
            .sum();
    assertTrue(read <= most + PARTITIONS, plan);
    assertTrue(
        GROUPED
            .matcher(plan)
            .results()
            .allMatch(groups -> Double.parseDouble(groups.group(1)) <= most),
        plan);
    assertTrue(
        SORTED_WHOLE
            .matcher(plan)
            .results()
            .allMatch(sorted -> Integer.parseInt(sorted.group(1)) <= SORTED_KILOBYTES),
        plan);
    assertFalse(WHOLE_TABLE.matcher(plan).find(), plan);
  }
}
