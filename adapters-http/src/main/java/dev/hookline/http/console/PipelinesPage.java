package dev.hookline.http.console;

import static dev.hookline.http.console.Markup.ask;
import static dev.hookline.http.console.Markup.at;
import static dev.hookline.http.console.Markup.badge;
import static dev.hookline.http.console.Markup.cell;
import static dev.hookline.http.console.Markup.columns;
import static dev.hookline.http.console.Markup.link;
import static dev.hookline.http.console.Markup.number;
import static dev.hookline.http.console.Markup.wild;
import static j2html.TagCreator.a;
import static j2html.TagCreator.each;
import static j2html.TagCreator.nav;
import static j2html.TagCreator.p;
import static j2html.TagCreator.section;
import static j2html.TagCreator.span;
import static j2html.TagCreator.tbody;
import static j2html.TagCreator.text;
import static j2html.TagCreator.tr;

import dev.hookline.application.inspect.Page;
import dev.hookline.application.inspect.PipelineView;
import dev.hookline.domain.pipeline.PipelineState;
import dev.hookline.http.operator.Cursor;
import j2html.TagCreator;
import j2html.tags.DomContent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Pipelines by filter, a part at a time.
 *
 * @param query what the filter was made of, without the cursor
 * @param services that one can choose from
 */
record PipelinesPage(
    Page<PipelineView> part,
    Map<String, String> query,
    boolean isFirst,
    List<String> services,
    Optional<String> notice) {

  List<DomContent> content() {
    var content = new ArrayList<DomContent>();
    content.add(Layout.notice("done", notice));
    content.add(
        new FilterForm(Console.PIPELINES, query)
            .choice(
                "state",
                "State",
                Arrays.stream(PipelineState.Name.values()).map(Enum::name).toList())
            .choice("service", "Service", services)
            .text("event_type", "Event type", "push")
            .text("repository", "Repository", "octo/widgets")
            .span()
            .form());
    content.add(
        section(
                part.items().isEmpty() ? nothing("No pipeline fits.", part) : table(part.items()),
                pages(Console.PIPELINES, query, isFirst, part))
            .withId("found")
            .withData("live", isFirst ? "" : "no"));
    if (!part.items().isEmpty()) {
      content.add(
          p(ask("Replay what the filter finds…", link(Console.REPLAY_PIPELINES, query)))
              .withClass("actions"));
    }
    return content;
  }

  static DomContent table(List<PipelineView> pipelines) {
    return TagCreator.table(
        columns("Received", "State", "Event", "Repository", "#Tries", "Error"),
        tbody(each(pipelines, PipelinesPage::row)));
  }

  private static DomContent row(PipelineView pipeline) {
    return tr(
        cell("Received", a(at(pipeline.createdAt())).withHref(PipelinePage.path(pipeline.id()))),
        cell("State", badge(pipeline.state().name())),
        cell("Event", wild(pipeline.service() + " " + pipeline.eventType())),
        cell("Repository", wild(pipeline.repository())),
        number("Tries", text(Integer.toString(pipeline.state().attempts()))),
        cell("Error", wild(pipeline.error().orElse(""))).withClass("error"));
  }

  /** Says that nothing fits, or how far that is known. */
  static DomContent nothing(String words, Page<?> part) {
    return part.next()
        .map(last -> p(text("Nothing fits, back to "), at(lookedBackTo(last)), text(".")))
        .orElseGet(() -> p(words))
        .withClass("empty");
  }

  /** A part can end before it is full; where, its cursor tells, which is a UUIDv7. */
  private static Instant lookedBackTo(UUID last) {
    return Instant.ofEpochMilli(last.getMostSignificantBits() >>> 16);
  }

  /**
   * On to the next part, and back to the first; the parts between are the browser's to remember.
   */
  static DomContent pages(String path, Map<String, String> query, boolean isFirst, Page<?> part) {
    var links = new ArrayList<DomContent>();
    if (!isFirst) {
      links.add(a("« Newest").withHref(link(path, query)));
    }
    part.next()
        .ifPresent(
            last -> {
              boolean full = part.items().size() >= Pages.PER_PAGE;
              var further = new TreeMap<>(query);
              further.put("cursor", Cursor.write(last));
              links.add(
                  a(full ? "Older »" : "Look further back »")
                      .withHref(link(path, further))
                      .withRel("next"));
              if (!full && !part.items().isEmpty()) {
                links.add(span(text("looked back to "), at(lookedBackTo(last))).withClass("muted"));
              }
            });
    return links.isEmpty()
        ? text("")
        : nav(each(links, one -> one)).withClass("pages").attr("aria-label", "Pages");
  }
}
