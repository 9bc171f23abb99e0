package dev.hookline.http.console;

import static dev.hookline.http.console.Markup.at;
import static dev.hookline.http.console.Markup.cell;
import static dev.hookline.http.console.Markup.columns;
import static dev.hookline.http.console.Markup.hidden;
import static dev.hookline.http.console.Markup.submit;
import static j2html.TagCreator.datalist;
import static j2html.TagCreator.div;
import static j2html.TagCreator.each;
import static j2html.TagCreator.form;
import static j2html.TagCreator.h2;
import static j2html.TagCreator.input;
import static j2html.TagCreator.label;
import static j2html.TagCreator.option;
import static j2html.TagCreator.p;
import static j2html.TagCreator.section;
import static j2html.TagCreator.select;
import static j2html.TagCreator.table;
import static j2html.TagCreator.tbody;
import static j2html.TagCreator.text;
import static j2html.TagCreator.tr;

import dev.hookline.application.pause.Pause;
import dev.hookline.application.pause.PauseScope;
import dev.hookline.domain.delivery.Service;
import j2html.tags.DomContent;
import java.util.List;
import java.util.Optional;

/**
 * What is held up, and more to hold up.
 *
 * @param services to choose from
 * @param targets that are known here; a worker may know others
 */
record PausesPage(
    List<Pause> paused, List<String> services, List<String> targets, Optional<String> notice) {

  List<DomContent> content() {
    return List.of(
        Layout.notice("done", notice),
        p("While dispatches are paused, deliveries are accepted all the same, and wait."),
        section(
                h2("Paused now"),
                paused.isEmpty()
                    ? p("Nothing is paused.").withClass("empty")
                    : table(
                        columns("Service", "Target", "Since", ""),
                        tbody(each(paused, PausesPage::row))))
            .withId("paused")
            .withData("live", ""),
        section(
            h2("Pause"),
            form()
                .withMethod("get")
                .withAction(Console.PAUSE)
                .withClass("filter")
                .with(
                    div(
                            label("Service").withFor("service"),
                            select()
                                .withName("service")
                                .withId("service")
                                .with(option("all").withValue(""))
                                .with(each(services, name -> option(name).withValue(name))))
                        .withClass("field"),
                    div(
                            label("Target").withFor("target"),
                            input()
                                .withType("text")
                                .withName("target")
                                .withId("target")
                                .withPlaceholder("all")
                                .withMaxlength("255")
                                .attr("list", "targets"),
                            datalist()
                                .withId("targets")
                                .with(each(targets, name -> option().withValue(name))))
                        .withClass("field"),
                    div(submit("Pause…", "primary")).withClass("field buttons"))));
  }

  private static DomContent row(Pause pause) {
    return tr(
        cell("Service", text(service(pause.scope()).isEmpty() ? "all" : service(pause.scope()))),
        cell("Target", Markup.wild(pause.scope().target().orElse("all"))),
        cell("Since", at(pause.since())),
        cell(
            "",
            form()
                .withMethod("get")
                .withAction(Console.RESUME)
                .with(
                    hidden("service", service(pause.scope())),
                    hidden("target", pause.scope().target().orElse("")),
                    submit("Resume…", ""))));
  }

  static String service(PauseScope scope) {
    return scope.service().map(Service::name).orElse("");
  }

  /** What is in the scope, in words. */
  static String words(PauseScope scope) {
    String events = scope.service().map(name -> "events of " + name).orElse("every event");
    return events + scope.target().map(name -> " to the target " + name).orElse("");
  }
}
