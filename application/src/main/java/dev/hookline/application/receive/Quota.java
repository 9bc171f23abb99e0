package dev.hookline.application.receive;

import dev.hookline.domain.delivery.Service;
import java.time.Duration;

/**
 * Port: how many of one tenant's events may be dispatched in a time. Over it nothing is refused;
 * dispatches are put off, so that one tenant's burst leaves room for the others. Bounded in memory
 * whatever the number of tenants; safe for use by many threads.
 */
public interface Quota {
  /** The most that a dispatch is put off. */
  Duration LONGEST = Duration.ofDays(1);

  /**
   * Takes an event's place in.
   *
   * @param tenant whom it comes from, unique within the service
   * @return how long its dispatch is put off: zero within the quota, at most {@link #LONGEST}
   */
  Duration take(Service service, String tenant);

  /** Takes a place back: its event was not accepted after all. */
  void giveBack(Service service, String tenant);
}
