package dev.hookline.http.json;

import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import dev.hookline.domain.delivery.RawBody;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * A JSON document as other writers would have written it. Each form is made when it is asked for.
 */
public final class JsonRewriting {
  private static final ObjectReader EXACT =
      StrictJson.MAPPER
          .reader(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .without(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES);

  private static final List<Layout> LAYOUTS =
      List.of(
          new Layout("compact", ",", ":", 0),
          new Layout("with Python's separators", ", ", ": ", 0),
          new Layout("indented by two spaces", ",", ": ", 2),
          new Layout("indented by four spaces", ",", ": ", 4));

  private static final List<Escaping> ESCAPINGS =
      List.of(
          new Escaping("", false, ""),
          new Escaping(", with non-ASCII characters escaped", true, ""),
          new Escaping(", with slashes escaped", false, "/"),
          new Escaping(", with slashes and non-ASCII characters escaped", true, "/"),
          new Escaping(", with <, > and & escaped", false, "<>&\u2028\u2029"));

  /**
   * @param indent spaces for each level; 0: all on one line
   */
  private record Layout(String name, String item, String colon, int indent) {}

  /**
   * @param ascii whether all beyond ASCII is escaped
   * @param also what is escaped besides
   */
  private record Escaping(String name, boolean ascii, String also) {}

  /**
   * One form of the document.
   *
   * @param name completes "the same JSON, …"
   */
  public record Rewritten(String name, Supplier<RawBody> body) {}

  private final Layout layout;
  private final Escaping escaping;
  private final boolean sorted;
  private final StringBuilder out = new StringBuilder();

  private JsonRewriting(Layout layout, Escaping escaping, boolean sorted) {
    this.layout = layout;
    this.escaping = escaping;
    this.sorted = sorted;
  }

  /** Every form known here; none if the bytes are no JSON. */
  public static Stream<Rewritten> of(byte[] body) {
    Optional<JsonNode> document = parse(body);
    if (document.isEmpty()) {
      return Stream.empty();
    }
    return Stream.of(false, true)
        .flatMap(
            sorted ->
                LAYOUTS.stream()
                    .flatMap(
                        layout ->
                            ESCAPINGS.stream()
                                .map(
                                    escaping ->
                                        new Rewritten(
                                            layout.name()
                                                + (sorted ? ", with sorted names" : "")
                                                + escaping.name(),
                                            () ->
                                                new JsonRewriting(layout, escaping, sorted)
                                                    .write(document.get())))));
  }

  private static Optional<JsonNode> parse(byte[] body) {
    try {
      return Optional.of(EXACT.readTree(body)).filter(JsonNode::isContainerNode);
    } catch (IOException _) {
      return Optional.empty();
    }
  }

  /** Whether the bytes begin as JSON does, and end before it is over. */
  public static boolean isCutOff(byte[] body) {
    try {
      JsonNode unused = EXACT.readTree(body);
      return false;
    } catch (JsonEOFException _) {
      return true;
    } catch (IOException _) {
      return false;
    }
  }

  private RawBody write(JsonNode document) {
    value(document, 0);
    return RawBody.of(out.toString().getBytes(StandardCharsets.UTF_8));
  }

  private void value(JsonNode node, int depth) {
    if (node.isObject()) {
      var names = new ArrayList<String>();
      node.fieldNames().forEachRemaining(names::add);
      if (sorted) {
        names.sort(null);
      }
      out.append('{');
      for (int i = 0; i < names.size(); i++) {
        between(i, depth + 1);
        string(names.get(i));
        out.append(layout.colon());
        value(node.get(names.get(i)), depth + 1);
      }
      end('}', names.isEmpty(), depth);
    } else if (node.isArray()) {
      out.append('[');
      for (int i = 0; i < node.size(); i++) {
        between(i, depth + 1);
        value(node.get(i), depth + 1);
      }
      end(']', node.isEmpty(), depth);
    } else if (node.isTextual()) {
      string(node.textValue());
    } else {
      out.append(node.asText());
    }
  }

  private void between(int index, int depth) {
    if (index > 0) {
      out.append(layout.item());
    }
    newLine(depth);
  }

  private void end(char bracket, boolean isEmpty, int depth) {
    if (!isEmpty) {
      newLine(depth);
    }
    out.append(bracket);
  }

  private void newLine(int depth) {
    if (layout.indent() > 0) {
      out.append('\n').repeat(' ', layout.indent() * depth);
    }
  }

  private void string(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      character(text.charAt(i));
    }
    out.append('"');
  }

  private void character(char c) {
    switch (c) {
      case '"' -> out.append("\\\"");
      case '\\' -> out.append("\\\\");
      case '\n' -> out.append("\\n");
      case '\r' -> out.append("\\r");
      case '\t' -> out.append("\\t");
      case '\b' -> out.append("\\b");
      case '\f' -> out.append("\\f");
      default -> {
        boolean alsoEscaped = escaping.also().indexOf(c) >= 0;
        if (alsoEscaped && c == '/') {
          out.append("\\/");
        } else if (alsoEscaped || c < ' ' || (escaping.ascii() && c > '~')) {
          out.append("\\u%04x".formatted((int) c));
        } else {
          out.append(c);
        }
      }
    }
  }
}
