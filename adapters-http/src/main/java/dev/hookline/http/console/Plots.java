package dev.hookline.http.console;

import static dev.hookline.http.console.Markup.columns;
import static dev.hookline.http.console.Markup.count;
import static dev.hookline.http.console.Markup.lasting;
import static dev.hookline.http.console.Markup.number;
import static dev.hookline.http.console.Markup.svg;
import static j2html.TagCreator.details;
import static j2html.TagCreator.div;
import static j2html.TagCreator.each;
import static j2html.TagCreator.figcaption;
import static j2html.TagCreator.figure;
import static j2html.TagCreator.p;
import static j2html.TagCreator.span;
import static j2html.TagCreator.summary;
import static j2html.TagCreator.table;
import static j2html.TagCreator.tbody;
import static j2html.TagCreator.text;
import static j2html.TagCreator.tr;

import dev.hookline.application.inspect.Activity;
import dev.hookline.application.inspect.Activity.Lag;
import dev.hookline.application.inspect.Activity.Tally;
import j2html.tags.ContainerTag;
import j2html.tags.DomContent;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.IntStream;

/** The hour as drawings: one column for each minute. Colours and strokes are the style sheet's. */
final class Plots {
  private static final DateTimeFormatter CLOCK =
      DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final int COLUMN = 10;
  private static final int HEIGHT = 100;
  private static final int LEAST_DECADES = 3;

  private final Activity activity;

  Plots(Activity activity) {
    this.activity = activity;
  }

  List<DomContent> all() {
    return List.of(div(rate(), outcome(), lag()).withClass("plots"), minuteByMinute());
  }

  private DomContent rate() {
    long most = activity.minutes().stream().mapToLong(Tally::accepted).max().orElse(0);
    long top = roundedUp(most);
    long all = activity.minutes().stream().mapToLong(Tally::accepted).sum();
    var drawing =
        drawing(
            "Accepted per minute: %s in the hour, at most %s in a minute"
                .formatted(count(all), count(most)));
    eachMinute(
        (place, tally) -> drawing.with(bar("accepted", place, 0, share(tally.accepted(), top))));
    return plot(
        "Accepted",
        "per minute",
        count(top),
        "0",
        withTips(drawing, tally -> count(tally.accepted()) + " accepted"),
        List.of());
  }

  private DomContent outcome() {
    long failed = activity.minutes().stream().mapToLong(Tally::failed).sum();
    long open = activity.minutes().stream().mapToLong(Tally::open).sum();
    var drawing =
        drawing(
            "What became of them: %s failed, %s still open".formatted(count(failed), count(open)));
    eachMinute(
        (place, tally) -> {
          double dispatched = share(tally.dispatched(), tally.accepted());
          double stillOpen = share(tally.open(), tally.accepted());
          drawing.with(
              bar("dispatched", place, 0, dispatched),
              bar("open", place, dispatched, stillOpen),
              bar(
                  "failed",
                  place,
                  dispatched + stillOpen,
                  share(tally.failed(), tally.accepted())));
        });
    return plot(
        "Outcome",
        "share of those accepted",
        "100 %",
        "0",
        withTips(
            drawing,
            tally ->
                "%s dispatched, %s open, %s failed"
                    .formatted(
                        count(tally.dispatched()), count(tally.open()), count(tally.failed()))),
        List.of(key("dispatched", "dispatched"), key("open", "open"), key("failed", "failed")));
  }

  private DomContent lag() {
    double longest =
        activity.minutes().stream()
            .flatMap(tally -> tally.lag().stream())
            .mapToDouble(lag -> Math.max(1, lag.p95().toMillis()))
            .max()
            .orElse(1);
    int decades = Math.max(LEAST_DECADES, (int) Math.ceil(Math.log10(longest)));
    var drawing =
        drawing(
            "Lag from receipt to dispatch, on a logarithmic scale: 95th percentile at most %s"
                .formatted(lasting(Duration.ofMillis(Math.round(longest)))));
    for (int decade = 1; decade < decades; decade++) {
      double y = HEIGHT - HEIGHT * (double) decade / decades;
      drawing.with(
          svg("line")
              .withClass("grid")
              .attr("x1", "0")
              .attr("x2", decimal(width()))
              .attr("y1", decimal(y))
              .attr("y2", decimal(y)));
    }
    drawing.with(line("p95", decades, Lag::p95)).with(line("p50", decades, Lag::p50));
    return plot(
        "Lag",
        "receipt to dispatch, logarithmic",
        // In seconds however many: two units would push the plot off its hours.
        (long) Math.pow(10, decades - 3) + " s",
        "1 ms",
        withTips(
            drawing,
            tally ->
                tally
                    .lag()
                    .map(lag -> "p50 %s, p95 %s".formatted(lasting(lag.p50()), lasting(lag.p95())))
                    .orElse("nothing dispatched")),
        List.of(key("p50", "p50"), key("p95", "p95")));
  }

  /** A step for each minute that has a lag, and a gap for the others. */
  private List<DomContent> line(String kind, int decades, Function<Lag, Duration> part) {
    var steps = new ArrayList<DomContent>();
    eachMinute(
        (place, tally) ->
            tally
                .lag()
                .ifPresent(
                    lag -> {
                      double millis = Math.max(1, part.apply(lag).toNanos() / 1e6);
                      double y = HEIGHT - HEIGHT * Math.log10(millis) / decades;
                      steps.add(
                          svg("line")
                              .withClass(kind)
                              .attr("x1", place * COLUMN)
                              .attr("x2", (place + 1) * COLUMN)
                              .attr("y1", decimal(y))
                              .attr("y2", decimal(y)));
                    }));
    return steps;
  }

  private ContainerTag<?> drawing(String label) {
    return svg("svg")
        .attr("viewBox", "0 0 %d %d".formatted(width(), HEIGHT))
        .attr("preserveAspectRatio", "none")
        .attr("role", "img")
        .attr("aria-label", label);
  }

  private ContainerTag<?> withTips(ContainerTag<?> drawing, Function<Tally, String> tip) {
    eachMinute(
        (place, tally) ->
            drawing.with(
                svg("rect")
                    .withClass("tip")
                    .attr("x", place * COLUMN)
                    .attr("y", 0)
                    .attr("width", COLUMN)
                    .attr("height", HEIGHT)
                    .with(svg("title").withText(clock(place) + " " + tip.apply(tally)))));
    return drawing;
  }

  private static DomContent bar(String kind, int place, double from, double part) {
    return part == 0
        ? text("")
        : svg("rect")
            .withClass(kind)
            .attr("x", place * COLUMN + 1)
            .attr("y", decimal(HEIGHT * (1 - from - part)))
            .attr("width", COLUMN - 2)
            .attr("height", decimal(HEIGHT * part));
  }

  private DomContent plot(
      String name,
      String unit,
      String top,
      String bottom,
      DomContent drawing,
      List<DomContent> keys) {
    return figure(
        figcaption(span(name).withClass("name"), span(unit).withClass("unit"))
            .with(div().withClass("keys").with(keys)),
        div(div(span(top), span(bottom)).withClass("scale num"), drawing).withClass("canvas"),
        div(
                span(clock(0)),
                span(clock(activity.minutes().size() / 2)),
                span(clock(activity.minutes().size())))
            .withClass("hours num"));
  }

  private static DomContent key(String kind, String label) {
    return span(label).withClasses("key", kind);
  }

  private DomContent minuteByMinute() {
    var last = IntStream.range(0, activity.minutes().size()).boxed().toList().reversed();
    return details(
            summary("Minute by minute"),
            table(
                    columns(
                        "Minute",
                        "#Accepted",
                        "#Dispatched",
                        "#Open",
                        "#Failed",
                        "#Lag p50",
                        "#Lag p95"),
                    tbody(each(last, this::row)))
                .withClass("dense"))
        .withId("minutes");
  }

  private DomContent row(int place) {
    Tally tally = activity.minutes().get(place);
    return tr(
        number("Minute", text(clock(place))).withClass("num"),
        number("Accepted", text(count(tally.accepted()))),
        number("Dispatched", text(count(tally.dispatched()))),
        number("Open", text(count(tally.open()))),
        number("Failed", text(count(tally.failed()))),
        number("Lag p50", text(tally.lag().map(lag -> lasting(lag.p50())).orElse("–"))),
        number("Lag p95", text(tally.lag().map(lag -> lasting(lag.p95())).orElse("–"))));
  }

  static DomContent unavailable() {
    return p("The last hour could not be read in time.").withClass("empty");
  }

  private interface Minute {
    void at(int place, Tally tally);
  }

  private void eachMinute(Minute what) {
    for (int place = 0; place < activity.minutes().size(); place++) {
      what.at(place, activity.minutes().get(place));
    }
  }

  private int width() {
    return activity.minutes().size() * COLUMN;
  }

  private String clock(int place) {
    Instant minute = activity.since().plusSeconds(60L * place);
    return CLOCK.format(minute);
  }

  private static double share(long part, long whole) {
    return whole == 0 ? 0 : (double) part / whole;
  }

  /** Up to 1, 2, 3, 4, 5, 6, 8, 10, 20, … */
  private static long roundedUp(long most) {
    for (long decade = 1; ; decade *= 10) {
      for (long step : new long[] {1, 2, 3, 4, 5, 6, 8}) {
        if (step * decade >= most) {
          return step * decade;
        }
      }
    }
  }

  private static String decimal(double number) {
    return String.format(Locale.ROOT, "%.2f", number);
  }
}
