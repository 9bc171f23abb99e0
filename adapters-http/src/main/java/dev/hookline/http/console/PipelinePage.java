package dev.hookline.http.console;

import static dev.hookline.http.console.Markup.ask;
import static dev.hookline.http.console.Markup.at;
import static dev.hookline.http.console.Markup.badge;
import static dev.hookline.http.console.Markup.exactly;
import static dev.hookline.http.console.Markup.fact;
import static dev.hookline.http.console.Markup.lasting;
import static dev.hookline.http.console.Markup.link;
import static dev.hookline.http.console.Markup.wild;
import static j2html.TagCreator.a;
import static j2html.TagCreator.code;
import static j2html.TagCreator.dl;
import static j2html.TagCreator.each;
import static j2html.TagCreator.h2;
import static j2html.TagCreator.li;
import static j2html.TagCreator.ol;
import static j2html.TagCreator.p;
import static j2html.TagCreator.section;
import static j2html.TagCreator.span;
import static j2html.TagCreator.text;

import dev.hookline.application.inspect.PipelineView;
import dev.hookline.application.inspect.PipelineView.HistoryEntry;
import dev.hookline.domain.event.MetadataValue;
import dev.hookline.domain.event.StandardizedEvent;
import dev.hookline.domain.pipeline.PipelineId;
import dev.hookline.domain.pipeline.PipelineState;
import j2html.tags.DomContent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** One pipeline: how it stands, what happened to it, its event and its payload. */
record PipelinePage(PipelineView.Detailed found, Optional<String> notice) {

  static String path(PipelineId id) {
    return Console.PIPELINES + "/" + id;
  }

  List<DomContent> content() {
    var pipeline = found.pipeline();
    return List.of(
        Layout.notice("done", notice),
        section(standing(pipeline), actions(pipeline))
            .withId("standing")
            .withData("live", "")
            .attr("aria-label", "Standing"),
        section(h2("Timeline"), timeline()).withId("timeline").withData("live", ""),
        section(h2("Event"), event(found.event())),
        section(h2("Headers"), headers(found.event().rawHeaders())),
        PayloadSection.of(found.event().rawPayload(), path(pipeline.id()) + "/payload"));
  }

  private static DomContent standing(PipelineView pipeline) {
    var facts = new ArrayList<DomContent>();
    facts.add(fact("State", badge(pipeline.state().name())));
    pipeline.error().ifPresent(error -> facts.add(fact("Error", wild(error))));
    facts.add(fact("Attempts", text(Integer.toString(pipeline.state().attempts()))));
    pipeline.nextAttemptAt().ifPresent(next -> facts.add(fact("Next attempt", at(next))));
    facts.add(fact("Received", at(pipeline.createdAt())));
    facts.add(fact("Since", at(pipeline.state().at())));
    facts.add(fact("Pipeline", code(pipeline.id().toString())));
    return dl(each(facts, one -> one)).withClass("facts");
  }

  private static DomContent actions(PipelineView pipeline) {
    return switch (pipeline.state()) {
      case PipelineState.Dispatched _, PipelineState.Failed _ ->
          p(ask("Replay…", path(pipeline.id()) + "/replay")).withClass("actions");
      case PipelineState.Received _, PipelineState.Attempting _, PipelineState.Retrying _ ->
          p("It is on its way.").withClass("actions muted");
    };
  }

  private DomContent timeline() {
    var steps = new ArrayList<DomContent>();
    Instant before = found.pipeline().createdAt();
    for (HistoryEntry entry : found.history()) {
      steps.add(step(entry, Duration.between(before, entry.at())));
      before = entry.at();
    }
    return ol(each(steps, one -> one)).withClass("timeline");
  }

  private static DomContent step(HistoryEntry entry, Duration after) {
    PipelineState.Name shown = entry.targetState().orElse(entry.state());
    return li(
            exactly(entry.at()),
            span(after.isNegative() ? "" : "+" + lasting(after)).withClass("after num"),
            badge(shown),
            span(entry.attempt() == 0 ? "" : "attempt " + entry.attempt()),
            span(entry.target().map(target -> "to " + target).orElse("")).withClass("wild"),
            entry.error().isPresent() ? wild(entry.error().get()) : text(""))
        .withClass(shown.name().toLowerCase(Locale.ROOT));
  }

  private static DomContent event(StandardizedEvent event) {
    var facts = new ArrayList<DomContent>();
    facts.add(fact("Service", text(event.service().name())));
    facts.add(fact("Type", wild(event.eventType())));
    facts.add(
        fact(
            "Repository",
            a(wild(event.repository().fullName()))
                .withHref(
                    link(Console.PIPELINES, Map.of("repository", event.repository().fullName())))));
    facts.add(fact("Delivery", wild(event.eventId())));
    if (event.userRequest() != null) {
      facts.add(fact("Request", wild(shortened(event.userRequest()))));
    }
    if (event.repository().defaultBranch() != null) {
      facts.add(fact("Default branch", wild(event.repository().defaultBranch())));
    }
    if (event.repository().installationId() != null) {
      facts.add(fact("Installation", text(event.repository().installationId().toString())));
    }
    facts.add(fact("May write", text(event.repository().canWrite() ? "yes" : "no")));
    event.metadata().forEach((name, value) -> facts.add(fact(name, wild(shown(value)))));
    return dl(each(facts, one -> one)).withClass("facts");
  }

  private static String shown(MetadataValue value) {
    return switch (value) {
      case MetadataValue.Text(var text) -> shortened(text);
      case MetadataValue.Whole(var number) -> Long.toString(number);
      case MetadataValue.Flag(var flag) -> flag ? "yes" : "no";
      case MetadataValue.Texts(var texts) -> shortened(String.join(", ", texts));
    };
  }

  private static String shortened(String text) {
    return text.length() <= MOST_SHOWN ? text : text.substring(0, MOST_SHOWN) + "…";
  }

  private static final int MOST_SHOWN = 2000;

  static DomContent headers(Map<String, String> headers) {
    return headers.isEmpty()
        ? p("None were kept.").withClass("empty")
        : dl(each(headers.entrySet(), field -> fact(field.getKey(), wild(field.getValue()))))
            .withClass("facts");
  }
}
