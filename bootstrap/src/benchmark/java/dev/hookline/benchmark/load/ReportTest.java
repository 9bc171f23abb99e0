package dev.hookline.benchmark.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReportTest {
  private static Round round(double accepted) {
    var round = new Round();
    round.put(Figure.ACCEPTED, accepted);
    round.put(Figure.PGBENCH_16, 2000);
    round.put(Figure.PGBENCH_64, 1000);
    return round;
  }

  @Test
  void medianIsInTheMiddle() {
    assertEquals(Optional.of(new Spread(3, 1, 9)), Spread.of(List.of(9.0, 1.0, 3.0)));
    assertEquals(Optional.of(new Spread(2, 1, 3)), Spread.of(List.of(3.0, 1.0)));
    assertEquals(Optional.empty(), Spread.of(List.of()));
  }

  @Test
  void ratioIsTakenWithinEachRoundAndToTheBetterOfBoth() {
    var report = new Report(Map.of(), List.of(round(4000), round(2000), round(5000)));
    assertTrue(
        report
            .text()
            .lines()
            .anyMatch(line -> line.matches(".*64 clients +>= 1.5 +2 +1 +2.5 +reached")),
        report::text);
  }

  @Test
  void whatWasNotMeasuredIsNoLine() {
    var report = new Report(Map.of(), List.of(round(4000)));
    assertFalse(report.text().contains("drain"), report::text);
  }

  @Test
  void whatIsMissedIsSaid() {
    var report = new Report(Map.of(), List.of(round(1000)));
    assertTrue(report.text().contains("missed"), report::text);
    assertTrue(report.json().contains("\"reached\" : false"), report::json);
  }

  @Test
  void numbersHaveThreeDigitsThatCount() {
    assertEquals("12346", Report.number(12345.678));
    assertEquals("0.0123", Report.number(0.012345));
    assertEquals("100", Report.number(100));
    assertEquals("0", Report.number(0));
  }
}
