package dev.hookline.http.testing;

import static j2html.TagCreator.div;
import static j2html.TagCreator.join;
import static j2html.TagCreator.rawHtml;
import static j2html.TagCreator.script;
import static j2html.TagCreator.style;

import j2html.Config;
import j2html.tags.DomContent;
import j2html.tags.UnescapedText;
import java.util.List;

/** What no page may do: an offender for the house rules, which live where j2html does not. */
public final class WritesMarkupAsItCame {
  /** The calls below that write a text without escaping it, or change who escapes. */
  public static final int WAYS = 6;

  private final String text;

  public WritesMarkupAsItCame(String text) {
    this.text = text;
  }

  public List<DomContent> raw() {
    return List.of(rawHtml(text), new UnescapedText(text), join(text, "and more"));
  }

  public DomContent asCode() {
    return div(script(text), style(text));
  }

  public Config escapingNothing() {
    return Config.defaults().withTextEscaper(unescaped -> unescaped);
  }
}
