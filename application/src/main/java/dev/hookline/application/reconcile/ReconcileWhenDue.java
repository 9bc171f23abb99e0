package dev.hookline.application.reconcile;

import dev.hookline.domain.delivery.Service;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/** Use case: reconcile by a schedule that any number of workers share. */
public final class ReconcileWhenDue {
  private final Service service;
  private final ReconcileDeliveries reconcile;
  private final ScheduledReconciliations schedule;
  private final Duration interval;
  private final Duration lookBack;
  private final Clock clock;

  /**
   * @param interval how long nobody looks again
   * @param lookBack how far back each look goes
   */
  public ReconcileWhenDue(
      Service service,
      ReconcileDeliveries reconcile,
      ScheduledReconciliations schedule,
      Duration interval,
      Duration lookBack,
      Clock clock) {
    this.service = service;
    this.reconcile = reconcile;
    this.schedule = schedule;
    this.interval = interval;
    this.lookBack = lookBack;
    this.clock = clock;
  }

  /**
   * Looks and asks, if nobody did so within the interval.
   *
   * @return empty if it is not due
   * @throws dev.hookline.application.pipeline.StoreUnavailableException if the database is away
   */
  public Optional<Reconciliation> reconcile() {
    if (!schedule.begin(service, interval)) {
      return Optional.empty();
    }
    Reconciliation report = reconcile.reconcile(clock.instant().minus(lookBack), false);
    schedule.found(
        service,
        report.unread().isEmpty() ? OptionalInt.of(report.missing().size()) : OptionalInt.empty());
    return Optional.of(report);
  }
}
