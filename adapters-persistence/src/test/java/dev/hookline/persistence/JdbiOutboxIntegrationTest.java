package dev.hookline.persistence;

import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.application.audit.AuditState;
import dev.hookline.application.audit.Finding;
import dev.hookline.application.dispatch.Claim;
import dev.hookline.application.dispatch.Claim.Allowance;
import dev.hookline.application.dispatch.Lane;
import dev.hookline.application.dispatch.Line;
import dev.hookline.application.dispatch.Outbox;
import dev.hookline.application.dispatch.Outbox.Ordering;
import dev.hookline.application.dispatch.OutboxMessage;
import dev.hookline.domain.pipeline.Outcome;
import dev.hookline.domain.pipeline.PipelineId;
import dev.hookline.domain.pipeline.PipelineState;
import dev.hookline.testing.OutboxContract;
import dev.hookline.testing.PlainEventFormat;
import dev.hookline.testing.Storage;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class JdbiOutboxIntegrationTest extends OutboxContract {
  private final PostgresStorage storage = new PostgresStorage();

  @Override
  protected Storage storage() {
    return storage;
  }

  @BeforeEach
  void empty() {
    storage.empty();
  }

  @Test
  void aMessageWhoseIdWasDrawnLongBeforeItsCommitIsClaimedAllTheSame() throws SQLException {
    PipelineId late = accept("octo/late");
    storage.server().execute("DELETE FROM outbox_message");
    try (Connection writer = storage.server().connect();
        var statement = writer.createStatement()) {
      writer.setAutoCommit(false);
      statement.execute(
          """
          INSERT INTO outbox_message (pipeline_id, service, lane, ordering_key)
          SELECT id, service, 5, 5 FROM pipeline
          """);
      PipelineId newer = accept("octo/newer");
      leaseOften();
      writer.commit();
      leaseOften();
      assertEquals(
          Set.of(late, newer),
          due(lease(alice)).stream().map(m -> m.pipeline().id()).collect(toSet()));
    }
  }

  @Test
  void whatComesAfterTheMarkHasMovedIsClaimed() {
    for (int round = 0; round < 3; round++) {
      PipelineId id = accept("octo/a");
      leaseOften();
      List<OutboxMessage> due = due(lease(alice));
      assertEquals(List.of(id), due.stream().map(m -> m.pipeline().id()).toList());
      settle(alice, due, new Outcome.Delivered());
      leaseOften();
    }
  }

  /** As often as the mark where claims begin needs to move. */
  private void leaseOften() {
    for (int renewal = 0; renewal < 8; renewal++) {
      lease(alice);
    }
  }

  @Test
  void whatIsNotPutOffIsDueThoughTheClockWasSetBack() {
    PipelineId fresh = accept("octo/a");
    PipelineId lost = accept("octo/b");
    OutboxMessage begun =
        due(lease(alice)).stream()
            .filter(message -> message.pipeline().id().equals(lost))
            .findFirst()
            .orElseThrow();
    begin(alice, List.of(begun));

    setClockBack(Duration.ofHours(1));

    assertEquals(
        Set.of(fresh, lost),
        due(lease(alice)).stream().map(m -> m.pipeline().id()).collect(toSet()));
  }

  @Test
  void whatIsPutOffStaysPutOffWhateverBecomesOfTheClock() {
    PipelineId id = accept("octo/a");
    settle(alice, due(lease(alice)), new Outcome.TryAgain("503", Duration.ofSeconds(30)));

    setClockBack(Duration.ofHours(1));
    assertEquals(List.of(), due(lease(alice)));

    storage.pass(Duration.ofHours(1).plusSeconds(31));
    assertEquals(List.of(id), due(lease(alice)).stream().map(m -> m.pipeline().id()).toList());
  }

  @Test
  void leaseOfADeadWorkerDoesNotRunOnWhenTheClockIsSetBack() {
    assertEquals(Outbox.LANES, lease(alice).size());

    setClockBack(Duration.ofHours(1));

    assertEquals(Outbox.LANES, lease(bob).size());
  }

  @Test
  void leaseHoldsThoughTheClockIsABitBehind() {
    assertEquals(Outbox.LANES, lease(alice).size());

    setClockBack(LEASE.minusSeconds(1));

    assertEquals(Set.of(), lease(bob));
  }

  @Test
  void workerOfTheSchemaBeforeKeepsItsLanes() {
    lease(alice);
    storage.server().execute("UPDATE worker SET lease = NULL");

    assertEquals(Set.of(), lease(bob));
  }

  /** As {@link PostgresStorage#pass}, the other way. */
  private void setClockBack(Duration time) {
    storage.pass(time.negated());
  }

  @Test
  void manyLinesThatMayNotGoAreLookedAtPartByPart() {
    acceptShut(300);
    var open = new HashSet<PipelineId>();
    for (int i = 0; i < 10; i++) {
      open.add(accept("octo/open" + i));
    }
    everyOneHasItsTurn(open, claimOf(Ordering.STRICT, 50));
  }

  /** Three times, and not all at once. */
  private void everyOneHasItsTurn(Set<PipelineId> open, Claim claim) {
    var claims = claimsOfAHundred();
    for (int round = 0; round < 3; round++) {
      var found = new HashSet<PipelineId>();
      int looks = 0;
      while (!found.equals(open)) {
        claims.due(claim).lines().forEach(line -> found.add(line.head().pipeline().id()));
        assertTrue(looks++ < 10, "each has its turn");
      }
      assertTrue(looks > 1, "not all of them at once");
    }
  }

  /** They look at a hundred lines, or messages, in vain. */
  private Claims claimsOfAHundred() {
    return new Claims(
        new Sessions(Jdbi.create(storage.server()::connect), new Random(1)),
        new PlainEventFormat(),
        new Watermark(),
        100,
        100);
  }

  /** Of what goes to a target that is open. */
  private Claim claimOf(Ordering ordering, int lines) {
    return new Claim(
        lease(alice),
        ordering,
        List.of(),
        Optional.of("open"),
        Set.of("shut"),
        lines,
        0,
        1,
        Allowance.UNBOUNDED);
  }

  @Test
  void manyMessagesWithoutOrderThatMayNotGoAreLookedAtPartByPart() {
    acceptShut(300);
    var open = new HashSet<PipelineId>();
    for (int i = 0; i < 10; i++) {
      open.add(accept("octo/open" + i));
    }
    storage.server().execute("UPDATE outbox_message SET target = 'open' WHERE target IS NULL");
    acceptShut(300);

    everyOneHasItsTurn(open, claimOf(Ordering.NONE, 20));
  }

  @Test
  void whatKeepsComingHoldsUpNothingThatMayGoAgain() {
    acceptShut(300);
    PipelineId again = accept("octo/again");
    storage.server().execute("UPDATE outbox_message SET target = 'shut'");
    acceptOpen(60);
    var claims = claimsOfAHundred();
    var claim = claimOf(Ordering.NONE, 10);
    Supplier<List<OutboxMessage>> round =
        () -> {
          List<OutboxMessage> due = claims.due(claim).lines().stream().map(Line::head).toList();
          settle(alice, due, new Outcome.Delivered());
          acceptOpen(due.size());
          return due;
        };
    for (int i = 0; i < 5; i++) {
      assertTrue(round.get().stream().noneMatch(message -> message.pipeline().id().equals(again)));
    }
    storage
        .server()
        .execute(
            "UPDATE outbox_message SET target = NULL WHERE pipeline_id = '%s'".formatted(again));

    boolean came = false;
    for (int i = 0; i < 30 && !came; i++) {
      came = round.get().stream().anyMatch(message -> message.pipeline().id().equals(again));
    }
    assertTrue(came, "though there is always something newer that is due");
  }

  private void acceptShut(int messages) {
    for (int i = 0; i < messages; i++) {
      accept("octo/shut" + i);
    }
    storage.server().execute("UPDATE outbox_message SET target = 'shut' WHERE target IS NULL");
  }

  private void acceptOpen(int messages) {
    for (int i = 0; i < messages; i++) {
      accept("octo/open" + i);
    }
  }

  @Test
  void messageWhoseEventCannotBeReadBackFailsAndHoldsUpNobody() {
    PipelineId damaged = accept("octo/a");
    PipelineId behind = accept("octo/a");
    PipelineId other = accept("octo/b");
    storage
        .server()
        .execute(
            "UPDATE event SET document = 'event_id=e' WHERE pipeline_id = '%s'".formatted(damaged));
    Set<Lane> lanes = lease(alice);

    assertEquals(List.of(other), due(lanes).stream().map(m -> m.pipeline().id()).toList());
    assertEquals(
        Set.of(behind, other), due(lanes).stream().map(m -> m.pipeline().id()).collect(toSet()));

    assertEquals(
        "FAILED the stored event cannot be read: no repository",
        storage
            .server()
            .query(
                "SELECT state || ' ' || error FROM pipeline WHERE id = '%s'".formatted(damaged)));
    assertEquals(1, storage.records().outboxDepth().dead());
    assertEquals(
        List.of(),
        new AuditState(storage.database().storedState())
            .audit(true, _ -> {}, _ -> {}).stream().filter(Finding::isBroken).toList());
  }

  @Test
  void ofALaneThatWentToAnotherWorkerNothingIsGivenUp() {
    PipelineId damaged = accept("octo/a");
    Set<Lane> lanes = lease(alice);
    OutboxMessage claimed = due(lanes).getFirst();
    var unreadable =
        new Settlement(
            claimed.id(),
            claimed.orderingKey(),
            claimed.lane(),
            damaged.value(),
            null,
            null,
            PipelineState.Name.FAILED,
            0,
            null,
            null,
            "e");
    storage.pass(LEASE.plusMillis(1));
    lease(bob);

    try (var handle = Jdbi.create(storage.server()::connect).open()) {
      assertEquals(Set.of(), Settlement.record(handle, null, List.of(unreadable)));
    }
    assertEquals(1, storage.records().outboxDepth().pending());
  }

  @AfterAll
  void close() {
    storage.close();
  }
}
