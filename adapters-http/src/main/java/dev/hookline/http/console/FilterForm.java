package dev.hookline.http.console;

import static dev.hookline.http.console.Markup.submit;
import static j2html.TagCreator.a;
import static j2html.TagCreator.div;
import static j2html.TagCreator.each;
import static j2html.TagCreator.input;
import static j2html.TagCreator.label;
import static j2html.TagCreator.option;
import static j2html.TagCreator.select;

import j2html.tags.DomContent;
import j2html.tags.specialized.FormTag;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The fields that narrow a listing, filled in as they were. */
final class FilterForm {
  /** Spans before now that one can choose, by their name in the query. */
  static final Map<String, String> SPANS = spans();

  private final String path;
  private final Map<String, String> query;
  private final List<DomContent> fields = new ArrayList<>();

  FilterForm(String path, Map<String, String> query) {
    this.path = path;
    this.query = query;
  }

  private static Map<String, String> spans() {
    var spans = new LinkedHashMap<String, String>();
    spans.put("PT15M", "15 minutes");
    spans.put("PT1H", "hour");
    spans.put("PT24H", "day");
    spans.put("PT168H", "week");
    return spans;
  }

  /** The fields of a query with the span put into {@code since}, as listings know it. */
  static Map<String, String> resolved(Map<String, String> query, Instant now) {
    var resolved = new LinkedHashMap<>(query);
    String span = resolved.remove("within");
    if (span != null && SPANS.containsKey(span)) {
      resolved.put("since", now.minus(Duration.parse(span)).toString());
    }
    return resolved;
  }

  FilterForm choice(String name, String label, List<String> values) {
    var options = new LinkedHashMap<String, String>();
    values.forEach(value -> options.put(value, value));
    return choice(name, label, "any", options);
  }

  FilterForm span() {
    return choice("within", "In the last", "at any time", SPANS);
  }

  private FilterForm choice(String name, String label, String any, Map<String, String> values) {
    String chosen = query.getOrDefault(name, "");
    var field =
        select()
            .withName(name)
            .withId(name)
            .with(option(any).withValue(""))
            .with(
                each(
                    values.entrySet(),
                    value ->
                        option(value.getValue())
                            .withValue(value.getKey())
                            .withCondSelected(value.getKey().equals(chosen))));
    return add(name, label, field);
  }

  FilterForm text(String name, String label, String example) {
    return add(
        name,
        label,
        input()
            .withType("text")
            .withName(name)
            .withId(name)
            .withPlaceholder(example)
            .withMaxlength("255")
            .attr("autocapitalize", "none")
            .attr("spellcheck", "false")
            .withValue(query.getOrDefault(name, "")));
  }

  private FilterForm add(String name, String text, DomContent field) {
    fields.add(div(label(text).withFor(name), field).withClass("field"));
    return this;
  }

  FormTag form() {
    return j2html.TagCreator.form()
        .withMethod("get")
        .withAction(path)
        .withClass("filter")
        .attr("role", "search")
        .with(fields)
        .with(
            div(submit("Filter", "primary"), a("Clear").withHref(path).withClass("button"))
                .withClass("field buttons"));
  }
}
