package dev.hookline.application.reconcile;

import dev.hookline.domain.delivery.Service;
import java.util.Collection;
import java.util.Set;

/** Port: which of a provider's deliveries are on record. */
public interface DeliveriesOnRecord {

  /**
   * Those of the ids that name a delivery on record: as the key of an accepted one, or as the event
   * id of a refused one that is kept. One read.
   *
   * @param eventIds some hundreds at the most
   * @throws dev.hookline.application.pipeline.StoreUnavailableException if the database is away
   */
  Set<String> among(Service service, Collection<String> eventIds);
}
