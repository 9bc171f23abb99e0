package dev.hookline.benchmark.load;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** The curve as a picture, in SVG: goodput above, p99 of what is accepted below. */
final class CurvePlot {
  private static final int WIDTH = 960;
  private static final int LEFT = 80;
  private static final int RIGHT = 20;
  private static final int PANEL = 200;
  private static final int TOP = 40;
  private static final int GAP = 70;
  private static final int LINES = 4;

  private static final String HEAD =
      """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 960 560" width="960" height="560" role="img">
      <title>goodput and latency by offered load</title>
      <style>
        text { font: 13px system-ui, sans-serif; fill: #24292f }
        .back { fill: #ffffff }
        .grid { stroke: #d0d7de; stroke-width: 1 }
        .line { fill: none; stroke: #0969da; stroke-width: 1.5; stroke-linejoin: round }
        .dot { fill: #0969da }
        @media (prefers-color-scheme: dark) {
          text { fill: #e6edf3 }
          .back { fill: #0d1117 }
          .grid { stroke: #30363d }
          .line { stroke: #58a6ff }
          .dot { fill: #58a6ff }
        }
      </style>
      <rect class="back" width="100%" height="100%"/>
      """;

  private final StringBuilder svg = new StringBuilder(HEAD);
  private final List<Step> curve;
  private final double least;
  private final double most;

  private CurvePlot(List<Step> curve) {
    this.curve = curve;
    least = curve.stream().mapToDouble(Step::share).min().orElse(1);
    most = Math.max(2 * least, curve.stream().mapToDouble(Step::share).max().orElse(1));
  }

  /** The steps of the open loop, by their share of the peak. */
  static String of(List<Step> steps) {
    var plot =
        new CurvePlot(
            steps.stream()
                .filter(step -> step.kind() == Step.Kind.CURVE)
                .sorted(Comparator.comparingDouble(Step::share))
                .toList());
    plot.panel(TOP, "goodput per second", Step::goodput);
    plot.panel(TOP + PANEL + GAP, "p99 of accepted, ms", Step::p99);
    return plot.svg.append("</svg>\n").toString();
  }

  /** Logarithmic, since the steps are. */
  private double x(double share) {
    return LEFT + Math.log(share / least) / Math.log(most / least) * (WIDTH - LEFT - RIGHT);
  }

  private void panel(int top, String name, ToDoubleFunction<Step> value) {
    double highest = Math.max(1, curve.stream().mapToDouble(value).max().orElse(1));
    text(LEFT, top - 10, "start", name);
    for (int i = 0; i <= LINES; i++) {
      double y = top + PANEL - (double) PANEL * i / LINES;
      svg.append(
          "<line class=\"grid\" x1=\"%d\" y1=\"%s\" x2=\"%d\" y2=\"%s\"/>\n"
              .formatted(LEFT, number(y), WIDTH - RIGHT, number(y)));
      text(LEFT - 8, y + 4, "end", Report.number(highest * i / LINES));
    }
    svg.append(
        "<polyline class=\"line\" points=\"%s\"/>\n"
            .formatted(
                curve.stream()
                    .map(
                        step ->
                            number(x(step.share())) + "," + number(y(top, highest, step, value)))
                    .collect(Collectors.joining(" "))));
    for (Step step : curve) {
      svg.append(
          "<circle class=\"dot\" cx=\"%s\" cy=\"%s\" r=\"3\"/>\n"
              .formatted(number(x(step.share())), number(y(top, highest, step, value))));
      text(x(step.share()), top + PANEL + 20, "middle", Report.number(step.share()) + "×");
    }
  }

  private static double y(int top, double highest, Step step, ToDoubleFunction<Step> value) {
    return top + PANEL - value.applyAsDouble(step) / highest * PANEL;
  }

  private void text(double x, double y, String anchor, String text) {
    svg.append(
        "<text x=\"%s\" y=\"%s\" text-anchor=\"%s\">%s</text>\n"
            .formatted(number(x), number(y), anchor, text));
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }
}
