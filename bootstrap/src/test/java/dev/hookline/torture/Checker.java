package dev.hookline.torture;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Compares the ledger with what is on record and what arrived: one finding for each invariant. */
final class Checker {
  /** Not of the product, but of the run: without its faults it proves little. */
  static final String PLAN_KEPT = "what was planned to happen has happened";

  private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");

  /** Once the senders have hung up; a fresh process holds half of each. */
  private static final int MOST_DESCRIPTORS = 64;

  private static final int MOST_THREADS = 96;

  private static final long MOST_MEMORY = 400L << 20;

  private static final int MOST_CONNECTIONS = 16;

  private final Evidence evidence;
  private final Ledger ledger;
  private final Map<String, List<Stored>> stored = new HashMap<>();

  private record Stored(String pipeline, String digest, String state, int repository) {}

  Checker(Evidence evidence) {
    this.evidence = evidence;
    this.ledger = evidence.ledger();
  }

  List<Finding> findings() throws IOException, InterruptedException, SQLException {
    stored.clear();
    evidence
        .cluster()
        .query(
            """
            SELECT
              substring(convert_from(e.body, 'UTF8') FROM '"marker":"([a-z0-9-]+)"') AS marker,
              p.id::text AS id, encode(sha256(e.body), 'hex') AS digest, p.state,
              substring(p.repository FROM '[0-9]+$')::int AS repository
            FROM pipeline p JOIN event e ON e.pipeline_id = p.id
            """,
            row ->
                stored
                    .computeIfAbsent(row.getString("marker"), _ -> new ArrayList<>())
                    .add(
                        new Stored(
                            row.getString("id"),
                            row.getString("digest"),
                            row.getString("state"),
                            row.getInt("repository"))));
    return List.of(
        new Finding("I1", "each acknowledged delivery is stored once, byte for byte", storedOnce()),
        new Finding("I2", "each stored event was taken by the target", dispatched()),
        new Finding("I3", "nothing is there of forged deliveries", nothingForged()),
        new Finding("I4", "after quiet every pipeline is over, none given up", allOver()),
        new Finding("I5", "repeats carry the same id, each for a fault of its own", repeats()),
        new Finding("I6", "none of a repository is dispatched before the one ahead", inOrder()),
        new Finding("I7", "event, pipeline and message stand together", together()),
        new Finding("I8", "history runs forwards, settled by the lane's owner", history()),
        new Finding("I9", "what was given up on is stored once or not at all", abandoned()),
        new Finding("I10", "no success comes after the provider's patience", inTime()),
        new Finding("I11", "what processes hold is as little as before", bounded()),
        new Finding("I12", "no secret, signature or payload where it does not belong", silent()),
        new Finding("", PLAN_KEPT, happened()),
        new Finding("", "everything was sent, and every answer is as expected", sent()),
        new Finding("", "no process ends by itself", evidence.chronicle().unexpected()));
  }

  private List<String> storedOnce() {
    var broken = new ArrayList<String>();
    for (Sent sent : ledger.sent()) {
      List<Ledger.Acknowledgement> acknowledgements = ledger.acknowledgements(sent.marker());
      List<Stored> rows = stored.getOrDefault(sent.marker(), List.of());
      if (acknowledgements.isEmpty()) {
        continue;
      }
      if (rows.size() != 1) {
        broken.add(
            "%s was acknowledged and is stored %d times".formatted(sent.marker(), rows.size()));
      } else if (!rows.getFirst().digest().equals(sent.digest())) {
        broken.add(sent.marker() + " is stored with other bytes");
      }
      for (Ledger.Acknowledgement one : acknowledgements) {
        if (rows.stream().noneMatch(row -> row.pipeline().equals(one.pipeline()))) {
          broken.add(
              "%s was acknowledged as pipeline %s, which is not there"
                  .formatted(sent.marker(), one.pipeline()));
        }
      }
    }
    return broken;
  }

  private List<String> dispatched() {
    return stored.keySet().stream()
        .filter(marker -> ledger.arrivals(marker).stream().noneMatch(Ledger.Arrival::taken))
        .map(
            marker ->
                "%s was dispatched %d times, and never taken"
                    .formatted(marker, ledger.arrivals(marker).size()))
        .toList();
  }

  /** All that is authentic here can be used, so nothing may have been kept as refused either. */
  private List<String> nothingForged() throws SQLException {
    var broken = new ArrayList<String>();
    broken.addAll(
        evidence
            .cluster()
            .query(
                """
                SELECT 'refused delivery ' || id AS row FROM refused_delivery
                UNION ALL
                SELECT 'key ' || key FROM delivery_key k
                WHERE NOT EXISTS (SELECT FROM event e WHERE e.pipeline_id = k.pipeline_id)
                """,
                row -> row.getString("row") + " belongs to nothing that was accepted"));
    Set<String> known = new HashSet<>(stored.keySet());
    known.addAll(ledger.arrivedMarkers());
    for (String marker : known) {
      if (ledger.forged().contains(marker)) {
        broken.add(marker + " was forged");
      } else if (ledger.sent(marker).isEmpty()) {
        broken.add(marker + " was never sent");
      }
    }
    return broken;
  }

  private List<String> allOver() {
    var broken = new ArrayList<String>();
    if (!evidence.quiet()) {
      broken.add("the outbox did not become any emptier for " + Plan.QUIET);
    }
    stored.forEach(
        (marker, rows) ->
            rows.stream()
                .filter(row -> !row.state().equals("DISPATCHED"))
                // The target refuses none for good, and each may be tried often.
                .forEach(row -> broken.add(marker + " is " + row.state())));
    return broken;
  }

  /**
   * An event is dispatched again after the target has taken it only if nobody knew: its lane went
   * to another worker meanwhile, or the answer to its record was lost with the database.
   */
  private List<String> repeats() {
    var broken = new ArrayList<String>();
    for (Map.Entry<String, List<Stored>> one : stored.entrySet()) {
      List<Ledger.Arrival> arrivals = ledger.arrivals(one.getKey());
      String id = one.getValue().getFirst().pipeline();
      for (Ledger.Arrival arrival : arrivals) {
        if (!arrival.webhookId().equals(id)) {
          broken.add("%s arrived as %s and is %s".formatted(one.getKey(), arrival.webhookId(), id));
        }
      }
      List<Ledger.Arrival> taken = arrivals.stream().filter(Ledger.Arrival::taken).toList();
      if (taken.size() > 1) {
        long from = taken.getFirst().nanos();
        long until = taken.getLast().nanos();
        int excuses =
            evidence.lanes().takeovers(one.getValue().getFirst().repository(), from, until)
                + evidence.chronicle().answersLost(from, until);
        if (taken.size() - 1 > excuses) {
          broken.add(
              "%s was taken %d times within %s, with %d faults to excuse it"
                  .formatted(one.getKey(), taken.size(), Duration.ofNanos(until - from), excuses));
        }
      }
    }
    return broken;
  }

  /**
   * Who is given up on is nobody's predecessor: its sender went on without knowing whether it was
   * stored.
   */
  private List<String> inOrder() {
    var broken = new ArrayList<String>();
    Map<Integer, Sent> before = new HashMap<>();
    Map<Integer, Map<Integer, Sent>> lines = new HashMap<>();
    for (Sent sent : ledger.sent()) {
      lines
          .computeIfAbsent(sent.repository(), _ -> new java.util.TreeMap<>())
          .put(sent.sequence(), sent);
    }
    for (Map<Integer, Sent> line : lines.values()) {
      for (Sent sent : line.values()) {
        if (ledger.arrivals(sent.marker()).isEmpty()
            || ledger.abandoned().contains(sent.marker())) {
          continue;
        }
        Sent last = before.put(sent.repository(), sent);
        if (last != null && firstTaken(last) > first(sent)) {
          broken.add(
              "%s was dispatched before %s had been taken".formatted(sent.marker(), last.marker()));
        }
      }
    }
    return broken;
  }

  private long first(Sent sent) {
    return ledger.arrivals(sent.marker()).getFirst().order();
  }

  private long firstTaken(Sent sent) {
    return ledger.arrivals(sent.marker()).stream()
        .filter(Ledger.Arrival::taken)
        .mapToLong(Ledger.Arrival::order)
        .findFirst()
        .orElse(Long.MAX_VALUE);
  }

  private List<String> together() throws IOException, InterruptedException {
    return evidence.audit().run().stream().toList();
  }

  private List<String> history() throws SQLException {
    // What an outage of the target has put off gives its attempt back, and says so in its error.
    var broken = new ArrayList<String>();
    broken.addAll(
        evidence
            .cluster()
            .query(
                """
                SELECT p.id::text AS id, p.history::text AS history
                FROM pipeline p
                WHERE p.history -> 0 ->> 'state' <> 'RECEIVED'
                  OR (SELECT count(*) FROM jsonb_array_elements(p.history) s
                    WHERE s ->> 'state' IN ('DISPATCHED', 'FAILED')) > 1
                  OR EXISTS (
                    SELECT FROM (
                      SELECT
                        (s.step ->> 'at')::timestamptz AS at,
                        lag((s.step ->> 'at')::timestamptz) OVER (ORDER BY s.place) AS before,
                        (s.step ->> 'attempt')::int AS attempt, s.step ->> 'error' AS error,
                        lag((s.step ->> 'attempt')::int) OVER (ORDER BY s.place) AS attempt_before,
                        lag(s.step ->> 'state') OVER (ORDER BY s.place) AS state_before
                      FROM jsonb_array_elements(p.history) WITH ORDINALITY AS s (step, place)) t
                    WHERE t.at < t.before OR (t.attempt < t.attempt_before AND t.error IS NULL)
                      OR t.state_before IN ('DISPATCHED', 'FAILED'))
                """,
                row -> row.getString("id") + ": " + row.getString("history")));
    broken.addAll(
        evidence
            .cluster()
            .query(
                "SELECT worker, count(DISTINCT owner) AS owners, count(*) FILTER (WHERE owner IS"
                    + " NULL) AS unowned FROM torture_settlement GROUP BY worker HAVING"
                    + " count(DISTINCT owner) > 1 OR count(*) FILTER (WHERE owner IS NULL) > 0",
                row ->
                    "%s settled in lanes of %d owners, %d times in nobody's"
                        .formatted(
                            row.getString("worker"), row.getInt("owners"), row.getInt("unowned"))));
    return broken;
  }

  /** Without its faults a run shows nothing. */
  private List<String> happened() {
    Map<String, Integer> happened = evidence.chronicle().happened();
    return evidence.faults().planned().entrySet().stream()
        .filter(planned -> happened.getOrDefault(planned.getKey(), 0) < planned.getValue())
        .map(
            planned ->
                "%s happened %d times and was planned %d times"
                    .formatted(
                        planned.getKey(),
                        happened.getOrDefault(planned.getKey(), 0),
                        planned.getValue()))
        .toList();
  }

  private List<String> abandoned() {
    var broken = new ArrayList<String>();
    for (String marker : ledger.abandoned()) {
      List<Stored> rows = stored.getOrDefault(marker, List.of());
      if (rows.size() > 1) {
        broken.add("%s is stored %d times".formatted(marker, rows.size()));
      } else if (!rows.isEmpty()
          && ledger
              .sent(marker)
              .filter(s -> s.digest().equals(rows.getFirst().digest()))
              .isEmpty()) {
        broken.add(marker + " is stored with other bytes");
      }
    }
    return broken;
  }

  private List<String> sent() {
    var broken = new ArrayList<>(ledger.wrongAnswers());
    if (ledger.sent().size() < evidence.plan().events()) {
      broken.add("%d were sent of %d".formatted(ledger.sent().size(), evidence.plan().events()));
    }
    return broken;
  }

  /**
   * Without any slack: a commit may take half of the patience, and what the sender itself is late
   * on a busy machine has to fit in the other half with all the rest.
   */
  private List<String> inTime() {
    var broken = new ArrayList<String>();
    for (Sent sent : ledger.sent()) {
      Duration patience = Senders.patience(sent.service());
      for (Ledger.Acknowledgement one : ledger.acknowledgements(sent.marker())) {
        if (one.took().compareTo(patience) > 0) {
          broken.add("%s after %s".formatted(sent.marker(), one.took()));
        }
      }
    }
    return broken;
  }

  private List<String> bounded() {
    var broken = new ArrayList<String>();
    evidence
        .holdings()
        .forEach(
            (name, now) -> {
              if (now.descriptors() > MOST_DESCRIPTORS
                  || now.threads() > MOST_THREADS
                  || now.residentBytes() > MOST_MEMORY) {
                broken.add("%s holds %s".formatted(name, now));
              }
            });
    evidence
        .connections()
        .forEach(
            (process, connections) -> {
              if (connections > MOST_CONNECTIONS) {
                broken.add("%s holds %d connections".formatted(process, connections));
              }
            });
    return broken;
  }

  private List<String> silent() throws SQLException {
    var broken = new ArrayList<String>();
    Set<String> signatures = new HashSet<>();
    for (String signature : ledger.signatures()) {
      Matcher matcher = HEX.matcher(signature);
      if (matcher.find()) {
        signatures.add(matcher.group());
      }
    }
    for (Evidence.NamedText writing : evidence.writings()) {
      for (String service : List.of("github", "slack", "linear")) {
        if (writing.text().contains(Sent.secret(service))) {
          broken.add("the secret of %s in %s".formatted(service, writing.name()));
        }
      }
      if (writing.text().contains(Sent.TARGET_SECRET)) {
        broken.add("the target's secret in " + writing.name());
      }
      if (writing.text().contains(Sent.PAYLOAD_CANARY)) {
        broken.add("a payload in " + writing.name());
      }
      Matcher matcher = HEX.matcher(writing.text());
      while (matcher.find()) {
        if (signatures.contains(matcher.group())) {
          broken.add("a signature in " + writing.name());
        }
      }
    }
    broken.addAll(
        evidence
            .cluster()
            .query(
                """
                SELECT 'event ' || pipeline_id AS row FROM event
                WHERE document LIKE '%canary-secret%' OR document ~* '"[a-z-]*signature[a-z0-9-]*":'
                """,
                row -> "a secret or signature in " + row.getString("row")));
    for (String table : tables()) {
      broken.addAll(
          evidence
              .cluster()
              .query(
                  """
                  SELECT left(to_jsonb(t)::text, 100) AS row FROM %s t
                  WHERE (to_jsonb(t) - 'body' - 'payload' - 'document')::text LIKE '%%canary-%%'
                  """
                      .formatted(table),
                  row -> "a secret or payload in %s: %s".formatted(table, row.getString("row"))));
    }
    return broken;
  }

  private List<String> tables() throws SQLException {
    return evidence
        .cluster()
        .query(
            """
            SELECT oid::regclass::text AS name FROM pg_class
            WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
            """,
            row -> row.getString("name"));
  }
}
