package dev.hookline.http.console;

import static dev.hookline.http.console.Markup.size;
import static j2html.TagCreator.a;
import static j2html.TagCreator.code;
import static j2html.TagCreator.h2;
import static j2html.TagCreator.p;
import static j2html.TagCreator.pre;
import static j2html.TagCreator.text;

import dev.hookline.domain.delivery.RawBody;
import dev.hookline.http.server.Answer;
import j2html.TagCreator;
import j2html.tags.DomContent;

/** The bytes of a delivery, to look at and to take away. */
final class PayloadSection {
  private PayloadSection() {}

  /**
   * @param download where the bytes themselves are
   */
  static DomContent of(RawBody body, String download) {
    var view = PayloadView.of(body.bytes());
    String kind =
        "%s, %s%s".formatted(view.kind(), size(body.length()), view.cut() ? ", the beginning" : "");
    return TagCreator.section(
        h2("Payload"),
        p(text(kind + " · "), a("Download the bytes").withHref(download).attr("download", ""))
            .withClass("muted"),
        pre(code(view.text()))
            .withClass("payload")
            .withDir("ltr")
            .attr("tabindex", "0")
            .attr("role", "region")
            .attr("aria-label", "Payload"));
  }

  /** Never shown by a browser, whatever is in it. */
  static Answer download(RawBody body, String name) {
    return Answer.of(200, "application/octet-stream", body.bytes())
        .with("Content-Disposition", "attachment; filename=\"%s\"".formatted(name));
  }
}
