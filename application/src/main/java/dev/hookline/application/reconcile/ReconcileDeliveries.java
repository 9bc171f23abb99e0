package dev.hookline.application.reconcile;

import static java.util.Comparator.comparing;

import dev.hookline.application.reconcile.Reconciliation.Missing;
import dev.hookline.application.reconcile.Reconciliation.Redelivery;
import dev.hookline.application.reconcile.Reconciliation.Unread;
import dev.hookline.domain.delivery.Service;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/**
 * Use case: find what a provider sent and we have not, and have it sent again.
 *
 * <p>An event is missing if it is not on record, whatever the provider was told: a database that
 * was restored from a backup lacks what it had once acknowledged. Two rules keep this from asking
 * in a circle. An event is left alone if {@value #TAKEN_FOR_GOOD} redeliveries of it were taken and
 * it is still not on record, since then its body was recognised as another's; after a single one it
 * may as well have been on record and lost by the restore. And only events first sent since the
 * given instant count, so that one that is refused each time is not asked for without end.
 */
public final class ReconcileDeliveries {
  private static final int TAKEN_FOR_GOOD = 2;

  private final Service service;
  private final List<DeliveryLog> logs;
  private final DeliveriesOnRecord records;

  /**
   * @param logs one for each hook; an event in several of them counts once
   */
  public ReconcileDeliveries(
      Service service, List<? extends DeliveryLog> logs, DeliveriesOnRecord records) {
    this.service = service;
    this.logs = List.copyOf(logs);
    this.records = records;
  }

  /**
   * How far a reconciliation is.
   *
   * @param lookedAt deliveries in the logs so far
   * @param done how many of the missing events were asked for, or could not be
   * @param missing events to ask for; 0 while it still compares, and in a dry run
   */
  public record Progress(int lookedAt, int done, int missing) {}

  /** The same, told to nobody. */
  public Reconciliation reconcile(Instant since, boolean dryRun) {
    return reconcile(since, dryRun, _ -> {});
  }

  /**
   * Compares, and asks once for each missing event, in the order in which they were first sent. A
   * log that cannot be read, or an event that cannot be asked for, does not keep the others back.
   *
   * @param dryRun whether nothing is asked for
   * @param told after each page of a log, and after each event that is asked for
   * @throws dev.hookline.application.pipeline.StoreUnavailableException if the database is away;
   *     nothing has been asked for then
   */
  public Reconciliation reconcile(Instant since, boolean dryRun, Consumer<Progress> told) {
    var findings = new Findings();
    var unread = new ArrayList<Unread>();
    for (DeliveryLog log : logs) {
      try {
        log.read(
            since,
            page -> {
              findings.add(log, page);
              told.accept(new Progress(findings.lookedAt, 0, 0));
            });
      } catch (DeliveryLogException e) {
        unread.add(new Unread(log.hook(), e.reason()));
      }
    }
    List<Trail> absent = findings.absent();
    List<Trail> missing =
        absent.stream()
            .filter(trail -> trail.takenAgain < TAKEN_FOR_GOOD)
            .sorted(comparing(trail -> trail.firstSentAt))
            .toList();
    int distinct = findings.distinct();
    return new Reconciliation(
        since,
        findings.lookedAt,
        distinct,
        distinct - absent.size(),
        absent.size() - missing.size(),
        dryRun
            ? listed(missing)
            : askedFor(
                missing,
                done -> told.accept(new Progress(findings.lookedAt, done, missing.size()))),
        unread);
  }

  private static List<Missing> listed(List<Trail> missing) {
    return missing.stream()
        .map(trail -> new Missing(trail.log.hook(), trail.newest, new Redelivery.NotAsked()))
        .toList();
  }

  private static List<Missing> askedFor(List<Trail> missing, IntConsumer told) {
    var asked = new ArrayList<Missing>();
    var givenUp = new HashMap<DeliveryLog, Redelivery>();
    for (Trail trail : missing) {
      Redelivery before = givenUp.get(trail.log);
      Redelivery redelivery = before == null ? ask(trail, givenUp) : before;
      asked.add(new Missing(trail.log.hook(), trail.newest, redelivery));
      told.accept(asked.size());
    }
    return List.copyOf(asked);
  }

  private static Redelivery ask(Trail trail, Map<DeliveryLog, Redelivery> givenUp) {
    try {
      trail.log.redeliver(trail.newest);
      return new Redelivery.Asked();
    } catch (DeliveryLogException e) {
      var failed = new Redelivery.Failed(e.reason());
      if (e.isLasting()) {
        givenUp.put(trail.log, failed);
      }
      return failed;
    }
  }

  /** What the log tells of one event. */
  private static final class Trail {
    private DeliveryLog log;
    private SentDelivery newest;
    private Instant firstSentAt;
    private boolean sinceTheStart;
    private int takenAgain;

    Trail(DeliveryLog log, SentDelivery attempt) {
      this.log = log;
      this.newest = attempt;
      this.firstSentAt = attempt.sentAt();
      add(log, attempt);
    }

    void add(DeliveryLog from, SentDelivery attempt) {
      if (attempt.sentAt().isAfter(newest.sentAt())) {
        log = from;
        newest = attempt;
      }
      if (attempt.sentAt().isBefore(firstSentAt)) {
        firstSentAt = attempt.sentAt();
      }
      sinceTheStart |= !attempt.redelivery();
      takenAgain += attempt.redelivery() && attempt.wasTaken() ? 1 : 0;
    }
  }

  /** The events of all logs, and which of them are on record. */
  private final class Findings {
    private final Map<String, Trail> trails = new HashMap<>();
    private final Set<String> onRecord = new HashSet<>();
    private int lookedAt;

    /** Asks after having read, so that what arrives meanwhile is on record and not missing. */
    void add(DeliveryLog log, List<SentDelivery> page) {
      lookedAt += page.size();
      var unknown = new LinkedHashSet<String>();
      for (SentDelivery attempt : page) {
        Trail known = trails.get(attempt.eventId());
        if (known == null) {
          trails.put(attempt.eventId(), new Trail(log, attempt));
        } else {
          known.add(log, attempt);
        }
        if (!onRecord.contains(attempt.eventId())) {
          unknown.add(attempt.eventId());
        }
      }
      if (!unknown.isEmpty()) {
        onRecord.addAll(records.among(service, unknown));
      }
    }

    int distinct() {
      return Math.toIntExact(trails.values().stream().filter(t -> t.sinceTheStart).count());
    }

    List<Trail> absent() {
      return trails.entrySet().stream()
          .filter(entry -> !onRecord.contains(entry.getKey()))
          .map(Map.Entry::getValue)
          .filter(trail -> trail.sinceTheStart)
          .toList();
    }
  }
}
