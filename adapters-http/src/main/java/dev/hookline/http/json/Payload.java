package dev.hookline.http.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
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

  private final JsonNode node;

  private Payload(JsonNode node) {
    this.node = node;
  }

  /** Reads one JSON object; empty if the bytes are anything else, by RFC 8259 read strictly. */
  public static Optional<Payload> read(byte[] json) {
    if (!StrictJson.isPlainUtf8(json)) {
      return Optional.empty();
    }
    try (var parser = StrictJson.parser(json)) {
      JsonNode root = StrictJson.MAPPER.readTree(parser);
      boolean alone = parser.nextToken() == null;
      return root != null && root.isObject() && alone
          ? Optional.of(new Payload(root))
          : Optional.empty();
    } catch (IOException _) {
      // Jackson's word for "no JSON"; there is no input or output here that could fail.
      return Optional.empty();
    }
  }

  /** A form's fields as an object: a field that occurs once is a text, else an array of texts. */
  public static Payload ofFields(Map<String, List<String>> fields) {
    var object = JsonNodeFactory.instance.objectNode();
    fields.forEach(
        (name, values) -> {
          if (values.size() == 1) {
            object.put(name, values.getFirst());
          } else {
            values.forEach(object.withArrayProperty(name)::add);
          }
        });
    return new Payload(object);
  }

  /** A string, empty ones included. */
  public Optional<String> text(String... path) {
    JsonNode found = at(path);
    return found.isTextual() ? Optional.of(found.textValue()) : Optional.empty();
  }

  /** A string that holds more than white space. */
  public Optional<String> words(String... path) {
    return text(path).filter(text -> !text.isBlank());
  }

  /** A whole number in the range of a long; {@code 12.0} is one too. */
  public Optional<Long> whole(String... path) {
    JsonNode found = at(path);
    if (found.isIntegralNumber()) {
      return found.canConvertToLong() ? Optional.of(found.longValue()) : Optional.empty();
    }
    if (found.isFloatingPointNumber()) {
      double value = found.doubleValue();
      return value == Math.rint(value) && Math.abs(value) < EXACT
          ? Optional.of((long) value)
          : Optional.empty();
    }
    return Optional.empty();
  }

  public Optional<Boolean> flag(String... path) {
    JsonNode found = at(path);
    return found.isBoolean() ? Optional.of(found.booleanValue()) : Optional.empty();
  }

  public Optional<Payload> object(String... path) {
    JsonNode found = at(path);
    return found.isObject() ? Optional.of(new Payload(found)) : Optional.empty();
  }

  /** The elements of an array that are objects, in order; empty if there is no array. */
  public List<Payload> objects(String... path) {
    var objects = new ArrayList<Payload>();
    JsonNode found = at(path);
    if (found.isArray()) {
      for (JsonNode element : found) {
        if (element.isObject()) {
          objects.add(new Payload(element));
        }
      }
    }
    return List.copyOf(objects);
  }

  /** The elements of an array that are strings, in order; empty if there is no array. */
  public List<String> texts(String... path) {
    var texts = new ArrayList<String>();
    JsonNode found = at(path);
    if (found.isArray()) {
      for (JsonNode element : found) {
        if (element.isTextual()) {
          texts.add(element.textValue());
        }
      }
    }
    return List.copyOf(texts);
  }

  /** The names of an object's fields, in order; empty if there is no object. */
  public List<String> names(String... path) {
    var names = new ArrayList<String>();
    at(path).fieldNames().forEachRemaining(names::add);
    return List.copyOf(names);
  }

  /** An object that has fields, as JSON text. */
  public Optional<String> json(String... path) {
    JsonNode found = at(path);
    return found.isObject() && !found.isEmpty() ? Optional.of(found.toString()) : Optional.empty();
  }

  /** Whether there is anything but null. */
  public boolean has(String... path) {
    JsonNode found = at(path);
    return !found.isMissingNode() && !found.isNull();
  }

  /** The whole object as UTF-8 JSON; unpaired surrogates become {@code ?}. */
  public byte[] toBytes() {
    return node.toString().getBytes(StandardCharsets.UTF_8);
  }

  private JsonNode at(String... path) {
    JsonNode found = node;
    for (String step : path) {
      found = found.isArray() ? found.path(index(step)) : found.path(step);
    }
    return found;
  }

  private static int index(String step) {
    return step.length() == 1 ? Character.digit(step.charAt(0), 10) : -1;
  }
}
