package dev.hookline.bootstrap.load;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * A run as a picture, in SVG: latencies above, accepted per second below. It is written by hand
 * because the JDK's own drawing (AWT) wants fonts and libraries that slim images lack.
 */
public final class LatencyPlot {
  private static final int WIDTH = 960;
  private static final int LEFT = 80;
  private static final int RIGHT = 20;
  private static final int PANEL = 200;
  private static final int TOP = 60;
  private static final int GAP = 70;
  private static final int HEIGHT = TOP + 2 * PANEL + GAP + 50;
  private static final int LINES = 4;

  /** Colours for either background. */
  private static final String STYLE =
      """
      <style>
        text { font: 13px system-ui, sans-serif; fill: #24292f }
        .title { font-weight: 600 }
        .back { fill: #ffffff }
        .grid { stroke: #d0d7de; stroke-width: 1 }
        .line { fill: none; stroke-width: 1.5; stroke-linejoin: round }
        .p50 { stroke: #1a7f37 } .p99 { stroke: #9a6700 } .max { stroke: #cf222e } .rate { stroke: #0969da }
        @media (prefers-color-scheme: dark) {
          text { fill: #e6edf3 }
          .back { fill: #0d1117 }
          .grid { stroke: #30363d }
          .p50 { stroke: #3fb950 } .p99 { stroke: #d29922 } .max { stroke: #f85149 } .rate { stroke: #58a6ff }
        }
      </style>
      """;

  private LatencyPlot() {}

  /**
   * @param title what was measured, in plain text
   * @param samples in the order taken
   */
  public static String of(String title, List<Sample> samples) {
    var svg = new StringBuilder();
    svg.append(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\">\n"
            .formatted(WIDTH, HEIGHT, WIDTH, HEIGHT));
    svg.append("<title>%s</title>\n".formatted(escaped(title)));
    svg.append(STYLE);
    svg.append("<rect class=\"back\" width=\"100%\" height=\"100%\"/>\n");
    text(svg, LEFT, 24, "title", "start", title);
    double slowest = samples.stream().mapToDouble(Sample::max).max().orElse(0);
    double fastest = samples.stream().mapToDouble(Sample::rate).max().orElse(0);
    double end = samples.stream().mapToDouble(Sample::second).max().orElse(1);
    var latency = new Panel(svg, TOP, round(slowest), end);
    latency.grid("latency, ms");
    latency.line("max", samples, Sample::max);
    latency.line("p99", samples, Sample::p99);
    latency.line("p50", samples, Sample::p50);
    legend(svg);
    var rate = new Panel(svg, TOP + PANEL + GAP, round(fastest), end);
    rate.grid("accepted per second");
    rate.line("rate", samples, Sample::rate);
    rate.seconds();
    return svg.append("</svg>\n").toString();
  }

  private static void legend(StringBuilder svg) {
    int x = WIDTH - RIGHT - 210;
    for (String name : List.of("p50", "p99", "max")) {
      svg.append(
          "<line class=\"line %s\" x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>\n"
              .formatted(name, x, TOP - 14, x + 24, TOP - 14));
      text(svg, x + 30, TOP - 10, "", "start", name);
      x += 70;
    }
  }

  private static void text(
      StringBuilder svg, double x, double y, String style, String anchor, String text) {
    svg.append(
        "<text x=\"%s\" y=\"%s\" class=\"%s\" text-anchor=\"%s\">%s</text>\n"
            .formatted(number(x), number(y), style, anchor, escaped(text)));
  }

  private static String escaped(String text) {
    return text.replaceAll("\\p{Cntrl}", "?")
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;");
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }

  /** The next of 1, 2, 5, 10 and so on, so that the lines of the grid have short names. */
  private static double round(double highest) {
    if (highest <= 0) {
      return 1;
    }
    double power = Math.pow(10, Math.floor(Math.log10(highest)));
    for (double step : new double[] {1, 2, 4, 6, 8}) {
      if (highest <= step * power) {
        return step * power;
      }
    }
    return 10 * power;
  }

  /** One of the two diagrams, both of which have the same time axis. */
  private static final class Panel {
    private final StringBuilder svg;
    private final int top;
    private final double highest;
    private final double end;

    Panel(StringBuilder svg, int top, double highest, double end) {
      this.svg = svg;
      this.top = top;
      this.highest = highest;
      this.end = Math.max(1, end);
    }

    private double x(double second) {
      return LEFT + second / end * (WIDTH - LEFT - RIGHT);
    }

    private double y(double value) {
      return top + PANEL - value / highest * PANEL;
    }

    void grid(String name) {
      text(svg, LEFT, top - 10, "", "start", name);
      for (int i = 0; i <= LINES; i++) {
        double value = highest * i / LINES;
        svg.append(
            "<line class=\"grid\" x1=\"%d\" y1=\"%s\" x2=\"%d\" y2=\"%s\"/>\n"
                .formatted(LEFT, number(y(value)), WIDTH - RIGHT, number(y(value))));
        text(svg, LEFT - 8, y(value) + 4, "", "end", label(value));
      }
    }

    private static String label(double value) {
      String text = String.format(Locale.ROOT, "%.3f", value);
      return text.replaceAll("\\.?0+$", "");
    }

    void line(String name, List<Sample> samples, ToDoubleFunction<Sample> value) {
      String points =
          samples.stream()
              .map(
                  sample ->
                      number(x(sample.second())) + "," + number(y(value.applyAsDouble(sample))))
              .collect(Collectors.joining(" "));
      svg.append("<polyline class=\"line %s\" points=\"%s\"/>\n".formatted(name, points));
    }

    void seconds() {
      for (int i = 0; i <= LINES; i++) {
        double second = end * i / LINES;
        text(
            svg,
            x(second),
            top + PANEL + 22,
            "",
            "middle",
            label(Math.round(second * 10) / 10.0) + " s");
      }
    }
  }
}
