package dev.hookline.benchmark.load;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** What came of too much load, for a person and for a machine. */
final class OverloadReport {
  private final Map<String, String> settings;
  private final Overload.Outcome outcome;

  /**
   * @param settings under which it was measured, in their order
   */
  OverloadReport(Map<String, String> settings, Overload.Outcome outcome) {
    this.settings = settings;
    this.outcome = outcome;
  }

  /**
   * The highest rate that was planned and all accepted, with a p99 of at most a quarter of a
   * second.
   */
  static OptionalDouble knee(List<Step> steps) {
    return steps.stream()
        .filter(step -> step.kind() == Step.Kind.CURVE)
        .filter(step -> step.p99() <= Recovery.NORMAL_P99 && step.others() == 0)
        .filter(step -> step.served() >= 0.99)
        .mapToDouble(Step::planned)
        .max();
  }

  /** The table of what is to be reached, then the curve. */
  String text() {
    var aims = new ArrayList<List<String>>();
    aims.add(List.of("FIGURE", "AIM", "REACHED", ""));
    for (Aim aim : Aim.of(outcome)) {
      aims.add(
          List.of(
              aim.label(),
              aim.reach().text(aim.bound(), aim.unit()),
              (Report.number(aim.value()) + " " + aim.unit()).strip(),
              aim.isReached() ? "reached" : "missed"));
    }
    var curve = new ArrayList<List<String>>();
    curve.add(
        List.of(
            "STEP",
            "PEAKS",
            "PLANNED/S",
            "SENT/S",
            "GOODPUT/S",
            "REFUSED/S",
            "P50 MS",
            "P99 MS",
            "P99 REFUSED",
            "MB",
            "FILES",
            "GENERATOR",
            "ANSWERS/S"));
    for (Step step : outcome.steps()) {
      curve.add(
          List.of(
              step.kind().label(),
              step.share() == 0 ? "" : Report.number(step.share()),
              step.planned() == 0 ? "" : Report.number(step.planned()),
              Report.number(step.sent()),
              Report.number(step.goodput()),
              Report.number(step.others()),
              Report.number(step.p50()),
              Report.number(step.p99()),
              Report.number(step.turnedAwayP99()),
              Report.number(step.memory()),
              Long.toString(step.descriptors()),
              Report.number(step.generator()),
              step.statuses().entrySet().stream()
                  .map(status -> status.getKey() + ": " + Report.number(status.getValue()))
                  .collect(Collectors.joining(", "))));
    }
    var knee = new StringBuilder("knee: ");
    knee(outcome.steps())
        .ifPresentOrElse(
            rate -> knee.append(Report.number(rate)).append("/s"), () -> knee.append("none"));
    return Report.table(aims) + "\n" + Report.table(curve) + "\n" + knee + "\n";
  }

  /** One JSON object. */
  String json() {
    ObjectNode whole = JsonMapper.builder().build().createObjectNode();
    ObjectNode how = whole.putObject("settings");
    settings.forEach(how::put);
    knee(outcome.steps()).ifPresent(rate -> whole.put("knee", rate));
    outcome.recovery().ifPresent(seconds -> whole.put("recovery_seconds", seconds));
    var aims = whole.putArray("aims");
    for (Aim aim : Aim.of(outcome)) {
      ObjectNode one = aims.addObject();
      one.put("figure", aim.label());
      one.put("aim", aim.reach().text(aim.bound(), aim.unit()));
      one.put("value", aim.value());
      one.put("reached", aim.isReached());
    }
    var curve = whole.putArray("curve");
    for (Step step : outcome.steps()) {
      ObjectNode one = curve.addObject();
      one.put("step", step.kind().name().toLowerCase(Locale.ROOT));
      one.put("peaks", step.share());
      one.put("planned", step.planned());
      one.put("sent", step.sent());
      one.put("goodput", step.goodput());
      one.put("p50_ms", step.p50());
      one.put("p99_ms", step.p99());
      one.put("turned_away_p99_ms", step.turnedAwayP99());
      one.put("memory_mb", step.memory());
      one.put("descriptors", step.descriptors());
      one.put("generator_processors", step.generator());
      ObjectNode statuses = one.putObject("statuses");
      step.statuses().forEach(statuses::put);
    }
    return whole.toPrettyString();
  }
}
