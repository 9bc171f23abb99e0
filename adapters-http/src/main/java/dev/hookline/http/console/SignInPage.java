package dev.hookline.http.console;

import static dev.hookline.http.console.Markup.hidden;
import static dev.hookline.http.console.Markup.submit;
import static j2html.TagCreator.code;
import static j2html.TagCreator.div;
import static j2html.TagCreator.form;
import static j2html.TagCreator.input;
import static j2html.TagCreator.label;
import static j2html.TagCreator.p;
import static j2html.TagCreator.text;

import j2html.tags.DomContent;
import java.util.List;
import java.util.Optional;

/**
 * Asks for the token.
 *
 * @param next where to go then
 */
record SignInPage(String next, Optional<String> problem) {

  List<DomContent> content() {
    return List.of(
        Layout.notice("problem", problem),
        form()
            .withMethod("post")
            .withAction(Console.SIGN_IN)
            .withClass("sign-in")
            .with(
                hidden("next", next),
                div(
                        label("Token").withFor("token"),
                        input()
                            .withType("password")
                            .withName("token")
                            .withId("token")
                            .attr("autocomplete", "current-password")
                            .isRequired()
                            .isAutofocus())
                    .withClass("field"),
                div(submit("Sign in", "primary")).withClass("field buttons")),
        p(text("It is the one that "), code("admin.token"), text(" is set to."))
            .withClass("muted"));
  }
}
