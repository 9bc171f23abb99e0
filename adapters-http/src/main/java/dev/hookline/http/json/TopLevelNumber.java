package dev.hookline.http.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Optional;

/** What a JSON body says under one name of its outermost object. */
public sealed interface TopLevelNumber {

  /** The body is no JSON object, by the rules of {@link Payload#read}. */
  record NoObject() implements TopLevelNumber {}

  /** The object does not have the name, or has something else than a whole number under it. */
  record Absent() implements TopLevelNumber {}

  record Present(long value) implements TopLevelNumber {}

  /**
   * Finds the number without building the tree. Reads to the end even so: a body that breaks off
   * after the number is no JSON object.
   */
  static TopLevelNumber find(byte[] json, String name) {
    if (!StrictJson.isPlainUtf8(json)) {
      return new NoObject();
    }
    try (var parser = StrictJson.parser(json)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return new NoObject();
      }
      Optional<Long> found = Optional.empty();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        boolean wanted = parser.currentName().equals(name);
        JsonToken value = parser.nextToken();
        if (wanted) {
          found = wholeAt(parser, value);
        }
        parser.skipChildren();
      }
      if (parser.nextToken() != null) {
        return new NoObject();
      }
      return found.<TopLevelNumber>map(Present::new).orElseGet(Absent::new);
    } catch (IOException _) {
      return new NoObject();
    }
  }

  private static Optional<Long> wholeAt(JsonParser parser, JsonToken token) throws IOException {
    return switch (token) {
      case VALUE_NUMBER_INT ->
          switch (parser.getNumberType()) {
            case INT, LONG -> Optional.of(parser.getLongValue());
            default -> Optional.empty();
          };
      case VALUE_NUMBER_FLOAT -> {
        double value = parser.getDoubleValue();
        yield value == Math.rint(value) && Math.abs(value) < 0x1p53
            ? Optional.of((long) value)
            : Optional.empty();
      }
      default -> Optional.empty();
    };
  }
}
