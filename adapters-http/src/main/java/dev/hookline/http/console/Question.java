package dev.hookline.http.console;

import static dev.hookline.http.console.Markup.change;
import static dev.hookline.http.console.Markup.hidden;
import static j2html.TagCreator.a;
import static j2html.TagCreator.button;
import static j2html.TagCreator.div;
import static j2html.TagCreator.each;
import static j2html.TagCreator.section;

import j2html.tags.DomContent;
import java.util.List;
import java.util.Map;

/**
 * Asks before something is changed.
 *
 * @param about what will happen
 * @param answer what the button says that does it
 * @param action where its form goes
 * @param fields what the form brings along
 * @param back where else one may go
 */
record Question(
    List<DomContent> about, String answer, String action, Map<String, String> fields, String back) {

  List<DomContent> content(Visit visit) {
    return List.of(
        section(
                each(about, one -> one),
                change(visit, action)
                    .with(
                        each(fields.entrySet(), field -> hidden(field.getKey(), field.getValue())))
                    .with(
                        div(
                                button(answer)
                                    .withType("submit")
                                    .withClass("primary")
                                    .isAutofocus(),
                                a("Cancel").withHref(back).withClass("button"))
                            .withClass("actions")))
            .withClass("question"));
  }
}
