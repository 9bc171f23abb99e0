package dev.hookline.http.console;

import static j2html.TagCreator.a;
import static j2html.TagCreator.button;
import static j2html.TagCreator.dd;
import static j2html.TagCreator.div;
import static j2html.TagCreator.dt;
import static j2html.TagCreator.each;
import static j2html.TagCreator.form;
import static j2html.TagCreator.input;
import static j2html.TagCreator.span;
import static j2html.TagCreator.tag;
import static j2html.TagCreator.td;
import static j2html.TagCreator.th;
import static j2html.TagCreator.thead;
import static j2html.TagCreator.time;
import static j2html.TagCreator.tr;

import dev.hookline.domain.pipeline.PipelineState;
import j2html.tags.ContainerTag;
import j2html.tags.DomContent;
import j2html.tags.specialized.FormTag;
import j2html.tags.specialized.TdTag;
import j2html.tags.specialized.TheadTag;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What pages are built of. All text goes through the builder, which escapes it. */
final class Markup {
  private static final DateTimeFormatter DAY_AND_TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

  private Markup() {}

  /** A text of a stranger: it breaks where it must, and turns no other text around. */
  static DomContent wild(String text) {
    return tag("bdi").withClass("wild").withText(text);
  }

  static DomContent at(Instant instant) {
    return time(DAY_AND_TIME.format(instant))
        .attr("datetime", instant.truncatedTo(ChronoUnit.MILLIS).toString())
        .withClass("num");
  }

  /** The same to the millisecond. */
  static DomContent exactly(Instant instant) {
    Instant shown = instant.truncatedTo(ChronoUnit.MILLIS);
    return time("%s.%03d".formatted(DAY_AND_TIME.format(shown), shown.toEpochMilli() % 1000))
        .attr("datetime", shown.toString())
        .withClass("num");
  }

  static DomContent badge(PipelineState.Name state) {
    return span(state.name()).withClasses("badge", state.name().toLowerCase(Locale.ROOT));
  }

  /** {@code 12,345}. */
  static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** Two units at the most: {@code 3.2 s}, {@code 4 min 10 s}, {@code 3 d 4 h}. */
  static String lasting(Duration duration) {
    long millis = duration.toMillis();
    if (millis < 1000) {
      return millis + " ms";
    }
    if (millis < 60_000) {
      return String.format(Locale.ROOT, millis < 10_000 ? "%.1f s" : "%.0f s", millis / 1000.0);
    }
    if (duration.toHours() < 1) {
      return two(duration.toMinutes(), "min", duration.toSecondsPart(), "s");
    }
    return duration.toDays() < 1
        ? two(duration.toHours(), "h", duration.toMinutesPart(), "min")
        : two(duration.toDays(), "d", duration.toHoursPart(), "h");
  }

  private static String two(long large, String unit, long small, String part) {
    return small == 0 ? large + " " + unit : large + " " + unit + " " + small + " " + part;
  }

  /** {@code 1.2 MB}. */
  static String size(long bytes) {
    if (bytes < 1000) {
      return bytes + " B";
    }
    return bytes < 1_000_000
        ? String.format(Locale.ROOT, "%.1f kB", bytes / 1e3)
        : String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
  }

  /** A path with its query; empty values are left out. */
  static String link(String path, Map<String, String> query) {
    String encoded =
        query.entrySet().stream()
            .filter(field -> !field.getValue().isEmpty())
            .map(field -> encoded(field.getKey()) + "=" + encoded(field.getValue()))
            .collect(Collectors.joining("&"));
    return encoded.isEmpty() ? path : path + "?" + encoded;
  }

  static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  /** A form that changes something, with what proves that this page sent it. */
  static FormTag change(Visit visit, String action) {
    return form().withMethod("post").withAction(action).with(hidden("csrf", visit.csrf()));
  }

  static DomContent hidden(String name, String value) {
    return input().withType("hidden").withName(name).withValue(value);
  }

  /** A link that looks like a button: it only leads to the question. */
  static DomContent ask(String label, String href) {
    return a(label).withHref(href).withClass("button");
  }

  static DomContent submit(String label, String kind) {
    return button(label).withType("submit").withClass(kind);
  }

  /** The head of a table; the columns whose name begins with {@code #} hold numbers. */
  static TheadTag columns(String... names) {
    return thead(
        tr(
            each(
                List.of(names),
                name ->
                    name.startsWith("#")
                        ? th(name.substring(1)).attr("scope", "col").withClass("right")
                        : th(name).attr("scope", "col"))));
  }

  /** A cell that can say on a narrow screen, where tables have no head, what it is. */
  static TdTag cell(String column, DomContent... content) {
    return td(content).withData("label", column);
  }

  static TdTag number(String column, DomContent... content) {
    return cell(column, content).withClass("right num");
  }

  static DomContent fact(String name, DomContent... content) {
    return div(dt(name), dd(content));
  }

  static ContainerTag<?> svg(String name) {
    return tag(name);
  }
}
