package dev.hookline.application.retention;

import dev.hookline.application.retention.History.Dropping;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Use case: forget what is over and old. By whole UTC days, never today, never what is open; a
 * delivery key outlives its event until it is {@link #KEYS_KEPT} old, so that a delivery which
 * comes again is known as a duplicate.
 */
public final class PruneHistory {
  /** How long a delivery key is kept at least. */
  public static final Duration KEYS_KEPT = Duration.ofDays(2);

  private final History history;

  public PruneHistory(History history) {
    this.history = history;
  }

  /**
   * The first day that stays when everything of this age is to go: the one that the limit falls
   * into, since days go as a whole.
   *
   * @throws dev.hookline.application.pipeline.StoreUnavailableException if the database is away
   */
  public LocalDate firstKept(Duration age) {
    Instant now = history.now();
    Duration sinceEpoch = Duration.between(Instant.EPOCH, now);
    return dayOf(now.minus(age.compareTo(sinceEpoch) < 0 ? age : sinceEpoch));
  }

  /**
   * Forgets the days before this one. A day with something open in it stays, those after it go.
   *
   * @throws dev.hookline.application.pipeline.StoreUnavailableException if the database is away;
   *     what was forgotten until then stays forgotten
   */
  public Pruned prune(LocalDate firstKept) {
    LocalDate before = notToday(firstKept);
    Map<Dropping, List<LocalDate>> days = new EnumMap<>(Dropping.class);
    for (LocalDate day : history.daysBefore(before)) {
      days.computeIfAbsent(history.drop(day), _ -> new ArrayList<>()).add(day);
    }
    return new Pruned(
        days.getOrDefault(Dropping.DROPPED, List.of()),
        days.getOrDefault(Dropping.OPEN, List.of()),
        days.getOrDefault(Dropping.BUSY, List.of()),
        history.forgetKeysBefore(dayOf(history.now().minus(KEYS_KEPT))),
        history.forgetRefusedBefore(before));
  }

  /**
   * What {@link #prune} would look at, oldest first; nothing is changed.
   *
   * @throws dev.hookline.application.pipeline.StoreUnavailableException if the database is away
   */
  public List<HistoryDay> preview(LocalDate firstKept) {
    return history.surveyBefore(notToday(firstKept));
  }

  private LocalDate notToday(LocalDate firstKept) {
    LocalDate today = dayOf(history.now());
    return firstKept.isBefore(today) ? firstKept : today;
  }

  private static LocalDate dayOf(Instant instant) {
    return LocalDate.ofInstant(instant, ZoneOffset.UTC);
  }
}
