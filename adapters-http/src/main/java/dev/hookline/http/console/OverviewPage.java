package dev.hookline.http.console;

import static dev.hookline.http.console.Markup.cell;
import static dev.hookline.http.console.Markup.columns;
import static dev.hookline.http.console.Markup.count;
import static dev.hookline.http.console.Markup.lasting;
import static dev.hookline.http.console.Markup.link;
import static dev.hookline.http.console.Markup.number;
import static j2html.TagCreator.a;
import static j2html.TagCreator.code;
import static j2html.TagCreator.div;
import static j2html.TagCreator.each;
import static j2html.TagCreator.h2;
import static j2html.TagCreator.li;
import static j2html.TagCreator.p;
import static j2html.TagCreator.section;
import static j2html.TagCreator.span;
import static j2html.TagCreator.table;
import static j2html.TagCreator.tbody;
import static j2html.TagCreator.text;
import static j2html.TagCreator.tr;
import static j2html.TagCreator.ul;

import dev.hookline.application.inspect.Activity;
import dev.hookline.application.inspect.Activity.Lag;
import dev.hookline.application.inspect.Activity.Tally;
import dev.hookline.application.inspect.OutboxDepth;
import dev.hookline.application.inspect.PipelineView;
import dev.hookline.application.inspect.Standing;
import dev.hookline.application.pause.Pause;
import j2html.tags.DomContent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * Everything at once.
 *
 * @param hour empty if it could not be read in time
 */
record OverviewPage(
    OutboxDepth depth,
    List<Standing> standings,
    Optional<Activity> hour,
    List<Pause> paused,
    List<PipelineView> newest) {

  List<DomContent> content() {
    return List.of(
        section(tiles()).withId("numbers").withData("live", "").attr("aria-label", "Numbers"),
        section()
            .with(h2("The last hour"))
            .with(
                hour.map(activity -> new Plots(activity).all())
                    .orElse(List.of(Plots.unavailable())))
            .withId("hour")
            .withData("live", ""),
        section(h2("Services"), services()).withId("services").withData("live", ""),
        section(
                h2("Newest"),
                newest.isEmpty() ? firstSteps() : PipelinesPage.table(newest),
                p(a("All pipelines").withHref(Console.PIPELINES)))
            .withId("newest")
            .withData("live", ""));
  }

  private DomContent tiles() {
    long refused = sum(Standing::refused);
    Tally all = total();
    var tiles = new ArrayList<DomContent>();
    tiles.add(
        tile(
            "Accepted",
            count(all.accepted()),
            "in the last hour",
            pipelines("within", "PT1H"),
            ""));
    tiles.add(
        tile(
            "Dispatched",
            count(all.dispatched()),
            "of these",
            link(Console.PIPELINES, Map.of("within", "PT1H", "state", "DISPATCHED")),
            ""));
    tiles.add(
        tile(
            "Waiting",
            capped(depth.pending() + depth.retrying(), depth.isCapped()),
            "%s retrying, %s under way".formatted(count(depth.retrying()), count(depth.leased())),
            pipelines("state", depth.retrying() > depth.pending() ? "PROCESSING" : "RECEIVED"),
            ""));
    tiles.add(
        tile(
            "Oldest waits",
            depth.oldestPending().isZero() ? "–" : lasting(depth.oldestPending()),
            depth.oldestPending().isZero() ? "nothing waits" : "for its dispatch",
            pipelines("state", "RECEIVED"),
            depth.oldestPending().compareTo(Duration.ofMinutes(1)) > 0 ? "warn" : ""));
    tiles.add(
        tile(
            "Dead letters",
            capped(depth.dead(), depth.dead() >= OutboxDepth.MOST_COUNTED),
            "given up",
            pipelines("state", "FAILED"),
            depth.dead() > 0 ? "bad" : ""));
    tiles.add(
        tile(
            "Refused",
            capped(refused, refused >= Standing.MOST_COUNTED),
            "not understood",
            Console.REFUSED,
            refused > 0 ? "warn" : ""));
    tiles.add(
        tile(
            "Dispatching",
            paused.isEmpty() ? "on" : "paused",
            held(paused.size()),
            Console.PAUSES,
            paused.isEmpty() ? "" : "warn"));
    return ul(each(tiles, tile -> li(tile))).withClass("tiles");
  }

  private static String pipelines(String name, String value) {
    return link(Console.PIPELINES, Map.of(name, value));
  }

  private static String held(int pauses) {
    return switch (pauses) {
      case 0 -> "nothing is paused";
      case 1 -> "1 pause";
      default -> count(pauses) + " pauses";
    };
  }

  private static DomContent tile(String name, String value, String more, String href, String kind) {
    return a(
            span(name).withClass("name"),
            span(value).withClass("value num"),
            span(more).withClass("more"))
        .withHref(href)
        .withClasses("tile", kind);
  }

  private Tally total() {
    var services = hour.map(activity -> activity.services().values()).orElse(List.of());
    return new Tally(
        services.stream().mapToLong(Tally::accepted).sum(),
        services.stream().mapToLong(Tally::dispatched).sum(),
        services.stream().mapToLong(Tally::failed).sum(),
        Optional.empty());
  }

  private DomContent services() {
    var names = new TreeSet<String>();
    standings.forEach(standing -> names.add(standing.service()));
    hour.ifPresent(activity -> names.addAll(activity.services().keySet()));
    if (names.isEmpty()) {
      return p("Nothing was accepted in the last hour, and nothing waits.").withClass("empty");
    }
    return table(
        columns(
            "Service",
            "#Accepted",
            "#Dispatched",
            "#Failed",
            "#Lag p50",
            "#Lag p95",
            "#Waiting",
            "#Oldest",
            "#Dead",
            "#Refused"),
        tbody(each(names, this::service)));
  }

  private DomContent service(String name) {
    Tally tally =
        hour.map(activity -> activity.services().getOrDefault(name, Tally.NONE)).orElse(Tally.NONE);
    Standing standing =
        standings.stream()
            .filter(one -> one.service().equals(name))
            .findFirst()
            .orElseGet(() -> new Standing(name, 0, 0, Duration.ZERO, 0, 0));
    return tr(
        cell("Service", a(name).withHref(link(Console.PIPELINES, Map.of("service", name)))),
        counted("Accepted", tally.accepted(), false, name, Map.of("within", "PT1H")),
        counted(
            "Dispatched",
            tally.dispatched(),
            false,
            name,
            Map.of("within", "PT1H", "state", "DISPATCHED")),
        counted("Failed", tally.failed(), false, name, Map.of("within", "PT1H", "state", "FAILED")),
        number("Lag p50", text(lag(tally, Lag::p50))),
        number("Lag p95", text(lag(tally, Lag::p95))),
        counted("Waiting", standing.waiting(), depth.isCapped(), name, Map.of("state", "RECEIVED")),
        number("Oldest", text(standing.waiting() == 0 ? "–" : lasting(standing.oldestWaiting()))),
        counted(
            "Dead",
            standing.dead(),
            sum(Standing::dead) >= Standing.MOST_COUNTED,
            name,
            Map.of("state", "FAILED")),
        number(
            "Refused",
            a(capped(standing.refused(), sum(Standing::refused) >= Standing.MOST_COUNTED))
                .withHref(link(Console.REFUSED, Map.of("service", name)))));
  }

  private static DomContent counted(
      String column, long count, boolean cut, String service, Map<String, String> narrowed) {
    var query = new TreeMap<>(narrowed);
    query.put("service", service);
    return number(
        column,
        count == 0 && !cut
            ? span("0").withClass("zero")
            : a(capped(count, cut)).withHref(link(Console.PIPELINES, query)));
  }

  private static String lag(Tally tally, Function<Lag, Duration> part) {
    return tally.lag().map(lag -> lasting(part.apply(lag))).orElse("–");
  }

  private long sum(ToLongFunction<Standing> part) {
    return standings.stream().mapToLong(part).sum();
  }

  /**
   * @param cut whether there may be more that was not counted
   */
  private static String capped(long count, boolean cut) {
    return cut ? count(count) + "+" : count(count);
  }

  private static DomContent firstSteps() {
    return div(
            p("Nothing has arrived yet. Send a signed sample, and it appears here:"),
            p(code("bootstrap/bin/hookline send github issue_comment")))
        .withClass("empty");
  }
}
