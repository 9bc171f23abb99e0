package dev.hookline.http.console;

import static dev.hookline.http.console.Markup.at;
import static dev.hookline.http.console.Markup.change;
import static dev.hookline.http.console.Markup.submit;
import static j2html.TagCreator.a;
import static j2html.TagCreator.body;
import static j2html.TagCreator.document;
import static j2html.TagCreator.each;
import static j2html.TagCreator.footer;
import static j2html.TagCreator.h1;
import static j2html.TagCreator.head;
import static j2html.TagCreator.header;
import static j2html.TagCreator.html;
import static j2html.TagCreator.li;
import static j2html.TagCreator.link;
import static j2html.TagCreator.main;
import static j2html.TagCreator.meta;
import static j2html.TagCreator.nav;
import static j2html.TagCreator.p;
import static j2html.TagCreator.script;
import static j2html.TagCreator.span;
import static j2html.TagCreator.strong;
import static j2html.TagCreator.text;
import static j2html.TagCreator.title;
import static j2html.TagCreator.ul;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hookline.http.server.Answer;
import j2html.tags.DomContent;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is around each page: head, navigation, foot. */
final class Layout {
  private static final Map<String, String> PLACES = places();

  private final Clock clock;

  Layout(Clock clock) {
    this.clock = clock;
  }

  private static Map<String, String> places() {
    var places = new LinkedHashMap<String, String>();
    places.put(Console.ROOT, "Overview");
    places.put(Console.PIPELINES, "Pipelines");
    places.put(Console.REFUSED, "Refused");
    places.put(Console.SIGNATURES, "Signatures");
    places.put(Console.PAUSES, "Pauses");
    return places;
  }

  /** A page for somebody who may be here. */
  Answer page(int status, Visit visit, String heading, List<DomContent> content) {
    return answer(
        status,
        heading,
        header(
                a("Hookline").withHref(Console.ROOT).withClass("brand"),
                nav(ul(each(PLACES.keySet(), place -> li(place(place, visit)))))
                    .attr("aria-label", "Console"),
                span("not live").withId("live").withClass("live").attr("role", "status"),
                visit.signedIn()
                    ? change(visit, Console.SIGN_OUT)
                        .withClass("sign-out")
                        .with(submit("Sign out", "quiet"))
                    : text(""))
            .withClass("top"),
        content);
  }

  private static DomContent place(String place, Visit visit) {
    boolean here =
        place.equals(Console.ROOT)
            ? visit.path().equals(place)
            : visit.path().equals(place) || visit.path().startsWith(place + "/");
    var to = a(PLACES.getOrDefault(place, "")).withHref(place);
    return here ? to.attr("aria-current", "page") : to;
  }

  /** A page that says why there is no other. */
  Answer problem(int status, Visit visit, String what) {
    return page(
        status,
        visit,
        "That did not work",
        List.of(
            notice("problem", Optional.of(what)), p(a("To the overview").withHref(Console.ROOT))));
  }

  Answer missing(Visit visit) {
    return problem(404, visit, "There is nothing here. It may have been replayed, or be too old.");
  }

  /** A page for somebody who has to sign in first. */
  Answer strangersPage(int status, String heading, List<DomContent> content) {
    return answer(
        status, heading, header(span("Hookline").withClass("brand")).withClass("top"), content);
  }

  private Answer answer(int status, String heading, DomContent top, List<DomContent> content) {
    var page =
        html(
                head(
                    meta().withCharset("utf-8"),
                    meta().withName("viewport").withContent("width=device-width, initial-scale=1"),
                    meta().withName("color-scheme").withContent("light dark"),
                    title(heading + " · Hookline"),
                    link().withRel("icon").withHref(StaticFile.ICON.path()),
                    link().withRel("stylesheet").withHref(StaticFile.STYLE.path()),
                    script().withSrc(StaticFile.SCRIPT.path()).isDefer()),
                body(
                    a("Skip to the content").withHref("#content").withClass("skip"),
                    top,
                    main(h1(heading)).with(content).withId("content").attr("tabindex", "-1"),
                    footer(p(text("As of "), at(clock.instant()), text(". All times are UTC.")))))
            .withLang("en");
    return Answer.of(status, "text/html; charset=utf-8", document(page).getBytes(UTF_8));
  }

  /** A sentence on top of a page, about what was just done. */
  static DomContent notice(String kind, Optional<String> what) {
    return what.isEmpty()
        ? text("")
        : p(strong(what.get())).withClasses("notice", kind).attr("role", "status");
  }
}
