package dev.hookline.http.console;

import static dev.hookline.http.console.Markup.ask;
import static dev.hookline.http.console.Markup.at;
import static dev.hookline.http.console.Markup.cell;
import static dev.hookline.http.console.Markup.columns;
import static dev.hookline.http.console.Markup.fact;
import static dev.hookline.http.console.Markup.wild;
import static j2html.TagCreator.a;
import static j2html.TagCreator.code;
import static j2html.TagCreator.dl;
import static j2html.TagCreator.each;
import static j2html.TagCreator.h2;
import static j2html.TagCreator.p;
import static j2html.TagCreator.section;
import static j2html.TagCreator.table;
import static j2html.TagCreator.tbody;
import static j2html.TagCreator.text;
import static j2html.TagCreator.tr;

import dev.hookline.application.inspect.Page;
import dev.hookline.application.inspect.RefusedView;
import dev.hookline.application.refused.RefusedDelivery;
import j2html.tags.DomContent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Deliveries that were authentic and could not be used, with the reason. */
final class RefusedPage {
  private static final List<String> ERRORS =
      List.of("UnsupportedEventError", "InvalidPayloadError", "RepositoryContextError");

  private RefusedPage() {}

  static String path(UUID id) {
    return Console.REFUSED + "/" + id;
  }

  static List<DomContent> list(
      Page<RefusedView> part,
      Map<String, String> query,
      boolean isFirst,
      List<String> services,
      Optional<String> notice) {
    return List.of(
        Layout.notice("done", notice),
        new FilterForm(Console.REFUSED, query)
            .choice("service", "Service", services)
            .choice("error", "Reason", ERRORS)
            .text("event_type", "Event type", "star")
            .span()
            .form(),
        section(
                part.items().isEmpty()
                    ? PipelinesPage.nothing("No refused delivery fits.", part)
                    : table(
                        columns("Received", "Service", "Event", "Reason", "Message"),
                        tbody(each(part.items(), RefusedPage::row))),
                PipelinesPage.pages(Console.REFUSED, query, isFirst, part))
            .withId("found")
            .withData("live", isFirst ? "" : "no"));
  }

  private static DomContent row(RefusedView refused) {
    return tr(
        cell("Received", a(at(refused.receivedAt())).withHref(path(refused.id()))),
        cell("Service", text(refused.service())),
        cell("Event", wild(refused.eventType().orElse("–"))),
        cell("Reason", text(refused.error())),
        cell("Message", wild(refused.message())).withClass("error"));
  }

  static List<DomContent> one(RefusedDelivery refused, Optional<String> problem) {
    var facts = new ArrayList<DomContent>();
    facts.add(fact("Reason", text(refused.error())));
    facts.add(fact("Message", wild(refused.message())));
    facts.add(fact("Service", text(refused.delivery().service().name())));
    refused.eventType().ifPresent(type -> facts.add(fact("Type", wild(type))));
    refused.eventId().ifPresent(id -> facts.add(fact("Delivery", wild(id))));
    facts.add(fact("Received", at(refused.delivery().receivedAt())));
    facts.add(fact("From", text(refused.delivery().remoteAddress())));
    facts.add(fact("Refused", code(refused.id().toString())));
    return List.of(
        Layout.notice("problem", problem),
        section(
                dl(each(facts, one -> one)).withClass("facts"),
                p(ask("Replay…", path(refused.id()) + "/replay")).withClass("actions"))
            .attr("aria-label", "Refusal"),
        section(
            h2("Headers"), PipelinePage.headers(refused.delivery().headers().select(_ -> true))),
        PayloadSection.of(refused.delivery().body(), path(refused.id()) + "/payload"));
  }
}
