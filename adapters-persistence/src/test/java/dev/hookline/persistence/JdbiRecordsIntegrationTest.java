package dev.hookline.persistence;

import static java.time.temporal.ChronoUnit.DAYS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.application.inspect.OutboxDepth;
import dev.hookline.application.inspect.PipelineFilter;
import dev.hookline.application.inspect.PipelineView;
import dev.hookline.application.inspect.Records;
import dev.hookline.application.inspect.Standing;
import dev.hookline.domain.pipeline.PipelineId;
import dev.hookline.domain.pipeline.PipelineState;
import dev.hookline.testing.PlainEventFormat;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Listings out of PostgreSQL, over days with and without a partition. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class JdbiRecordsIntegrationTest {
  private static final Instant OLD = Instant.parse("2001-02-03T12:00:00Z");

  private final PostgresStorage storage = new PostgresStorage();
  private final List<PipelineId> planted = new ArrayList<>();
  private final Records lookingAtTwo = lookingAt(2);

  private Records lookingAt(int rows) {
    return new JdbiRecords(
        new Sessions(Jdbi.create(storage.server()::connect), new Random(1)),
        new PlainEventFormat(),
        source -> source.lookingAt(rows),
        2);
  }

  @BeforeAll
  void plant() {
    var rows = new PlantedRows(storage.server());
    rows.openDay("2001-02-04");
    for (Instant at : List.of(OLD, OLD.plus(1, DAYS), OLD.plus(2, DAYS))) {
      planted.add(rows.received(at));
      planted.add(rows.dispatched(at));
      planted.add(rows.failed(at));
    }
    change("service = 'linear'", 0, 1, 2);
    change("event_type = 'Issue.create'", 0, 3);
    change("repository = 'octo/gadgets'", 2, 5);
    change("state = 'PROCESSING', attempts = 1", 6);
    // Two ways to two targets are still one pipeline.
    storage
        .server()
        .execute(
            """
            INSERT INTO outbox_message (pipeline_id, service, target, lane, ordering_key)
            SELECT pipeline_id, service, 'second', lane, ordering_key FROM outbox_message
            """);
  }

  private void change(String what, int... places) {
    for (int place : places) {
      storage
          .server()
          .execute("UPDATE pipeline SET %s WHERE id = '%s'".formatted(what, planted.get(place)));
    }
  }

  @AfterAll
  void close() {
    storage.close();
  }

  private static Optional<Instant> time(String text) {
    return Optional.ofNullable(text).map(Instant::parse);
  }

  @ParameterizedTest
  @CsvSource({
    ",,,,,, 8 7 6 5 4 3 2 1 0",
    "RECEIVED,,,,,, 3 0",
    "PROCESSING,,,,,, 6",
    "DISPATCHED,,,,,, 7 4 1",
    "FAILED,,,,,, 8 5 2",
    ",linear,,,,, 2 1 0",
    "FAILED,linear,,,,, 2",
    ",github,Issue.create,,,, 3",
    "FAILED,,,octo/gadgets,,, 5 2",
    "FAILED,github,push,octo/gadgets,,, 5",
    "FAILED,github,push,octo/nothing,,, ''",
    ",,,,2001-02-04T12:00:00Z,, 8 7 6 5 4 3",
    ",,,,,2001-02-04T12:00:00Z, 2 1 0",
    "FAILED,,,,2001-02-04T12:00:00Z,2001-02-05T12:00:00Z, 5",
    "RECEIVED,github,,,2001-02-04T12:00:00Z,2001-02-06T00:00:00Z, 3",
  })
  void filterNarrowsByAllItsParts(
      PipelineState.Name state,
      String service,
      String eventType,
      String repository,
      String since,
      String until,
      String expected) {
    var filter =
        new PipelineFilter(
            Optional.ofNullable(state),
            Optional.ofNullable(service),
            Optional.ofNullable(eventType),
            Optional.ofNullable(repository),
            time(since),
            time(until));
    assertEquals(expected, places(filter, storage.records()));
    assertEquals(expected, places(filter, lookingAtTwo), "looking at two rows for each part");
    assertEquals(
        expected, places(filter, lookingAt(3)), "at one and a half pipelines with two ways");
  }

  /** Where those found stand among the planted, read two by two. */
  private String places(PipelineFilter filter, Records records) {
    var places = new ArrayList<String>();
    Optional<UUID> after = Optional.empty();
    do {
      var page = records.pipelines(filter, after, 2);
      for (PipelineView view : page.items()) {
        places.add(Integer.toString(planted.indexOf(view.id())));
      }
      after = page.next();
    } while (after.isPresent());
    return String.join(" ", places);
  }

  @Test
  void partEndsWhereItWasLookedNoFurther() {
    var gadgets =
        new PipelineFilter(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.of("octo/gadgets"),
            Optional.empty(),
            Optional.empty());
    var first = lookingAtTwo.pipelines(gadgets, Optional.empty(), 10);
    assertEquals(List.of(), first.items());
    assertEquals(Optional.of(planted.get(7).value()), first.next());
  }

  @Test
  void noMoreIsCountedThanThereIsTimeFor() {
    OutboxDepth all = storage.records().outboxDepth();
    assertEquals(6, all.pending());
    assertEquals(3, all.dead());

    OutboxDepth depth = lookingAtTwo.outboxDepth();
    assertEquals(2, depth.pending());
    assertEquals(2, depth.dead());
    assertEquals(2, lookingAtTwo.standings().stream().mapToLong(Standing::waiting).sum());
  }

  @Test
  void oldestIsFoundThoughItIsNotCounted() {
    // It now lies behind all others.
    storage
        .server()
        .execute(
            """
            UPDATE outbox_message SET queued_at = now() - interval '1 hour'
            WHERE id = (SELECT min(id) FROM outbox_message)
            """);

    assertTrue(lookingAtTwo.outboxDepth().oldestPending().compareTo(Duration.ofHours(1)) >= 0);
    assertTrue(
        lookingAtTwo.standings().stream()
            .anyMatch(standing -> standing.oldestWaiting().compareTo(Duration.ofHours(1)) >= 0));
  }

  @Test
  void cursorBeyondTheEndFindsNothing() {
    assertEquals(
        List.of(),
        storage
            .records()
            .pipelines(PipelineFilter.ALL, Optional.of(planted.getFirst().value()), 10)
            .items());
  }
}
