package dev.hookline.application.reconcile;

import static dev.hookline.testing.Samples.GITHUB;
import static dev.hookline.testing.Samples.NOON;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.testing.InMemoryStorage;
import dev.hookline.testing.MovableClock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class ReconcileWhenDueTest {
  private static final Duration INTERVAL = Duration.ofMinutes(15);
  private static final Duration LOOK_BACK = Duration.ofHours(3);

  private final MovableClock clock = new MovableClock(NOON);
  private final InMemoryStorage storage = new InMemoryStorage(clock);
  private final FakeLog log = new FakeLog("octo/widgets/1");

  @Test
  void ofManyWorkersOneLooksInAnInterval() {
    assertTrue(worker().reconcile().isPresent());
    assertEquals(Optional.empty(), worker().reconcile());
    clock.move(INTERVAL);
    assertTrue(worker().reconcile().isPresent());
  }

  @Test
  void looksAsFarBackAsItWasTold() {
    log.sent("too old", NOON.minus(LOOK_BACK).minusMillis(1), 503)
        .sent("lost", NOON.minus(LOOK_BACK), 503);

    worker().reconcile();

    assertEquals(List.of("lost@2"), log.asked);
  }

  @Test
  void whatIsMissingIsNotedForAllWorkers() {
    log.sent("lost", NOON, 503);

    worker().reconcile();

    assertEquals(OptionalInt.of(1), storage.scheduledReconciliations().lastMissing(GITHUB));
  }

  @Test
  void whatCouldNotBeFoundOutIsNotNoted() {
    log.sent("lost", NOON, 503);
    worker().reconcile();
    clock.move(INTERVAL);
    log.endsWith(DeliveryLogException.lasting("forbidden"));

    worker().reconcile();

    assertEquals(OptionalInt.empty(), storage.scheduledReconciliations().lastMissing(GITHUB));
  }

  private ReconcileWhenDue worker() {
    return new ReconcileWhenDue(
        GITHUB,
        new ReconcileDeliveries(GITHUB, List.of(log), storage.deliveriesOnRecord()),
        storage.scheduledReconciliations(),
        INTERVAL,
        LOOK_BACK,
        clock);
  }
}
