package dev.hookline.application.refused;

import dev.hookline.application.pipeline.StoreUnavailableException;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/** Port: where refused deliveries are kept. The same delivery, refused again, is kept once. */
public interface RefusedDeliveries {

  /**
   * Keeps the delivery, in one transaction. One of the same service with the same body and event id
   * that is kept already stays as it is.
   *
   * @param budget how long the caller waits for the commit
   * @throws StoreUnavailableException if the budget is spent or the database away
   */
  void keep(RefusedDelivery refused, Duration budget);

  /**
   * @throws StoreUnavailableException if the database is away
   */
  Optional<RefusedDelivery> find(UUID id);

  /**
   * Forgets a refused delivery once it has become a pipeline; an unknown id is no error.
   *
   * @throws StoreUnavailableException if the database is away
   */
  void remove(UUID id);
}
