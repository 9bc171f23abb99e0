package dev.hookline.application.reconcile;

import static dev.hookline.testing.Samples.GITHUB;
import static dev.hookline.testing.Samples.NOON;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.application.pipeline.NewPipeline;
import dev.hookline.application.pipeline.StoreUnavailableException;
import dev.hookline.application.reconcile.Reconciliation.Redelivery;
import dev.hookline.application.reconcile.Reconciliation.Unread;
import dev.hookline.domain.delivery.DeliveryKey;
import dev.hookline.testing.InMemoryStorage;
import dev.hookline.testing.Samples;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReconcileDeliveriesTest {
  private static final Instant SINCE = NOON.minus(Duration.ofHours(3));

  private final InMemoryStorage storage = new InMemoryStorage();
  private final FakeLog log = new FakeLog("octo/widgets/1");

  @Test
  void whatIsNotOnRecordIsAskedForInTheOrderSent() {
    accept("taken");
    log.sent("first", at(1), 503).sent("taken", at(2), 202).sent("second", at(3), 0);

    Reconciliation report = reconcile();

    assertEquals(List.of("first@1", "second@3"), log.asked);
    assertEquals(
        List.of("first", "second"),
        report.missing().stream().map(one -> one.newest().eventId()).toList());
    assertEquals(3, report.lookedAt());
    assertEquals(3, report.distinct());
    assertEquals(1, report.onRecord());
    assertEquals(2, report.asked());
    assertTrue(report.isComplete());
  }

  @Test
  void whatWasAcknowledgedAndIsNotOnRecordIsMissing() {
    log.sent("acknowledged", at(1), 202);

    assertEquals(1, reconcile().missing().size());
    assertEquals(List.of("acknowledged@1"), log.asked);
  }

  @Test
  void newestAttemptIsAskedForOnce() {
    log.sent("lost", at(1), 503).sentAgain("lost", at(2), 500).sentAgain("lost", at(3), 401);

    Reconciliation report = reconcile();

    assertEquals(List.of("lost@3"), log.asked);
    assertEquals(3, report.lookedAt());
    assertEquals(1, report.distinct());
  }

  @Test
  void oneThatARestoreMayHaveTakenAwayIsAskedForOnceMore() {
    log.sent("lost", at(1), 503).sentAgain("lost", at(2), 202);

    assertEquals(0, reconcile().leftAlone());
    assertEquals(List.of("lost@2"), log.asked);
  }

  @Test
  void oneThatWasTakenTwiceButIsNotOnRecordIsLeftAlone() {
    log.sent("twin", at(1), 503).sentAgain("twin", at(2), 202).sentAgain("twin", at(3), 202);

    Reconciliation report = reconcile();

    assertEquals(List.of(), log.asked);
    assertEquals(List.of(), report.missing());
    assertEquals(1, report.leftAlone());
    assertEquals(0, report.onRecord());
    assertEquals(1, report.distinct());
  }

  @Test
  void eventFirstSentEarlierIsNotLookedAtForItsRedeliveries() {
    log.sent("old", SINCE.minusSeconds(1), 400).sentAgain("old", at(2), 400);

    Reconciliation report = reconcile();

    assertEquals(List.of(), log.asked);
    assertEquals(1, report.lookedAt());
    assertEquals(0, report.distinct());
  }

  @Test
  void dryRunAsksForNothing() {
    log.sent("lost", at(1), 503);

    Reconciliation report = use(log).reconcile(SINCE, true);

    assertEquals(List.of(), log.asked);
    assertEquals(new Redelivery.NotAsked(), report.missing().getFirst().redelivery());
    assertEquals(0, report.asked());
    assertTrue(report.isComplete());
  }

  @Test
  void eventOfSeveralHooksCountsOnceAndIsAskedOfTheNewest() {
    var other = new FakeLog("octo/2");
    log.sent("lost", at(1), 503);
    other.sent("lost", at(2), 503);

    Reconciliation report = use(log, other).reconcile(SINCE, false);

    assertEquals(List.of(), log.asked);
    assertEquals(List.of("lost@1"), other.asked);
    assertEquals(1, report.distinct());
    assertEquals("octo/2", report.missing().getFirst().hook());
  }

  @Test
  void logThatCannotBeReadDoesNotKeepTheOthersBack() {
    var broken = new FakeLog("octo/2").endsWith(DeliveryLogException.lasting("forbidden"));
    log.sent("lost", at(1), 503);

    Reconciliation report = use(broken, log).reconcile(SINCE, false);

    assertEquals(List.of("lost@1"), log.asked);
    assertEquals(List.of(new Unread("octo/2", "forbidden")), report.unread());
    assertFalse(report.isComplete());
  }

  @Test
  void whatWasReadBeforeALogFailedIsAskedFor() {
    log.sent("lost", at(1), 503).endsWith(DeliveryLogException.lasting("rate limit"));

    Reconciliation report = reconcile();

    assertEquals(1, report.asked());
    assertEquals(1, report.unread().size());
  }

  @Test
  void refusalOfOneDoesNotKeepTheOthersBack() {
    log.sent("gone", at(1), 503).sent("lost", at(2), 503);
    log.refusals.put("gone", DeliveryLogException.ofOne("too old"));

    Reconciliation report = reconcile();

    assertEquals(List.of("gone@1", "lost@2"), log.asked);
    assertEquals(
        List.of(new Redelivery.Failed("too old"), new Redelivery.Asked()),
        report.missing().stream().map(Reconciliation.Missing::redelivery).toList());
    assertEquals(1, report.failed());
    assertFalse(report.isComplete());
  }

  @Test
  void lastingFailureIsNotRunIntoAgain() {
    var other = new FakeLog("octo/2").sent("elsewhere", at(3), 503);
    log.sent("one", at(1), 503).sent("two", at(2), 503);
    log.refusals.put("one", DeliveryLogException.lasting("forbidden"));

    Reconciliation report = use(log, other).reconcile(SINCE, false);

    assertEquals(List.of("one@1"), log.asked);
    assertEquals(List.of("elsewhere@1"), other.asked);
    assertEquals(2, report.failed());
    assertEquals(1, report.asked());
  }

  @Test
  void withoutTheDatabaseNothingIsAskedFor() {
    log.sent("lost", at(1), 503);
    storage.away(true);

    assertThrows(StoreUnavailableException.class, this::reconcile);
    assertEquals(List.of(), log.asked);
  }

  private Reconciliation reconcile() {
    return use(log).reconcile(SINCE, false);
  }

  private ReconcileDeliveries use(DeliveryLog... logs) {
    return new ReconcileDeliveries(GITHUB, List.of(logs), storage.deliveriesOnRecord());
  }

  private static Instant at(int minutes) {
    return SINCE.plus(Duration.ofMinutes(minutes));
  }

  private void accept(String key) {
    storage
        .pipelines()
        .accept(
            new NewPipeline(
                Samples.aPipeline().build(),
                Samples.aDelivery(GITHUB),
                new DeliveryKey(key),
                true,
                Duration.ZERO),
            Duration.ofSeconds(5));
  }

  @Test
  void howFarItIsIsTold() {
    log.sent("one", at(1), 503).sent("two", at(2), 503);
    log.refusals.put("one", DeliveryLogException.ofOne("too old"));
    var told = new ArrayList<ReconcileDeliveries.Progress>();

    use(log).reconcile(SINCE, false, told::add);

    assertEquals(new ReconcileDeliveries.Progress(2, 0, 0), told.get(told.size() - 3));
    assertEquals(
        List.of(
            new ReconcileDeliveries.Progress(2, 1, 2), new ReconcileDeliveries.Progress(2, 2, 2)),
        told.subList(told.size() - 2, told.size()));
  }
}
