package dev.hookline.persistence;

import static dev.hookline.testing.Samples.GITHUB;
import static dev.hookline.testing.Samples.aDelivery;
import static dev.hookline.testing.Samples.aPipeline;
import static dev.hookline.testing.Samples.anEvent;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.application.audit.AuditState;
import dev.hookline.application.audit.Finding;
import dev.hookline.application.audit.Invariant;
import dev.hookline.application.pipeline.NewPipeline;
import dev.hookline.domain.delivery.DeliveryKey;
import dev.hookline.domain.pipeline.PipelineId;
import dev.hookline.testing.Samples;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each invariant, broken on purpose in PostgreSQL. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class JdbiStoredStateIntegrationTest {
  private final PostgresStorage storage = new PostgresStorage();
  private final PlantedRows rows = new PlantedRows(storage.server());
  private final AuditState audit = new AuditState(storage.worker().storedState());
  private final List<PipelineId> open = new ArrayList<>();
  private final List<PipelineId> dispatched = new ArrayList<>();
  private final List<PipelineId> failed = new ArrayList<>();

  @BeforeEach
  void fill() {
    storage.empty();
    open.clear();
    dispatched.clear();
    failed.clear();
    Instant now = storage.database().history().now();
    for (Instant day : List.of(now, now.minus(Duration.ofDays(400)))) {
      open.add(rows.received(day));
      dispatched.add(rows.dispatched(day));
      failed.add(rows.failed(day));
    }
  }

  @AfterAll
  void close() {
    storage.close();
  }

  private void execute(String sql) {
    storage.server().execute(sql);
  }

  private List<Finding> audit() {
    return audit.audit(true, _ -> {}, _ -> {});
  }

  private Set<Invariant> broken() {
    return audit().stream()
        .filter(Finding::isBroken)
        .map(Finding::invariant)
        .collect(Collectors.toCollection(() -> EnumSet.noneOf(Invariant.class)));
  }

  @Test
  void soundStateBreaksNothingAndAllOfItIsChecked() {
    assertEquals(
        List.of(
            "EVENT_HAS_PIPELINE 6",
            "PIPELINE_HAS_EVENT 6",
            "PIPELINE_HAS_ONE_KEY 6",
            "KEY_HAS_PIPELINE 6",
            "DUPLICATES_ARE_DECIDED 2",
            "OPEN_PIPELINE_HAS_MESSAGES 2",
            "MESSAGE_HAS_OPEN_PIPELINE 2",
            "ONE_MESSAGE_PER_TARGET 2",
            "LINE_IS_IN_ONE_LANE 1",
            "LANES_ARE_COMPLETE 64",
            "FAILED_PIPELINE_IS_DEAD_LETTER 2",
            "DEAD_LETTER_IS_FAILED_PIPELINE 2",
            "HISTORY_ENDS_IN_STATE 4",
            "BODY_HAS_ITS_DIGEST 6"),
        audit().stream().map(found -> found.invariant() + " " + found.checked()).toList());
    assertEquals(Set.of(), broken());
  }

  @Test
  void bodiesAreReadOnlyIfAskedFor() {
    var told = new ArrayList<Invariant>();
    audit.audit(false, told::add, _ -> {});
    assertEquals(
        Arrays.stream(Invariant.values())
            .filter(invariant -> invariant != Invariant.BODY_HAS_ITS_DIGEST)
            .toList(),
        told);
  }

  @Test
  void pipelineForSeveralTargetsHasAMessageForEach() {
    execute(
        """
        UPDATE outbox_message SET target = 'a';
        INSERT INTO outbox_message (pipeline_id, service, target, lane, ordering_key)
        SELECT pipeline_id, service, 'b', lane, 2 FROM outbox_message;
        UPDATE pipeline SET open_dispatches = 2, state = 'PROCESSING'
        WHERE id IN (SELECT pipeline_id FROM outbox_message)
        """);
    assertEquals(Set.of(), broken());
  }

  private static Arguments violation(
      Invariant invariant, int violations, Consumer<JdbiStoredStateIntegrationTest> plant) {
    return Arguments.of(invariant, violations, Named.of("planted", plant));
  }

  static Stream<Arguments> violations() {
    return Stream.of(
        violation(
            Invariant.EVENT_HAS_PIPELINE,
            1,
            t -> t.execute("INSERT INTO event VALUES ('%s', '{}', '')".formatted(t.newId()))),
        violation(
            Invariant.PIPELINE_HAS_EVENT,
            2,
            t ->
                t.execute(
                    "DELETE FROM event WHERE pipeline_id IN ('%s', '%s')"
                        .formatted(t.dispatched.getFirst(), t.failed.getLast()))),
        violation(
            Invariant.PIPELINE_HAS_ONE_KEY,
            1,
            t ->
                t.execute(
                    "DELETE FROM delivery_key WHERE pipeline_id = '%s'"
                        .formatted(t.failed.getFirst()))),
        violation(
            Invariant.PIPELINE_HAS_ONE_KEY,
            1,
            t ->
                t.execute(
                    "INSERT INTO delivery_key VALUES ('github', 'second', null, '%s')"
                        .formatted(t.open.getLast()))),
        violation(
            Invariant.KEY_HAS_PIPELINE,
            1,
            t ->
                t.execute(
                    "INSERT INTO delivery_key VALUES ('github', 'lost', null, '%s')"
                        .formatted(t.newId()))),
        violation(
            Invariant.OPEN_PIPELINE_HAS_MESSAGES, 2, t -> t.execute("TRUNCATE outbox_message")),
        violation(
            Invariant.OPEN_PIPELINE_HAS_MESSAGES,
            2,
            t -> t.execute("UPDATE pipeline SET open_dispatches = 2")),
        violation(
            Invariant.MESSAGE_HAS_OPEN_PIPELINE,
            2,
            t ->
                t.execute(
                    """
                    INSERT INTO outbox_message (pipeline_id, service, lane, ordering_key)
                    VALUES ('%s', 'github', 1, 1), ('%s', 'github', 1, 1)
                    """
                        .formatted(t.dispatched.getFirst(), t.newId()))),
        violation(
            Invariant.ONE_MESSAGE_PER_TARGET,
            2,
            t ->
                t.execute(
                    """
                    INSERT INTO outbox_message (pipeline_id, service, lane, ordering_key)
                    SELECT pipeline_id, service, lane, ordering_key FROM outbox_message;
                    UPDATE pipeline SET open_dispatches = 2
                    """)),
        violation(
            Invariant.LINE_IS_IN_ONE_LANE,
            1,
            t ->
                t.execute(
                    "UPDATE outbox_message SET lane = 2 WHERE pipeline_id = '%s'"
                        .formatted(t.open.getFirst()))),
        violation(
            Invariant.FAILED_PIPELINE_IS_DEAD_LETTER, 2, t -> t.execute("TRUNCATE dead_letter")),
        violation(
            Invariant.DEAD_LETTER_IS_FAILED_PIPELINE,
            2,
            t ->
                t.execute(
                    "INSERT INTO dead_letter VALUES ('%s'), ('%s')"
                        .formatted(t.dispatched.getFirst(), t.newId()))),
        violation(
            Invariant.HISTORY_ENDS_IN_STATE,
            4,
            t -> t.execute("UPDATE pipeline SET history = '[]'")),
        violation(
            Invariant.BODY_HAS_ITS_DIGEST, 6, t -> t.execute("UPDATE event SET body = '\\x00'")));
  }

  @ParameterizedTest
  @MethodSource("violations")
  void violationIsFoundAndBreaksNothingElse(
      Invariant invariant, int violations, Consumer<JdbiStoredStateIntegrationTest> plant) {
    plant.accept(this);

    assertEquals(EnumSet.of(invariant), broken());
    Finding found =
        audit().stream()
            .filter(finding -> finding.invariant() == invariant)
            .findFirst()
            .orElseThrow();
    assertEquals(violations, found.violations());
    assertFalse(found.examples().isEmpty());
  }

  @Test
  void missingLaneIsFound() {
    execute("DELETE FROM lane WHERE id = 63");
    assertEquals(EnumSet.of(Invariant.LANES_ARE_COMPLETE), broken());

    execute("INSERT INTO lane (id) VALUES (63); DELETE FROM lane WHERE id = 1");
    assertEquals(EnumSet.of(Invariant.LANES_ARE_COMPLETE, Invariant.LINE_IS_IN_ONE_LANE), broken());
    execute("INSERT INTO lane (id) VALUES (1)");
  }

  @Test
  void missingOrInvalidConstraintIsFound() {
    String constraint = "delivery_key_service_body_digest_key";
    execute(
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = '%s'::regclass"
            .formatted(constraint));
    assertEquals(EnumSet.of(Invariant.DUPLICATES_ARE_DECIDED), broken());

    execute("ALTER TABLE delivery_key DROP CONSTRAINT " + constraint);
    assertEquals(EnumSet.of(Invariant.DUPLICATES_ARE_DECIDED), broken());

    execute("CREATE INDEX no_decision ON delivery_key (service, body_digest)");
    assertEquals(EnumSet.of(Invariant.DUPLICATES_ARE_DECIDED), broken());

    execute(
        """
        DROP INDEX no_decision;
        ALTER TABLE delivery_key ADD CONSTRAINT %s UNIQUE (service, body_digest)
        """
            .formatted(constraint));
    assertEquals(Set.of(), broken());
  }

  @Test
  void keyOfADroppedDayIsSound() {
    PipelineId gone = dispatched.getLast();
    execute(
        """
        DELETE FROM event WHERE pipeline_id = '%1$s';
        DELETE FROM pipeline WHERE id = '%1$s';
        INSERT INTO dropped_day SELECT hookline_day_of('%1$s')
        """
            .formatted(gone));
    assertEquals(Set.of(), broken());

    execute("UPDATE dropped_day SET day = day - 1");
    assertEquals(EnumSet.of(Invariant.KEY_HAS_PIPELINE), broken());
  }

  @Test
  void anythingButSharedAccessIsLeftToOthers() throws SQLException {
    try (var writer = storage.server().connect();
        var statement = writer.createStatement()) {
      writer.setAutoCommit(false);
      // This goes together with ACCESS SHARE, and with no other lock.
      statement.execute(
          """
          LOCK TABLE event, pipeline, delivery_key, dead_letter, outbox_message, lane, dropped_day
          IN EXCLUSIVE MODE
          """);
      assertEquals(Set.of(), broken());
    }
  }

  @Test
  void whatIsBeingWrittenIsNoViolation() throws Exception {
    var over = new AtomicBoolean();
    Callable<Integer> writing =
        () -> {
          int written = 0;
          do {
            NewPipeline candidate = candidate();
            storage.pipelines().accept(candidate, Duration.ofSeconds(10));
            settle(candidate.pipeline().id());
            storage
                .pipelines()
                .reopen(
                    aPipeline()
                        .id(candidate.pipeline().id())
                        .of(candidate.pipeline().event())
                        .build());
            written++;
          } while (!over.get());
          return written;
        };
    try (var executor = Executors.newFixedThreadPool(3)) {
      var writers = List.of(executor.submit(writing), executor.submit(writing));
      try {
        for (int i = 0; i < 10; i++) {
          assertEquals(Set.of(), broken());
        }
      } finally {
        // The executor's end waits for them, whatever was found.
        over.set(true);
      }
      for (var writer : writers) {
        assertTrue(writer.get() > 0);
      }
    }
  }

  /** In one transaction, as a worker does. */
  private void settle(PipelineId id) {
    execute(
        """
        WITH settled AS (
          DELETE FROM outbox_message WHERE pipeline_id = '%1$s'
        ), buried AS (
          INSERT INTO dead_letter VALUES ('%1$s')
        )
        UPDATE pipeline SET state = 'FAILED', history = history || '{"state": "FAILED"}'
        WHERE id = '%1$s'
        """
            .formatted(id));
  }

  private PipelineId newId() {
    return new PipelineId(Samples.uuid(storage.database().history().now()));
  }

  private NewPipeline candidate() {
    var delivery = aDelivery(GITHUB);
    var event = anEvent().rawPayload(delivery.body()).build();
    return new NewPipeline(
        aPipeline().id(newId()).of(event).build(),
        delivery,
        new DeliveryKey(event.eventId()),
        true);
  }
}
