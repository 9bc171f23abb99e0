package dev.hookline.torture;

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

  /** Of each worker: what it may have in its hands, or dispatched and not yet on record. */
  private static final int IN_HAND = 64;

  /** Once the senders have hung up; a fresh process holds half of each. */
  private static final int MOST_DESCRIPTORS = 64;

  private static final int MOST_THREADS = 96;

  private static final long MOST_MEMORY = 400L << 20;

  private final Evidence evidence;
  private final Ledger ledger;
  private final Map<String, List<Stored>> stored = new HashMap<>();

  private record Stored(String pipeline, String digest, String state) {}

  Checker(Evidence evidence) {
    this.evidence = evidence;
    this.ledger = evidence.ledger();
  }

  List<Finding> findings() throws SQLException {
    evidence
        .cluster()
        .query(
            """
            SELECT
              substring(convert_from(e.body, 'UTF8') FROM '"marker":"([a-z0-9-]+)"') AS marker,
              p.id::text AS id, encode(sha256(e.body), 'hex') AS digest, p.state
            FROM pipeline p JOIN event e ON e.pipeline_id = p.id
            """,
            row ->
                stored
                    .computeIfAbsent(row.getString("marker"), _ -> new ArrayList<>())
                    .add(
                        new Stored(
                            row.getString("id"), row.getString("digest"), row.getString("state"))));
    return List.of(
        new Finding("I1", "each acknowledged delivery is stored once, byte for byte", storedOnce()),
        new Finding("I2", "each stored event was dispatched", dispatched()),
        new Finding("I3", "nothing is there of forged deliveries", nothingForged()),
        new Finding("I4", "after quiet every pipeline is over", allOver()),
        new Finding("I5", "repeats carry the same id and are bounded by the faults", repeats()),
        new Finding("I6", "first dispatches of a repository come in order", inOrder()),
        new Finding("I7", "event, pipeline and message stand together", together()),
        new Finding("I8", "history runs forwards, settled by the lane's owner", history()),
        new Finding("I9", "what was not answered is stored once or not at all", unanswered()),
        new Finding("I10", "no success comes after the provider's patience", inTime()),
        new Finding("I11", "what processes hold is as little as before", bounded()),
        new Finding("I12", "no secret, signature or payload where it does not belong", silent()),
        new Finding("", PLAN_KEPT, happened()),
        new Finding("", "every answer is as expected", ledger.wrongAnswers()),
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
        .filter(marker -> ledger.arrivals(marker).isEmpty())
        .map(marker -> marker + " was never dispatched")
        .toList();
  }

  private List<String> nothingForged() {
    var broken = new ArrayList<String>();
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
                .filter(row -> !Set.of("DISPATCHED", "FAILED").contains(row.state()))
                .forEach(row -> broken.add(marker + " is " + row.state())));
    return broken;
  }

  private List<String> repeats() {
    var broken = new ArrayList<String>();
    int extra = 0;
    for (Map.Entry<String, List<Stored>> one : stored.entrySet()) {
      List<Ledger.Arrival> arrivals = ledger.arrivals(one.getKey());
      String id = one.getValue().getFirst().pipeline();
      for (Ledger.Arrival arrival : arrivals) {
        if (!arrival.webhookId().equals(id)) {
          broken.add("%s arrived as %s and is %s".formatted(one.getKey(), arrival.webhookId(), id));
        }
      }
      long refused = arrivals.stream().filter(arrival -> !arrival.taken()).count();
      extra += (int) Math.max(0, arrivals.size() - refused - 1);
    }
    int bound = IN_HAND * evidence.chronicle().faults();
    if (extra > bound) {
      broken.add("%d repeats, more than %d".formatted(extra, bound));
    }
    return broken;
  }

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
        if (ledger.arrivals(sent.marker()).isEmpty()) {
          continue;
        }
        Sent last = before.put(sent.repository(), sent);
        if (last != null && first(last) > first(sent)) {
          broken.add("%s was dispatched after %s".formatted(last.marker(), sent.marker()));
        }
      }
    }
    return broken;
  }

  private long first(Sent sent) {
    return ledger.arrivals(sent.marker()).getFirst().order();
  }

  private List<String> together() {
    return evidence.audit().stream().toList();
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

  private List<String> unanswered() {
    return ledger.sent().stream()
        .filter(sent -> ledger.acknowledgements(sent.marker()).isEmpty())
        .filter(sent -> stored.getOrDefault(sent.marker(), List.of()).size() > 1)
        .map(sent -> sent.marker() + " was not acknowledged and is stored more than once")
        .toList();
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
                SELECT 'pipeline ' || p.id AS row FROM pipeline p
                WHERE p::text LIKE '%canary-%'
                UNION ALL
                SELECT 'event ' || pipeline_id FROM event
                WHERE document LIKE '%canary-secret%' OR document ~* '"[a-z-]*signature[a-z0-9-]*":'
                """,
                row -> "a secret or signature in " + row.getString("row")));
    return broken;
  }
}
