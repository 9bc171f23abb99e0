package dev.hookline.http.console;

import static dev.hookline.http.console.Markup.at;
import static dev.hookline.http.console.Markup.cell;
import static dev.hookline.http.console.Markup.columns;
import static dev.hookline.http.console.Markup.fact;
import static dev.hookline.http.console.Markup.wild;
import static j2html.TagCreator.a;
import static j2html.TagCreator.dl;
import static j2html.TagCreator.each;
import static j2html.TagCreator.h2;
import static j2html.TagCreator.li;
import static j2html.TagCreator.ol;
import static j2html.TagCreator.p;
import static j2html.TagCreator.section;
import static j2html.TagCreator.strong;
import static j2html.TagCreator.table;
import static j2html.TagCreator.tbody;
import static j2html.TagCreator.text;
import static j2html.TagCreator.tr;

import dev.hookline.http.doctor.Diagnosis;
import dev.hookline.http.doctor.Finding;
import dev.hookline.http.intake.UnprovenDeliveries;
import dev.hookline.http.intake.UnprovenDeliveries.Unproven;
import j2html.tags.DomContent;
import java.util.List;
import java.util.function.Function;

/**
 * Deliveries whose signature did not hold, and why. They are strangers': nothing of a header or a
 * body is shown but its length and what we say of it.
 */
final class SignaturesPage {
  private SignaturesPage() {}

  private static String path(Unproven unproven) {
    return Console.SIGNATURES + "/" + unproven.id();
  }

  static List<DomContent> list(List<Unproven> unproven, Function<Unproven, String> inShort) {
    return List.of(
        p(
            "The last %d of each service, for %d minutes, in the memory of this process alone. Their senders were told nothing but 401."
                .formatted(UnprovenDeliveries.MOST, UnprovenDeliveries.KEPT_FOR.toMinutes())),
        section(
                unproven.isEmpty()
                    ? p("None is kept now.").withClass("empty")
                    : table(
                        columns("Received", "Service", "From", "Why"),
                        tbody(each(unproven, one -> row(one, inShort.apply(one))))))
            .withId("found"));
  }

  private static DomContent row(Unproven unproven, String inShort) {
    return tr(
        cell("Received", a(at(unproven.delivery().receivedAt())).withHref(path(unproven))),
        cell("Service", text(unproven.delivery().service().name())),
        cell("From", wild(unproven.delivery().remoteAddress())),
        cell("Why", wild(inShort)).withClass("error"));
  }

  static List<DomContent> one(Unproven unproven, Diagnosis diagnosis) {
    String body =
        unproven.length().isEmpty()
            ? "not read"
            : Markup.size(unproven.length().get()) + (unproven.hasBody() ? "" : ", not kept");
    return List.of(
        section(
                dl(
                        fact("Service", text(unproven.delivery().service().name())),
                        fact("Received", at(unproven.delivery().receivedAt())),
                        fact("From", wild(unproven.delivery().remoteAddress())),
                        fact("Body", text(body)))
                    .withClass("facts"))
            .attr("aria-label", "Delivery"),
        section(
            h2("Findings"),
            diagnosis.isAuthentic()
                ? p("By the secrets of now the signature is right.").withClass("empty")
                : text(""),
            ol(each(diagnosis.findings(), SignaturesPage::finding))));
  }

  private static DomContent finding(Finding finding) {
    return li(p(strong(wild(finding.what()))), p(text(finding.next())));
  }
}
