package dev.hookline.http.json;

import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A JSON object that a provider sent. A path names fields from the outside in; where it meets an
 * array, a digit names the element.
 *
 * <p>Asking never throws: what is absent, null or of another type than asked for is empty.
 * Immutable.
 */
public final class Payload {
  /** Beyond it a double no longer holds every whole number. */
  private static final double EXACT = 0x1p53;

  private final JsonIndex json;
  private final int object;

  private Payload(JsonIndex json, int object) {
    this.json = json;
    this.object = object;
  }

  /** Reads one JSON object; empty if the bytes are anything else, by RFC 8259 read strictly. */
  public static Optional<Payload> read(byte[] json) {
    if (!StrictJson.isPlainUtf8(json)) {
      return Optional.empty();
    }
    try {
      var index = JsonIndex.of(json);
      return index.size() > 0 && index.kind(0) == JsonToken.START_OBJECT
          ? Optional.of(new Payload(index, 0))
          : Optional.empty();
    } catch (IOException _) {
      // Jackson's word for "no JSON"; there is no input or output here that could fail.
      return Optional.empty();
    }
  }

  /**
   * A form's fields as the UTF-8 text of a JSON object: a field that occurs once is a string, else
   * an array of strings. Unpaired surrogates become {@code ?}.
   */
  public static byte[] ofFields(Map<String, List<String>> fields) {
    var object = JsonNodeFactory.instance.objectNode();
    fields.forEach(
        (name, values) -> {
          if (values.size() == 1) {
            object.put(name, values.getFirst());
          } else {
            values.forEach(object.withArrayProperty(name)::add);
          }
        });
    return object.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** A string, empty ones included. */
  public Optional<String> text(String... path) {
    int found = at(path);
    return isText(found) ? Optional.of(json.text(found)) : Optional.empty();
  }

  /** A string that holds more than white space. */
  public Optional<String> words(String... path) {
    return text(path).filter(text -> !text.isBlank());
  }

  /** A whole number in the range of a long; {@code 12.0} is one too. */
  public Optional<Long> whole(String... path) {
    int found = at(path);
    if (found == JsonIndex.NONE) {
      return Optional.empty();
    }
    return switch (json.kind(found)) {
      case VALUE_NUMBER_INT -> inRange(json.number(found));
      case VALUE_NUMBER_FLOAT -> {
        double value = Double.parseDouble(json.number(found));
        yield value == Math.rint(value) && Math.abs(value) < EXACT
            ? Optional.of((long) value)
            : Optional.empty();
      }
      default -> Optional.empty();
    };
  }

  private static Optional<Long> inRange(String digits) {
    try {
      return Optional.of(Long.parseLong(digits));
    } catch (NumberFormatException _) {
      // Digits they are; there are only too many of them.
      return Optional.empty();
    }
  }

  public Optional<Boolean> flag(String... path) {
    int found = at(path);
    return found != JsonIndex.NONE && json.kind(found).isBoolean()
        ? Optional.of(json.kind(found) == JsonToken.VALUE_TRUE)
        : Optional.empty();
  }

  public Optional<Payload> object(String... path) {
    int found = at(path);
    return isObject(found) ? Optional.of(new Payload(json, found)) : Optional.empty();
  }

  /** The elements of an array that are objects, in order; empty if there is no array. */
  public List<Payload> objects(String... path) {
    var objects = new ArrayList<Payload>();
    for (int element = firstElement(path);
        element != JsonIndex.NONE;
        element = json.next(element)) {
      if (isObject(element)) {
        objects.add(new Payload(json, element));
      }
    }
    return List.copyOf(objects);
  }

  /** The elements of an array that are strings, in order; empty if there is no array. */
  public List<String> texts(String... path) {
    var texts = new ArrayList<String>();
    for (int element = firstElement(path);
        element != JsonIndex.NONE;
        element = json.next(element)) {
      if (isText(element)) {
        texts.add(json.text(element));
      }
    }
    return List.copyOf(texts);
  }

  private int firstElement(String... path) {
    int found = at(path);
    return found != JsonIndex.NONE && json.kind(found) == JsonToken.START_ARRAY
        ? json.first(found)
        : JsonIndex.NONE;
  }

  /** The names of an object's fields, in order; empty if there is no object. */
  public List<String> names(String... path) {
    var names = new ArrayList<String>();
    int found = at(path);
    if (isObject(found)) {
      for (int member = json.first(found); member != JsonIndex.NONE; member = json.next(member)) {
        names.add(json.name(member));
      }
    }
    return List.copyOf(names);
  }

  /**
   * An object that has fields, as JSON text without white space between its tokens. Numbers stay as
   * they were written.
   */
  public Optional<String> json(String... path) {
    int found = at(path);
    if (!isObject(found) || json.first(found) == JsonIndex.NONE) {
      return Optional.empty();
    }
    var text = new StringWriter();
    try (var parser = json.parserAt(found);
        var generator = StrictJson.MAPPER.createGenerator(text)) {
      int depth = 0;
      do {
        JsonToken token = parser.nextToken();
        if (token.isNumeric()) {
          // Copied as a value, 1e99999999999 would be more than a BigDecimal can hold.
          generator.writeNumber(parser.getText());
        } else {
          generator.copyCurrentEvent(parser);
        }
        depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
      } while (depth > 0);
      generator.flush();
      return Optional.of(text.toString());
    } catch (IOException e) {
      throw new IllegalStateException("it was read before", e);
    }
  }

  /** Whether there is anything but null. */
  public boolean has(String... path) {
    int found = at(path);
    return found != JsonIndex.NONE && json.kind(found) != JsonToken.VALUE_NULL;
  }

  private boolean isText(int value) {
    return value != JsonIndex.NONE && json.kind(value) == JsonToken.VALUE_STRING;
  }

  private boolean isObject(int value) {
    return value != JsonIndex.NONE && json.kind(value) == JsonToken.START_OBJECT;
  }

  private int at(String... path) {
    int found = object;
    for (int i = 0; i < path.length && found != JsonIndex.NONE; i++) {
      found =
          switch (json.kind(found)) {
            case START_OBJECT -> json.member(found, path[i]);
            case START_ARRAY -> element(found, path[i]);
            default -> JsonIndex.NONE;
          };
    }
    return found;
  }

  private int element(int array, String digit) {
    int steps = digit.length() == 1 ? Character.digit(digit.charAt(0), 10) : -1;
    if (steps < 0) {
      return JsonIndex.NONE;
    }
    int found = json.first(array);
    for (int i = 0; i < steps && found != JsonIndex.NONE; i++) {
      found = json.next(found);
    }
    return found;
  }
}
