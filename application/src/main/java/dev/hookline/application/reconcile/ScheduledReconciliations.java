package dev.hookline.application.reconcile;

import dev.hookline.domain.delivery.Service;
import java.time.Duration;
import java.util.OptionalInt;

/**
 * Port: when a provider's log was last looked into by the schedule, and what was found. All workers
 * share it, so that one of them looks at a time. Time is that of the storage's clock.
 *
 * <p>Every method is one transaction, and throws {@link
 * dev.hookline.application.pipeline.StoreUnavailableException} if the database is away.
 */
public interface ScheduledReconciliations {

  /**
   * Takes the turn, unless somebody took it within the interval.
   *
   * @return whether the caller is to look
   */
  boolean begin(Service service, Duration interval);

  /**
   * Notes what the caller found.
   *
   * @param missing empty if it could not find out
   */
  void found(Service service, OptionalInt missing);

  /** How many events were missing when last looked; empty if that is not known. */
  OptionalInt lastMissing(Service service);
}
