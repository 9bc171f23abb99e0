package dev.hookline.benchmark.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class OverloadReportTest {
  private static Step step(
      Step.Kind kind, double share, double goodput, double p99, double refused, double memory) {
    return new Step(
        kind,
        share,
        1000 * share,
        goodput + refused,
        goodput,
        new TreeMap<>(
            refused == 0 ? Map.of("202", goodput) : Map.of("202", goodput, "503", refused)),
        p99 / 2,
        p99,
        20,
        memory,
        100,
        0.5);
  }

  private static OverloadReport report(double recovery, Step... steps) {
    return new OverloadReport(
        Map.of(), new Overload.Outcome(List.of(steps), OptionalDouble.of(recovery)));
  }

  private static final Step PEAK = step(Step.Kind.PEAK, 0, 1000, 50, 0, 200);
  private static final Step CALM = step(Step.Kind.CURVE, 0.7, 700, 20, 0, 200);

  private static void assertLine(OverloadReport report, String line) {
    assertTrue(report.text().lines().anyMatch(each -> each.matches(line)), report::text);
  }

  @Test
  void goodputIsHeldAgainstTheSameIntakesPeakAndMemoryAgainstNormalLoad() {
    Step another = step(Step.Kind.PEAK, 0, 3000, 50, 0, 200);
    var report = report(3, another, CALM, PEAK, step(Step.Kind.CURVE, 10, 950, 1600, 500, 240));
    assertLine(report, "10 times the peak: goodput . peak +>= 0.9 +0.95 +reached");
    assertLine(report, "10 times the peak: p99 of accepted +<= 1500 ms +1600 ms +missed");
    assertLine(report, "10 times the peak: resident memory . at 0.7 +<= 1.25 +1.2 +reached");
    assertLine(report, "after 10 times the peak: normal again +<= 10 s +3 s +reached");
    assertTrue(report.json().contains("\"reached\" : false"), report::json);
  }

  @Test
  void companyIsHeldAgainstTheSameLoadAlone() {
    var report =
        report(
            0,
            step(Step.Kind.NORMAL, 0.7, 700, 20, 0, 200),
            step(Step.Kind.AMONG_STRANGERS, 0.7, 686, 30, 0, 200),
            step(Step.Kind.AMONG_SLOW, 0.7, 700, 30, 0, 200));
    assertLine(report, "10 times strangers on top: accepted . without +>= 0.99 +0.98 +missed");
    assertLine(report, "10 times strangers on top: p99 . without +<= 2 +1.5 +reached");
    assertLine(report, "slow sockets: accepted . without +>= 0.999 +1 +reached");
  }

  @Test
  void kneeIsTheHighestRateThatIsAllAcceptedInTime() {
    List<Step> steps =
        List.of(
            step(Step.Kind.CURVE, 0.5, 500, 20, 0, 200),
            CALM,
            step(Step.Kind.CURVE, 0.9, 900, 20, 1, 200),
            step(Step.Kind.CURVE, 1, 1000, 300, 0, 200),
            step(Step.Kind.CURVE, 2, 1000, 200, 0, 200));
    assertEquals(OptionalDouble.of(700), OverloadReport.knee(steps));
  }

  @Test
  void recoveryEndsWithTheFirstOfFiveNormalSeconds() {
    List<Second> seconds =
        Second.parse(
            List.of(
                "second,accepted_per_second,others_per_second,p50_ms,p99_ms,max_ms",
                "1.0,100.0,0.0,1.0,900.0,900.0",
                "2.0,100.0,1.0,1.0,5.0,9.0",
                "3.0,60.0,0.0,1.0,5.0,9.0",
                "4.0,99.0,0.0,1.0,249.0,300.0",
                "5.0,99.0,0.0,1.0,251.0,300.0",
                "6.0,99.0,0.0,1.0,249.0,300.0",
                "7.0,99.0,0.0,1.0,5.0,9.0",
                "8.0,99.0,0.0,1.0,5.0,9.0",
                "9.0,99.0,0.0,1.0,5.0,9.0",
                "10.0,99.0,0.0,1.0,5.0,9.0",
                "11.0,99.0,0.0,1.0,900.0,900.0"));
    var recovery = new Recovery(seconds, 100);
    assertEquals(3.5, recovery.after(1.5), 1e-9);
    assertEquals(0, recovery.after(5.5), 1e-9);
    assertEquals(4, recovery.after(7), 1e-9);
  }

  @Test
  void theCurveHasAPointForEachStep() {
    String svg = CurvePlot.of(List.of(PEAK, CALM, step(Step.Kind.CURVE, 10, 950, 1600, 0, 240)));
    assertEquals(4, svg.split("<circle", -1).length - 1);
    assertTrue(svg.endsWith("</svg>\n"));
  }
}
