package dev.hookline.persistence;

import static dev.hookline.persistence.Storable.text;

import dev.hookline.application.refused.RefusedDeliveries;
import dev.hookline.application.refused.RefusedDelivery;
import dev.hookline.domain.delivery.Delivery;
import dev.hookline.domain.delivery.Headers;
import dev.hookline.domain.delivery.RawBody;
import dev.hookline.domain.delivery.Service;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/**
 * Refused deliveries, a row each. Concurrent callers share commits, so that they leave room for
 * others.
 */
final class JdbiRefusedDeliveries implements RefusedDeliveries {
  private static final String COLUMNS =
      """
      r.id, r.service, r.header_names, r.header_values, r.body, r.remote_address, r.received_at,
      r.error, r.message, r.event_type, r.event_id
      """;

  private static final String KEEP =
      """
      INSERT INTO refused_delivery (
        id, service, same, header_names, header_values, body, remote_address, received_at,
        error, message, event_type, event_id)
      VALUES (
        :id, :service, :same, :names, :values, :body, :remoteAddress, :receivedAt::timestamptz,
        :error, :message, :eventType, :eventId)
      ON CONFLICT DO NOTHING
      """;

  private static final String FIND =
      "SELECT %s FROM refused_delivery r WHERE r.id = :id".formatted(COLUMNS);

  private static final String REMOVE = "DELETE FROM refused_delivery WHERE id = :id";

  private final Sessions sessions;
  private final GroupCommit<Row, Boolean> commits;

  JdbiRefusedDeliveries(Sessions sessions) {
    this.sessions = sessions;
    this.commits =
        new GroupCommit<>(
            sessions, row -> row.refused.delivery().body().length(), JdbiRefusedDeliveries::write);
  }

  @Override
  public void keep(RefusedDelivery refused, Duration budget) {
    commits.write(new Row(refused), budget);
  }

  /** A refused delivery with what tells it from others, made by its own caller's thread. */
  private static final class Row {
    // Two statements with some of the same wait for each other in one direction only.
    static final Comparator<Row> IN_ORDER =
        Comparator.<Row, String>comparing(row -> row.refused.delivery().service().name())
            .thenComparing(row -> row.same, Arrays::compareUnsigned);

    private final RefusedDelivery refused;
    private final byte[] same;

    private Row(RefusedDelivery refused) {
      this.refused = refused;
      this.same =
          Storable.sha256(
              refused.delivery().body().digest(),
              refused.eventId().orElse("").getBytes(StandardCharsets.UTF_8));
    }

    void bindTo(PreparedBatch batch) {
      Delivery delivery = refused.delivery();
      List<Map.Entry<String, String>> headers = fields(delivery.headers());
      batch
          .bind("id", refused.id())
          .bind("service", delivery.service().name())
          .bind("same", same)
          .bind("names", Storable.texts(headers, Map.Entry::getKey))
          .bind("values", Storable.texts(headers, Map.Entry::getValue))
          .bind("body", delivery.body().bytes())
          .bind("remoteAddress", text(delivery.remoteAddress()))
          .bind("receivedAt", Storable.time(delivery.receivedAt()))
          .bind("error", text(refused.error()))
          .bind("message", text(refused.message()))
          .bind("eventType", refused.eventType().map(Storable::text).orElse(null))
          .bind("eventId", refused.eventId().map(Storable::text).orElse(null))
          .add();
    }
  }

  private static List<Optional<Boolean>> write(Handle handle, List<Row> rows) {
    handle.useTransaction(
        transaction -> {
          try (PreparedBatch batch = transaction.prepareBatch(KEEP)) {
            rows.stream().sorted(Row.IN_ORDER).forEach(row -> row.bindTo(batch));
            batch.execute();
          }
        });
    return Collections.nCopies(rows.size(), Optional.of(true));
  }

  private static List<Map.Entry<String, String>> fields(Headers headers) {
    var fields = new ArrayList<Map.Entry<String, String>>();
    headers
        .select(_ -> true)
        .keySet()
        .forEach(name -> headers.all(name).forEach(value -> fields.add(Map.entry(name, value))));
    return fields;
  }

  @Override
  public Optional<RefusedDelivery> find(UUID id) {
    return sessions.statement(
        handle -> handle.createQuery(FIND).bind("id", id).map((row, _) -> refused(row)).findOne());
  }

  @Override
  public void remove(UUID id) {
    sessions.statement(handle -> handle.createUpdate(REMOVE).bind("id", id).execute());
  }

  private static RefusedDelivery refused(ResultSet row) throws SQLException {
    return new RefusedDelivery(
        Stored.uuid(row, "id"),
        new Delivery(
            new Service(row.getString("service")),
            headers(row),
            RawBody.of(row.getBytes("body")),
            Stored.instant(row, "received_at"),
            row.getString("remote_address")),
        row.getString("error"),
        row.getString("message"),
        Stored.optional(row, "event_type"),
        Stored.optional(row, "event_id"));
  }

  private static Headers headers(ResultSet row) throws SQLException {
    var names = (String[]) row.getArray("header_names").getArray();
    var values = (String[]) row.getArray("header_values").getArray();
    var fields = new LinkedHashMap<String, List<String>>();
    for (int i = 0; i < names.length; i++) {
      fields.computeIfAbsent(names[i], _ -> new ArrayList<>()).add(values[i]);
    }
    return Headers.of(fields);
  }
}
