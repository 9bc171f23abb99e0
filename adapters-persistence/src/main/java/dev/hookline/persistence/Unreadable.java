package dev.hookline.persistence;

import static dev.hookline.persistence.Storable.array;
import static dev.hookline.persistence.Storable.texts;

import dev.hookline.application.dispatch.Lane;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A message whose event cannot be read back from what is stored. Nobody can dispatch it, so it is
 * given up, and what was claimed with it goes on.
 *
 * @param line its ordering key
 * @param lane under whose epoch it was claimed
 */
record Unreadable(
    long id,
    long line,
    Lane lane,
    UUID pipeline,
    @Nullable String target,
    int attempts,
    String error) {
  private static final Logger LOG = LoggerFactory.getLogger(Unreadable.class);

  /** The message that a claim's row is about. */
  static Unreadable of(ResultSet row, IllegalArgumentException why) throws SQLException {
    return new Unreadable(
        row.getLong("id"),
        row.getLong("ordering_key"),
        Claims.lane(row),
        Stored.uuid(row, "pipeline_id"),
        row.getString("target"),
        row.getInt("attempts"),
        "the stored event cannot be read: " + why.getMessage());
  }

  /**
   * Puts on record that they are FAILED, as a worker does with what it gives up.
   *
   * @return the ids of those written; of a lane that has gone to another worker nothing is
   */
  static Set<Long> giveUp(Handle handle, List<Unreadable> messages) {
    Set<Long> written =
        handle
            .createQuery(JdbiOutbox.RECORD)
            .bindNull("worker", Types.OTHER)
            .bind("ids", array("bigint", messages, Unreadable::id))
            .bind("lines", array("bigint", messages, Unreadable::line))
            .bind("lanes", array("smallint", messages, message -> message.lane().id()))
            .bind("epochs", array("bigint", messages, message -> message.lane().epoch()))
            .bind("pipelines", array("uuid", messages, Unreadable::pipeline))
            .bind("targets", texts(messages, Unreadable::target))
            .bind("begun", array("integer", messages, _ -> 0))
            .bind("begunAt", texts(messages, _ -> null))
            .bind("states", texts(messages, _ -> "FAILED"))
            .bind("attempts", array("integer", messages, Unreadable::attempts))
            .bind("since", texts(messages, _ -> "now"))
            .bind("nextAttempts", texts(messages, _ -> null))
            .bind("delays", array("bigint", messages, _ -> 0L))
            .bind("errors", texts(messages, Unreadable::error))
            .mapTo(Long.class)
            .set();
    messages.stream()
        .filter(message -> written.contains(message.id()))
        .forEach(
            message -> LOG.error("Pipeline {} is FAILED: {}", message.pipeline(), message.error()));
    return written;
  }
}
