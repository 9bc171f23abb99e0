package dev.hookline.persistence;

import dev.hookline.application.format.EventFormat;
import dev.hookline.domain.delivery.RawBody;
import dev.hookline.domain.event.StandardizedEvent;
import dev.hookline.domain.pipeline.Origin;
import dev.hookline.domain.pipeline.Pipeline;
import dev.hookline.domain.pipeline.PipelineId;
import dev.hookline.domain.pipeline.PipelineState;
import dev.hookline.domain.trace.TraceContext;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Reads domain values out of the columns that the statements of this package name alike. */
final class Stored {
  /** The columns of {@code pipeline p} that {@link #state} reads. */
  static final String STATE_COLUMNS = "p.state, p.attempts, p.since, p.next_attempt_at, p.error";

  /** The columns of {@code pipeline p} that {@link #origin} reads. */
  static final String ORIGIN_COLUMNS = "p.trace_context, p.request_id";

  /** The columns of {@code event e} that {@link #event} reads. */
  static final String EVENT_COLUMNS = "e.document, coalesce(e.payload, e.body) AS payload";

  /** The same, and what {@link #body} reads. */
  static final String EVENT_AND_BODY_COLUMNS = "e.document, e.payload, e.body";

  private Stored() {}

  static UUID uuid(ResultSet row, String column) throws SQLException {
    return row.getObject(column, UUID.class);
  }

  static Instant instant(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }

  static Optional<Instant> optionalInstant(ResultSet row, String column) throws SQLException {
    return Optional.ofNullable(row.getObject(column, OffsetDateTime.class))
        .map(OffsetDateTime::toInstant);
  }

  static Optional<String> optional(ResultSet row, String column) throws SQLException {
    return Optional.ofNullable(row.getString(column));
  }

  static PipelineState state(ResultSet row) throws SQLException {
    int attempts = row.getInt("attempts");
    Instant since = instant(row, "since");
    return switch (PipelineState.Name.valueOf(row.getString("state"))) {
      case RECEIVED -> new PipelineState.Received(since);
      case PROCESSING -> processing(row, attempts, since);
      case DISPATCHED -> new PipelineState.Dispatched(attempts, since);
      case FAILED -> new PipelineState.Failed(attempts, since, row.getString("error"));
    };
  }

  private static PipelineState processing(ResultSet row, int attempts, Instant since)
      throws SQLException {
    OffsetDateTime next = row.getObject("next_attempt_at", OffsetDateTime.class);
    return next == null
        ? new PipelineState.Attempting(attempts, since)
        : new PipelineState.Retrying(attempts, since, next.toInstant(), row.getString("error"));
  }

  static StandardizedEvent event(ResultSet row, EventFormat format) throws SQLException {
    byte[] payload = row.getBytes("payload");
    return format.decode(
        row.getString("document"), payload == null ? body(row) : RawBody.of(payload));
  }

  static RawBody body(ResultSet row) throws SQLException {
    return RawBody.of(row.getBytes("body"));
  }

  /**
   * @param id the name of the column with the pipeline's id
   */
  static Pipeline pipeline(ResultSet row, String id, EventFormat format) throws SQLException {
    return Pipeline.onRecord(
        new PipelineId(uuid(row, id)), event(row, format), state(row), origin(row));
  }

  private static Origin origin(ResultSet row) throws SQLException {
    return new Origin(optional(row, "request_id"), trace(row));
  }

  private static Optional<TraceContext> trace(ResultSet row) throws SQLException {
    String text = row.getString("trace_context");
    if (text == null) {
      return Optional.empty();
    }
    int blank = text.indexOf(' ');
    return blank < 0
        ? TraceContext.read(List.of(text), List.of())
        : TraceContext.read(List.of(text.substring(0, blank)), List.of(text.substring(blank + 1)));
  }
}
