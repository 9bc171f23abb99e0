package dev.hookline.persistence;

import dev.hookline.application.reconcile.ScheduledReconciliations;
import dev.hookline.domain.delivery.Service;
import java.time.Duration;
import java.util.OptionalInt;

/** One row for each provider. */
final class JdbiScheduledReconciliations implements ScheduledReconciliations {
  // Of two workers that come at once the second waits for the first's row, and then finds it fresh.
  private static final String BEGIN =
      """
      INSERT INTO reconciliation AS last (service, begun_at) VALUES (:service, now())
      ON CONFLICT (service) DO UPDATE SET begun_at = now()
      WHERE last.begun_at <= now() - :micros * interval '1 microsecond'
      """;

  private static final String FOUND =
      "UPDATE reconciliation SET missing = :missing WHERE service = :service";

  private static final String LAST_MISSING =
      "SELECT missing FROM reconciliation WHERE service = :service AND missing IS NOT NULL";

  private final Sessions sessions;

  JdbiScheduledReconciliations(Sessions sessions) {
    this.sessions = sessions;
  }

  @Override
  public boolean begin(Service service, Duration interval) {
    return sessions.statement(
            handle ->
                handle
                    .createUpdate(BEGIN)
                    .bind("service", service.name())
                    .bind("micros", Storable.micros(interval))
                    .execute())
        == 1;
  }

  @Override
  public void found(Service service, OptionalInt missing) {
    Integer number = missing.isPresent() ? missing.getAsInt() : null;
    sessions.statement(
        handle ->
            handle
                .createUpdate(FOUND)
                .bind("service", service.name())
                .bind("missing", number)
                .execute());
  }

  @Override
  public OptionalInt lastMissing(Service service) {
    return sessions
        .statement(
            handle ->
                handle
                    .createQuery(LAST_MISSING)
                    .bind("service", service.name())
                    .mapTo(Integer.class)
                    .findOne())
        .map(OptionalInt::of)
        .orElse(OptionalInt.empty());
  }
}
