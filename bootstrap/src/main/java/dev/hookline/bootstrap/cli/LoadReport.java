package dev.hookline.bootstrap.cli;

import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hookline.bootstrap.load.Figures;
import dev.hookline.bootstrap.load.Findings;
import dev.hookline.bootstrap.load.LatencyPlot;
import dev.hookline.bootstrap.load.LoadPlan;
import dev.hookline.bootstrap.load.Sample;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a load run showed, in each form that a person or a machine reads it in.
 *
 * @param findings empty if it was not checked what became of the deliveries
 */
record LoadReport(LoadPlan plan, Figures figures, Optional<Findings> findings) {

  Table table() {
    var table = new Table(List.of("FIGURE", "VALUE"));
    table.row("accepted", Long.toString(figures.accepted()));
    table.row("accepted/s", decimal(figures.rate(), 1));
    table.row("seconds", decimal(figures.seconds(), 1));
    for (Map.Entry<String, Long> status : figures.statuses().entrySet()) {
      table.row("answered " + status.getKey(), Long.toString(status.getValue()));
    }
    table.row("p50 ms", decimal(figures.percentile(50), 3));
    table.row("p90 ms", decimal(figures.percentile(90), 3));
    table.row("p99 ms", decimal(figures.percentile(99), 3));
    table.row("p99.9 ms", decimal(figures.percentile(99.9), 3));
    table.row("max ms", decimal(figures.max(), 3));
    table.row("bytes/s", decimal(figures.bytesPerSecond(), 0));
    table.row("own CPU/request us", decimal(figures.cpuMicros(), 1));
    table.row("late", Long.toString(figures.late()));
    table.row("given up", Long.toString(figures.givenUp()));
    table.row("unsent", Long.toString(figures.unsent()));
    findings.ifPresent(
        found -> {
          table.row("lost", Long.toString(found.lost()));
          table.row("doubled", Long.toString(found.doubled()));
          table.row("misordered", Long.toString(found.misordered()));
          table.row("forged", Long.toString(found.forged()));
          table.row("undispatched", Long.toString(found.undispatched()));
        });
    return table;
  }

  private static String decimal(double value, int digits) {
    return String.format(Locale.ROOT, "%." + digits + "f", value);
  }

  String json() {
    ObjectNode whole = JsonMapper.builder().build().createObjectNode();
    whole.put("accepted", figures.accepted());
    whole.put("seconds", rounded(figures.seconds(), 3));
    whole.put("rate", rounded(figures.rate(), 1));
    ObjectNode statuses = whole.putObject("statuses");
    figures.statuses().forEach(statuses::put);
    ObjectNode latency = whole.putObject("latency_ms");
    latency.put("p50", rounded(figures.percentile(50), 3));
    latency.put("p90", rounded(figures.percentile(90), 3));
    latency.put("p99", rounded(figures.percentile(99), 3));
    latency.put("p99_9", rounded(figures.percentile(99.9), 3));
    latency.put("max", rounded(figures.max(), 3));
    put(whole, "lost", findings.map(Findings::lost));
    put(whole, "doubled", findings.map(Findings::doubled));
    put(whole, "misordered", findings.map(Findings::misordered));
    put(whole, "forged", findings.map(Findings::forged));
    put(whole, "undispatched", findings.map(Findings::undispatched));
    whole.put("refused", figures.refused());
    whole.put("late", figures.late());
    whole.put("given_up", figures.givenUp());
    whole.put("unsent", figures.unsent());
    whole.put("in_time", figures.within(plan.provider().patience()));
    ObjectNode turnedAway = whole.putObject("turned_away_ms");
    turnedAway.put("p50", rounded(figures.percentileTurnedAway(50), 3));
    turnedAway.put("p99", rounded(figures.percentileTurnedAway(99), 3));
    whole.put("began", figures.began().toString());
    whole.put("bytes_per_second", rounded(figures.bytesPerSecond(), 0));
    whole.put("cpu_us_per_request", rounded(figures.cpuMicros(), 1));
    return whole.toString();
  }

  private static BigDecimal rounded(double value, int digits) {
    return BigDecimal.valueOf(value).setScale(digits, RoundingMode.HALF_UP);
  }

  private static void put(ObjectNode whole, String name, Optional<Long> value) {
    value.ifPresentOrElse(number -> whole.put(name, number), () -> whole.putNull(name));
  }

  /** What the figures alone do not tell, a sentence each. */
  List<String> complaints() {
    var complaints = new ArrayList<String>();
    if (figures.accepted() == 0) {
      complaints.add("nothing was accepted");
    }
    if (figures.statuses().containsKey("429")) {
      complaints.add(
          "429: the intake limits the rate; raise services.%s.rate-limit"
              .formatted(plan.provider().service()));
    }
    if (figures.refused() > 0) {
      complaints.add(
          "%d were acknowledged, but cannot be used: is a repository mapped, and the event supported?"
              .formatted(figures.refused()));
    }
    if (figures.unsent() > 0) {
      complaints.add(
          "%d were planned and not sent: the rate is more than the intake takes over these connections"
              .formatted(figures.unsent()));
    }
    findings
        .map(Findings::undispatched)
        .filter(undispatched -> undispatched > 0)
        .ifPresent(undispatched -> complaints.add("%d are not dispatched".formatted(undispatched)));
    return complaints;
  }

  /** All percentiles of the latency, as HdrHistogram prints them. */
  String histogram() {
    var text = new ByteArrayOutputStream();
    figures
        .latency()
        .outputPercentileDistribution(new PrintStream(text, true, StandardCharsets.UTF_8), 1000.0);
    return text.toString(StandardCharsets.UTF_8);
  }

  /** Latency and rate over time, as SVG. */
  String plot() {
    String title =
        "%s, %s, %d connections"
            .formatted(
                plan.url(),
                plan.rate() > 0
                    ? BigDecimal.valueOf(plan.rate()).stripTrailingZeros().toPlainString()
                        + "/s planned"
                    : "as fast as it goes",
                plan.senders().connections());
    return LatencyPlot.of(title, figures.samples());
  }

  /** Rate and latency second by second, as CSV. */
  String samples() {
    return Stream.concat(
            Stream.of("second,accepted_per_second,others_per_second,p50_ms,p99_ms,max_ms"),
            figures.samples().stream().map(LoadReport::row))
        .collect(joining("\n", "", "\n"));
  }

  private static String row(Sample sample) {
    return String.format(
        Locale.ROOT,
        "%.3f,%.1f,%.1f,%.3f,%.3f,%.3f",
        sample.second(),
        sample.rate(),
        sample.others(),
        sample.p50(),
        sample.p99(),
        sample.max());
  }
}
