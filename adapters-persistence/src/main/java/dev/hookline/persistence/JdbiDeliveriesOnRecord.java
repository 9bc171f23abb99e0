package dev.hookline.persistence;

import dev.hookline.application.reconcile.DeliveriesOnRecord;
import dev.hookline.domain.delivery.Service;
import java.util.Collection;
import java.util.Set;

/** Looks ids up among the delivery keys and the refused deliveries. */
final class JdbiDeliveriesOnRecord implements DeliveriesOnRecord {
  private static final String AMONG =
      """
      SELECT asked.id
      FROM unnest(:ids::text[]) asked (id)
      WHERE EXISTS (SELECT FROM delivery_key k WHERE k.service = :service AND k.key = asked.id)
        OR EXISTS (
          SELECT FROM refused_delivery r WHERE r.service = :service AND r.event_id = asked.id)
      """;

  private final Sessions sessions;

  JdbiDeliveriesOnRecord(Sessions sessions) {
    this.sessions = sessions;
  }

  @Override
  public Set<String> among(Service service, Collection<String> eventIds) {
    return sessions.statement(
        handle ->
            handle
                .createQuery(AMONG)
                .bind("service", service.name())
                .bind("ids", Storable.texts(eventIds, id -> id))
                .mapTo(String.class)
                .set());
  }
}
