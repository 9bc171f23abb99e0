package dev.hookline.torture;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.UnaryOperator;

/**
 * Falsifies what a run in which everything holds has left behind, each time about another delivery:
 * the checker has to find each by the invariants that it breaks, and nothing besides.
 */
final class Falsifications {
  /** Changes what is there; what it returns is looked at in its place. */
  private interface Falsification {
    Evidence of(Evidence evidence, Sent sent) throws SQLException;
  }

  /**
   * @param breaks invariants
   */
  private record Case(Set<String> breaks, String what, Falsification falsification) {
    static Case of(String breaks, String what, Falsification falsification) {
      return new Case(Set.copyOf(Arrays.asList(breaks.split(" "))), what, falsification);
    }
  }

  private static final List<Case> CASES =
      List.of(
          Case.of(
              "I1",
              "acknowledged as a pipeline that is not there",
              (evidence, sent) -> {
                acknowledge(evidence, sent, Duration.ofMillis(5), UUID.randomUUID().toString());
                return evidence;
              }),
          Case.of(
              "I1",
              "stored with another byte",
              (evidence, sent) ->
                  after(evidence, sent, "UPDATE event SET body = body || ' ' WHERE pipeline_id")),
          Case.of(
              "I1 I3 I7",
              "acknowledged, and gone but for its key",
              (evidence, sent) ->
                  after(
                      after(evidence, sent, "DELETE FROM event WHERE pipeline_id"),
                      sent,
                      "DELETE FROM pipeline WHERE id")),
          Case.of(
              "I2 I6",
              "dispatched, and never taken, though others were behind it",
              (evidence, sent) -> {
                replace(
                    evidence,
                    sent,
                    only ->
                        new Ledger.Arrival(only.order(), only.nanos(), only.webhookId(), false));
                return evidence;
              }),
          Case.of(
              "I2",
              "never dispatched",
              (evidence, sent) -> {
                evidence.ledger().arrivals(sent.marker()).clear();
                return evidence;
              }),
          Case.of(
              "I3",
              "stored though forged",
              (evidence, sent) -> {
                evidence.ledger().sendingForged(sent.marker());
                return evidence;
              }),
          Case.of(
              "I3",
              "kept as refused",
              (evidence, sent) ->
                  after(
                      evidence,
                      sent,
                      """
                      INSERT INTO refused_delivery
                        (id, service, same, header_names, header_values, body, remote_address,
                         received_at, error, message)
                      SELECT pipeline_id, 'github', 'x', '{}', '{}', '', '127.0.0.1', now(), 'e', 'm'
                      FROM event WHERE pipeline_id\
                      """)),
          Case.of(
              "I4 I7",
              "given up",
              (evidence, sent) ->
                  after(evidence, sent, "UPDATE pipeline SET state = 'FAILED' WHERE id")),
          Case.of(
              "I5",
              "taken again and again without a reason",
              (evidence, sent) -> {
                List<Ledger.Arrival> arrivals = evidence.ledger().arrivals(sent.marker());
                arrivals.addAll(Collections.nCopies(100, arrivals.getFirst()));
                return evidence;
              }),
          Case.of(
              "I5",
              "dispatched under another id",
              (evidence, sent) -> {
                replace(
                    evidence,
                    sent,
                    only -> new Ledger.Arrival(only.order(), only.nanos(), "another", true));
                return evidence;
              }),
          Case.of(
              "I6",
              "taken after the one behind it was dispatched",
              (evidence, sent) -> {
                replace(
                    evidence,
                    sent,
                    only -> new Ledger.Arrival(1L << 60, only.nanos(), only.webhookId(), true));
                return evidence;
              }),
          Case.of(
              "I7",
              "over, and still in the outbox",
              (evidence, sent) ->
                  after(
                      evidence,
                      sent,
                      """
                      INSERT INTO outbox_message (pipeline_id, lane, ordering_key)
                      SELECT id, 0, 0 FROM pipeline WHERE id\
                      """)),
          Case.of(
              "I8",
              "begun after it was over",
              (evidence, sent) ->
                  after(
                      evidence,
                      sent,
                      """
                      UPDATE pipeline SET history = history || (history -> 0) || (history -> -1)
                      WHERE id\
                      """)),
          Case.of(
              "I1 I7 I9",
              "stored twice, and its sender had given up",
              (evidence, sent) -> {
                evidence.ledger().abandoned(sent);
                String another = UUID.randomUUID().toString();
                return after(
                    after(
                        evidence,
                        sent,
                        "INSERT INTO event SELECT '%s', document, body, payload FROM event WHERE pipeline_id"
                            .formatted(another)),
                    sent,
                    """
                    INSERT INTO pipeline
                    SELECT '%s', service, event_id, event_type, repository, received_at, state,
                      attempts, since, next_attempt_at, error, history
                    FROM pipeline WHERE id\
                    """
                        .formatted(another));
              }),
          Case.of(
              "I10",
              "acknowledged too late",
              (evidence, sent) -> {
                acknowledge(evidence, sent, Duration.ofSeconds(11), pipeline(evidence, sent));
                return evidence;
              }),
          Case.of(
              "I12",
              "a secret in a pipeline's error",
              (evidence, sent) ->
                  after(
                      evidence,
                      sent,
                      "UPDATE pipeline SET error = '%s' WHERE id"
                          .formatted(Sent.secret("github")))),
          Case.of(
              "I12",
              "a payload in a log",
              (evidence, sent) -> written(evidence, sent, sent.body())),
          Case.of(
              "I12",
              "a signature in a log",
              (evidence, sent) -> {
                String signature =
                    String.valueOf(sent.headers().get(Sent.signatureHeader(sent.service())));
                evidence.ledger().signed(signature);
                return written(evidence, sent, "it was " + signature);
              }),
          Case.of(
              "I11",
              "a process that holds too much",
              (evidence, sent) -> {
                var all = new HashMap<>(evidence.holdings());
                all.put(sent.marker(), new Member.Holdings(1L << 30, 10, 10));
                return with(evidence, all, evidence.writings());
              }));

  private Falsifications() {}

  /** A case, and the delivery that it is about. */
  private record Done(Case of, Sent sent, String pipeline) {
    boolean isMeantBy(String invariant, String violation) {
      return of.breaks().contains(invariant)
          // Which tells of all that is stored in one text.
          && (invariant.equals("I7")
              || violation.contains(sent.marker())
              || violation.contains(sent.id())
              || violation.contains(pipeline));
    }
  }

  /** What the checker does not find, and what it finds besides. */
  static List<String> mistaken(Evidence untouched)
      throws IOException, InterruptedException, SQLException {
    List<Sent> unlike = unlikeEachOther(untouched);
    var all = new ArrayList<Done>();
    Evidence evidence = untouched;
    for (Case one : CASES) {
      Sent sent = unlike.get(all.size());
      all.add(new Done(one, sent, pipeline(untouched, sent)));
      evidence = one.falsification().of(evidence, sent);
    }
    var mistaken = new ArrayList<String>();
    for (Finding finding : new Checker(evidence).findings()) {
      String invariant = finding.invariant();
      for (Done done : all) {
        if (done.of().breaks().contains(invariant)
            && finding.violations().stream().noneMatch(one -> done.isMeantBy(invariant, one))) {
          mistaken.add("%s does not find %s".formatted(invariant, done));
        }
      }
      for (String violation : finding.violations()) {
        if (invariant.startsWith("I")
            && all.stream().noneMatch(done -> done.isMeantBy(invariant, violation))) {
          mistaken.add("%s for no reason finds %s".formatted(invariant, violation));
        }
      }
    }
    return mistaken;
  }

  /** Of each repository one that was dispatched once, and has one behind it. */
  private static List<Sent> unlikeEachOther(Evidence evidence) {
    int half = evidence.plan().events() / Plan.REPOSITORIES / 2;
    var found = new TreeMap<Integer, Sent>();
    for (Sent sent : evidence.ledger().sent()) {
      if (sent.service().equals("github")
          && sent.sequence() < half
          && !evidence.ledger().abandoned().contains(sent.marker())
          && !evidence.ledger().abandoned().contains(sent.after())
          && evidence.ledger().arrivals(sent.marker()).size() == 1
          && evidence.ledger().acknowledgements(sent.marker()).size() == 1) {
        found.putIfAbsent(sent.repository(), sent);
      }
    }
    return List.copyOf(found.values());
  }

  private static void replace(Evidence evidence, Sent sent, UnaryOperator<Ledger.Arrival> by) {
    evidence.ledger().arrivals(sent.marker()).replaceAll(by);
  }

  private static String pipeline(Evidence evidence, Sent sent) {
    return evidence.ledger().acknowledgements(sent.marker()).getFirst().pipeline();
  }

  private static void acknowledge(Evidence evidence, Sent sent, Duration took, String pipeline) {
    evidence
        .ledger()
        .acknowledged(sent, new Ledger.Acknowledgement(System.nanoTime(), took, pipeline, false));
  }

  /**
   * @param sql to which the id of the delivery's pipeline is added
   */
  private static Evidence after(Evidence evidence, Sent sent, String sql) throws SQLException {
    evidence.cluster().execute("%s = '%s'".formatted(sql, pipeline(evidence, sent)));
    return evidence;
  }

  private static Evidence written(Evidence evidence, Sent sent, String text) {
    var all = new ArrayList<>(evidence.writings());
    all.add(new Evidence.NamedText("a log of " + sent.marker(), text));
    return with(evidence, evidence.holdings(), all);
  }

  private static Evidence with(
      Evidence evidence, Map<String, Member.Holdings> holdings, List<Evidence.NamedText> writings) {
    return new Evidence(
        evidence.plan(),
        evidence.faults(),
        evidence.ledger(),
        evidence.chronicle(),
        evidence.cluster(),
        evidence.quiet(),
        evidence.lanes(),
        evidence.audit(),
        holdings,
        evidence.connections(),
        writings);
  }
}
