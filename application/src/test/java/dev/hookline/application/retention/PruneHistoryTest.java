package dev.hookline.application.retention;

import static dev.hookline.testing.Samples.NOON;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PruneHistoryTest {
  private static final LocalDate TODAY = LocalDate.of(2026, 3, 1);

  /** The last four days, of which yesterday is open and the day before in use. */
  private static final class FourDays implements History {
    final List<String> calls = new ArrayList<>();

    @Override
    public Instant now() {
      return NOON;
    }

    @Override
    public List<LocalDate> daysBefore(LocalDate day) {
      return TODAY.minusDays(4).datesUntil(day).toList();
    }

    @Override
    public List<HistoryDay> surveyBefore(LocalDate day) {
      calls.add("survey before " + day);
      return List.of();
    }

    @Override
    public Dropping drop(LocalDate day) {
      return day.equals(TODAY.minusDays(1))
          ? Dropping.OPEN
          : day.equals(TODAY.minusDays(2)) ? Dropping.BUSY : Dropping.DROPPED;
    }

    @Override
    public long forgetKeysBefore(LocalDate day) {
      calls.add("keys before " + day);
      return 5;
    }

    @Override
    public long forgetRefusedBefore(LocalDate day) {
      calls.add("refused before " + day);
      return 6;
    }
  }

  private final FourDays days = new FourDays();
  private final PruneHistory pruning = new PruneHistory(days);

  @Test
  void dayThatTheLimitFallsIntoStays() {
    assertEquals(TODAY, pruning.firstKept(Duration.ZERO));
    assertEquals(TODAY, pruning.firstKept(Duration.ofHours(12)));
    assertEquals(TODAY.minusDays(1), pruning.firstKept(Duration.ofHours(12).plusNanos(1)));
    assertEquals(TODAY.minusDays(30), pruning.firstKept(Duration.ofDays(30)));
    assertEquals(LocalDate.EPOCH, pruning.firstKept(Duration.ofSeconds(Long.MAX_VALUE)));
  }

  @Test
  void openAndBusyDaysStayAndTheOthersGo() {
    assertEquals(
        new Pruned(
            List.of(TODAY.minusDays(4), TODAY.minusDays(3)),
            List.of(TODAY.minusDays(1)),
            List.of(TODAY.minusDays(2)),
            5,
            6),
        pruning.prune(TODAY));
  }

  @Test
  void todayNeverGoesAndKeysStayTwoDays() {
    pruning.prune(TODAY.plusDays(10));
    pruning.prune(TODAY.minusDays(3));
    pruning.preview(TODAY.plusDays(10));

    assertEquals(
        List.of(
            "keys before 2026-02-27",
            "refused before 2026-03-01",
            "keys before 2026-02-27",
            "refused before 2026-02-26",
            "survey before 2026-03-01"),
        days.calls);
  }
}
