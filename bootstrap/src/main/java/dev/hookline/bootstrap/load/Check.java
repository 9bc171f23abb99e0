package dev.hookline.bootstrap.load;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Compares what was sent and answered with what is on record. */
public final class Check {
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(500);
  private static final int NUMBER_BITS = 24;

  private final Ledger ledger;
  private final int count;
  private final RunIds ids;
  private final OnRecord records;
  private final Map<String, Integer> repositories = new HashMap<>();

  /**
   * @param count the numbers below it were given to deliveries
   */
  Check(Ledger ledger, int count, RunIds ids, OnRecord records) {
    this.ledger = ledger;
    this.count = count;
    this.ids = ids;
    this.records = records;
  }

  /** What is on record of this run. */
  private static final class Seen {
    private long all;
    private long open;
  }

  /**
   * Waits until all that was acknowledged is dispatched or given up, and looks.
   *
   * @param patience how long it waits at most
   * @param progress told what it is at
   * @throws IOException if the admin endpoint cannot be asked, with a message for a person
   */
  public Findings look(Duration patience, Consumer<String> progress)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    // The listing is long and the outbox's depth is not, so that is what is asked repeatedly.
    for (long waiting = records.waiting();
        waiting > 0 && System.nanoTime() < deadline;
        waiting = records.waiting()) {
      progress.accept("%d events wait to be dispatched".formatted(waiting));
      Thread.sleep(BETWEEN_LOOKS);
    }
    Seen seen = read(progress);
    while (seen.open > 0 && System.nanoTime() < deadline) {
      progress.accept("%d events are not dispatched yet".formatted(seen.open));
      Thread.sleep(BETWEEN_LOOKS);
      seen = read(progress);
    }
    return findings();
  }

  private Seen read(Consumer<String> progress) throws IOException, InterruptedException {
    var seen = new Seen();
    records.read(
        entry -> {
          OptionalLong number = ids.numberOf(entry.eventId());
          if (number.isEmpty() || number.getAsLong() >= count) {
            return;
          }
          boolean dispatched = entry.state().equals("DISPATCHED");
          ledger.onRecord(
              (int) number.getAsLong(),
              entry.pipelineId().getMostSignificantBits(),
              entry.pipelineId().getLeastSignificantBits(),
              repositories.computeIfAbsent(entry.repository(), _ -> repositories.size()),
              dispatched ? micros(entry.updatedAt()) : 0);
          seen.all++;
          seen.open += dispatched || entry.state().equals("FAILED") ? 0 : 1;
          if (seen.all % 1000 == 0) {
            progress.accept("looked at %d of %d".formatted(seen.all, count));
          }
        });
    return seen;
  }

  private static long micros(Instant instant) {
    return TimeUnit.SECONDS.toMicros(instant.getEpochSecond()) + instant.getNano() / 1000;
  }

  private Findings findings() {
    long lost = 0;
    long doubled = 0;
    long forged = 0;
    long undispatched = 0;
    for (int number = 0; number < count; number++) {
      if (!ledger.isSent(number)) {
        continue;
      }
      boolean acknowledged = ledger.isAcknowledged(number);
      switch (ledger.kind(number)) {
        case FRESH -> {
          lost += acknowledged && !ledger.isKept(number) ? 1 : 0;
          doubled += ledger.hasSeveralPipelines(number) ? 1 : 0;
          undispatched += acknowledged && ledger.dispatchedAt(number) == 0 ? 1 : 0;
        }
        case DUPLICATE ->
            doubled +=
                acknowledged
                        && !(ledger.saidDuplicate(number)
                            && ledger.haveSamePipeline(number, ledger.original(number)))
                    ? 1
                    : 0;
        case TAMPERED, STALE -> forged += acknowledged || ledger.isOnRecord(number) ? 1 : 0;
      }
    }
    return new Findings(
        lost, doubled, misordered(ledger, count, repositories.size()), forged, undispatched);
  }

  /**
   * Goes through all deliveries as they were sent, and through the answers that came before each:
   * of every repository only the latest dispatch among these matters. So it takes no longer than to
   * sort them.
   *
   * @param repositories their numbers are below this
   */
  static long misordered(Ledger ledger, int count, int repositories) {
    long[] sent = new long[count];
    long[] answered = new long[count];
    int sentCount = 0;
    int answeredCount = 0;
    for (int number = 0; number < count; number++) {
      if (ledger.isSent(number)
          && ledger.kind(number) == Kind.FRESH
          && ledger.dispatchedAt(number) > 0) {
        sent[sentCount++] = sortable(ledger.sentAt(number), number);
        if (ledger.isAcknowledged(number)) {
          answered[answeredCount++] = sortable(ledger.answeredAt(number), number);
        }
      }
    }
    Arrays.sort(sent, 0, sentCount);
    Arrays.sort(answered, 0, answeredCount);
    long[] latest = new long[repositories];
    long misordered = 0;
    int next = 0;
    for (int i = 0; i < sentCount; i++) {
      while (next < answeredCount && answered[next] >> NUMBER_BITS < sent[i] >> NUMBER_BITS) {
        int number = numberIn(answered[next++]);
        int repository = ledger.repository(number);
        latest[repository] = Math.max(latest[repository], ledger.dispatchedAt(number));
      }
      int number = numberIn(sent[i]);
      misordered += ledger.dispatchedAt(number) < latest[ledger.repository(number)] ? 1 : 0;
    }
    return misordered;
  }

  /** Sorts by time, in whole microseconds: what falls into the same one proves no order. */
  private static long sortable(long nanos, int number) {
    return TimeUnit.NANOSECONDS.toMicros(nanos) << NUMBER_BITS | number;
  }

  private static int numberIn(long sortable) {
    return (int) (sortable & (1 << NUMBER_BITS) - 1);
  }
}
