package dev.hookline.torture;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Which lane each repository's events went through, and when lanes went from one worker to another,
 * by the monotonic clock.
 */
record Lanes(Map<Integer, Integer> ofRepositories, Map<Integer, List<Long>> takeovers) {
  /** What the two clocks that are compared may drift apart during a run. */
  private static final long DRIFT = TimeUnit.MILLISECONDS.toNanos(200);

  /**
   * Notes from now on. Who settles has to own the lane at that moment: the lane's epoch then is the
   * worker's own.
   */
  static void note(Cluster cluster) throws SQLException {
    cluster.execute(
        """
        CREATE TABLE torture_settlement (worker text NOT NULL, owner uuid, pipeline_id uuid, lane int);
        CREATE INDEX ON torture_settlement (worker);
        CREATE FUNCTION torture_note() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          INSERT INTO torture_settlement
          SELECT
            current_setting('application_name'), (SELECT owner FROM lane WHERE id = OLD.lane),
            OLD.pipeline_id, OLD.lane;
          RETURN NULL;
        END
        $$;
        CREATE TRIGGER torture_note AFTER UPDATE OR DELETE ON outbox_message
        FOR EACH ROW EXECUTE FUNCTION torture_note();

        CREATE TABLE torture_takeover (lane int NOT NULL, at timestamptz NOT NULL);
        CREATE FUNCTION torture_note_takeover() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          INSERT INTO torture_takeover VALUES (NEW.id, clock_timestamp());
          RETURN NULL;
        END
        $$;
        CREATE TRIGGER torture_note_takeover AFTER UPDATE ON lane
        FOR EACH ROW WHEN (NEW.epoch <> OLD.epoch) EXECUTE FUNCTION torture_note_takeover()
        """);
  }

  static Lanes noted(Cluster cluster) throws SQLException {
    var repositories = new HashMap<Integer, Integer>();
    cluster.query(
        """
        SELECT DISTINCT substring(p.repository FROM '[0-9]+$')::int AS repository, s.lane
        FROM torture_settlement s JOIN pipeline p ON p.id = s.pipeline_id
        """,
        row -> repositories.put(row.getInt("repository"), row.getInt("lane")));
    Instant now = Instant.now();
    long nanos = System.nanoTime();
    var takeovers = new HashMap<Integer, List<Long>>();
    cluster.query(
        "SELECT lane, at FROM torture_takeover",
        row -> {
          Instant at = row.getTimestamp("at").toInstant();
          return takeovers
              .computeIfAbsent(row.getInt("lane"), _ -> new ArrayList<>())
              .add(nanos - Duration.between(at, now).toNanos());
        });
    return new Lanes(Map.copyOf(repositories), Map.copyOf(takeovers));
  }

  /** How often the repository's lane changed hands in that time. */
  int takeovers(int repository, long from, long until) {
    return (int)
        takeovers.getOrDefault(ofRepositories.getOrDefault(repository, -1), List.of()).stream()
            .filter(at -> from - DRIFT <= at && at <= until + DRIFT)
            .count();
  }
}
