package dev.hookline.persistence;

import dev.hookline.application.secret.SecretUse;
import dev.hookline.application.secret.SecretUses;
import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.handler.SecretFingerprint;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.List;

/** A row for each secret that has ever matched. */
final class JdbiSecretUses implements SecretUses {
  private static final String ADD =
      """
      INSERT INTO secret_use AS before (
        service, fingerprint, position, first_matched_at, last_matched_at, deliveries)
      VALUES (:service, :fingerprint, :position, :first, :last, :deliveries)
      ON CONFLICT (service, fingerprint) DO UPDATE SET
        position = CASE
          WHEN excluded.last_matched_at >= before.last_matched_at THEN excluded.position
          ELSE before.position
        END,
        first_matched_at = least(before.first_matched_at, excluded.first_matched_at),
        last_matched_at = greatest(before.last_matched_at, excluded.last_matched_at),
        deliveries = before.deliveries + excluded.deliveries
      """;

  private static final String LIST =
      """
      SELECT service, fingerprint, position, first_matched_at, last_matched_at, deliveries
      FROM secret_use
      ORDER BY service, position, fingerprint
      """;

  // One order for all, so that no two wait for each other.
  private static final Comparator<SecretUse> ORDER =
      Comparator.comparing((SecretUse use) -> use.service().name())
          .thenComparing(use -> use.fingerprint().value());

  private final Sessions sessions;

  JdbiSecretUses(Sessions sessions) {
    this.sessions = sessions;
  }

  @Override
  public void add(List<SecretUse> uses) {
    List<SecretUse> ordered = uses.stream().sorted(ORDER).toList();
    sessions.transaction(
        handle -> {
          for (SecretUse use : ordered) {
            handle
                .createUpdate(ADD)
                .bind("service", use.service().name())
                .bind("fingerprint", use.fingerprint().value())
                .bind("position", use.position())
                .bind("first", use.firstMatchedAt().atOffset(ZoneOffset.UTC))
                .bind("last", use.lastMatchedAt().atOffset(ZoneOffset.UTC))
                .bind("deliveries", use.deliveries())
                .execute();
          }
          return true;
        });
  }

  @Override
  public List<SecretUse> list() {
    return sessions.statement(handle -> handle.createQuery(LIST).map((row, _) -> use(row)).list());
  }

  private static SecretUse use(ResultSet row) throws SQLException {
    return new SecretUse(
        new Service(row.getString("service")),
        new SecretFingerprint(row.getString("fingerprint")),
        row.getInt("position"),
        Stored.instant(row, "first_matched_at"),
        Stored.instant(row, "last_matched_at"),
        row.getLong("deliveries"));
  }
}
