package dev.hookline.testing;

import static dev.hookline.testing.Samples.GITHUB;
import static dev.hookline.testing.Samples.NOON;
import static dev.hookline.testing.Samples.aDelivery;
import static dev.hookline.testing.Samples.aPipeline;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.application.pipeline.NewPipeline;
import dev.hookline.application.refused.RefusedDelivery;
import dev.hookline.domain.delivery.DeliveryKey;
import dev.hookline.domain.delivery.Service;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * What every {@link dev.hookline.application.reconcile.DeliveriesOnRecord} and {@link
 * dev.hookline.application.reconcile.ScheduledReconciliations} do.
 */
public abstract class ReconciliationContract {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Service LINEAR = new Service("linear");

  /** Empty at the start of each test, and the same one throughout it. */
  protected abstract Storage storage();

  @Test
  void acceptedAndRefusedDeliveriesAreOnRecordAndNoOthers() {
    accept("taken");
    refuse(Optional.of("refused"));
    refuse(Optional.empty());

    assertEquals(
        Set.of("taken", "refused"),
        storage().deliveriesOnRecord().among(GITHUB, List.of("lost", "taken", "refused")));
  }

  @Test
  void idsOfAnotherServiceAreOthers() {
    accept("taken");
    refuse(Optional.of("refused"));

    assertEquals(
        Set.of(), storage().deliveriesOnRecord().among(LINEAR, List.of("taken", "refused")));
  }

  @Test
  void noIdsAreNotOnRecord() {
    assertEquals(Set.of(), storage().deliveriesOnRecord().among(GITHUB, List.of()));
  }

  @Test
  void oneTurnIsTakenInAnInterval() {
    var schedule = storage().scheduledReconciliations();

    assertTrue(schedule.begin(GITHUB, HOUR));
    assertFalse(schedule.begin(GITHUB, HOUR));
    assertTrue(schedule.begin(LINEAR, HOUR));
    storage().pass(HOUR.minusSeconds(10));
    assertFalse(schedule.begin(GITHUB, HOUR));
    storage().pass(Duration.ofSeconds(10));
    assertTrue(schedule.begin(GITHUB, HOUR));
    assertFalse(schedule.begin(GITHUB, HOUR));
  }

  @Test
  void whatWasFoundIsKnownUntilTheNextLook() {
    var schedule = storage().scheduledReconciliations();
    assertEquals(OptionalInt.empty(), schedule.lastMissing(GITHUB));

    schedule.begin(GITHUB, HOUR);
    assertEquals(OptionalInt.empty(), schedule.lastMissing(GITHUB));
    schedule.found(GITHUB, OptionalInt.of(3));
    assertEquals(OptionalInt.of(3), schedule.lastMissing(GITHUB));
    assertEquals(OptionalInt.empty(), schedule.lastMissing(LINEAR));

    storage().pass(HOUR);
    schedule.begin(GITHUB, HOUR);
    assertEquals(OptionalInt.of(3), schedule.lastMissing(GITHUB));
    schedule.found(GITHUB, OptionalInt.empty());
    assertEquals(OptionalInt.empty(), schedule.lastMissing(GITHUB));
  }

  private void accept(String key) {
    storage()
        .pipelines()
        .accept(
            new NewPipeline(
                aPipeline().build(), aDelivery(GITHUB), new DeliveryKey(key), true, Duration.ZERO),
            Duration.ofSeconds(5));
  }

  private void refuse(Optional<String> eventId) {
    storage()
        .refusedDeliveries()
        .keep(
            new RefusedDelivery(
                Samples.uuid(NOON),
                aDelivery(GITHUB),
                "UnsupportedEventError",
                "not wanted",
                Optional.of("star"),
                eventId),
            Duration.ofSeconds(5));
  }
}
