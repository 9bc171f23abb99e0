package dev.hookline.http.json;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** An object made up from a seed, as a tree and as one of the many texts that it could be. */
final class RandomJson {
  private static final String SPACES = " \t\r\n";
  private static final String SHORT_ESCAPES = "\"\\/\b\f\n\r\t";
  private static final String SHORT_ESCAPE_LETTERS = "\"\\/bfnrt";
  private static final int DEEPEST = 7;
  private static final int ENOUGH = 100;

  private static final List<String> PARTS =
      List.of(
          "a",
          "id",
          "name",
          "Aa",
          "BB",
          "0",
          "9",
          " ",
          "\"",
          "\\",
          "/",
          "\b",
          "\f",
          "\n",
          "\r",
          "\t",
          "\u0000",
          "\u001f",
          "\u007f",
          "\u0080",
          "é",
          "\u07ff",
          "\u0800",
          "ł",
          "語",
          "\ufffd",
          "\uffff",
          "😀",
          "\ud800\udc00",
          "\udbff\udfff",
          "u0041",
          "{",
          "}",
          "[",
          "]",
          ":",
          ",");

  private static final List<String> NUMBERS =
      List.of(
          "0",
          "-0",
          "7",
          "-1",
          "42",
          "2147483648",
          "9223372036854775807",
          "-9223372036854775808",
          "9223372036854775808",
          "-99999999999999999999",
          "0.0",
          "-0.5",
          "12.0",
          "1e3",
          "1E+3",
          "1e-3",
          "-1.25e2",
          "9007199254740991.0",
          "9007199254740992.0",
          "1e400",
          "-1e400",
          "1e-400",
          "0e0",
          "123456789.000");

  private static final HexFormat LOWER = HexFormat.of();
  private static final HexFormat UPPER = HexFormat.of().withUpperCase();

  private final Random random;
  private final Map<JsonNode, String> numbers = new HashMap<>();
  private final List<ObjectNode> objects = new ArrayList<>();
  private final ObjectNode tree;
  private int values;

  RandomJson(long seed) {
    random = new Random(seed);
    tree = object(0);
  }

  /** What the texts mean. */
  ObjectNode tree() {
    return tree;
  }

  /** The objects in it that have a member. */
  List<ObjectNode> objectsWithMembers() {
    return objects.stream().filter(object -> !object.isEmpty()).toList();
  }

  /** The tree, written in some way. */
  byte[] text() {
    var text = new StringBuilder();
    spaces(text);
    write(tree, null, text);
    spaces(text);
    return text.toString().getBytes(UTF_8);
  }

  /** The tree, with one name of the object in it twice. */
  byte[] textWithDouble(ObjectNode object) {
    var text = new StringBuilder();
    write(tree, object, text);
    return text.toString().getBytes(UTF_8);
  }

  private JsonNode value(int depth) {
    return switch (random.nextInt(depth >= DEEPEST || values++ > ENOUGH ? 5 : 9)) {
      case 0 -> NullNode.getInstance();
      case 1 -> BooleanNode.valueOf(random.nextBoolean());
      case 2 -> number();
      case 3, 4 -> new TextNode(string());
      case 5, 6 -> object(depth);
      case 7 -> array(depth);
      default -> records(depth);
    };
  }

  private ObjectNode object(int depth) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    objects.add(object);
    int members = random.nextInt(20) == 0 ? random.nextInt(100) : random.nextInt(6);
    for (int i = 0; i < members; i++) {
      String name = string();
      if (!object.has(name)) {
        object.set(name, value(depth + 1));
      }
    }
    return object;
  }

  private ArrayNode array(int depth) {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    int elements = random.nextInt(5);
    for (int i = 0; i < elements; i++) {
      array.add(value(depth + 1));
    }
    return array;
  }

  /** Objects with the same names, as lists in payloads have them. */
  private ArrayNode records(int depth) {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    String one = string();
    String other = one + "x";
    int elements = random.nextInt(15);
    for (int i = 0; i < elements; i++) {
      ObjectNode object = array.addObject();
      objects.add(object);
      object.set(one, random.nextInt(4) == 0 ? value(depth + 2) : number());
      object.put(other, string());
    }
    return array;
  }

  private String string() {
    var string = new StringBuilder();
    int parts = random.nextInt(30) == 0 ? 200 : random.nextInt(5);
    for (int i = 0; i < parts; i++) {
      string.append(PARTS.get(random.nextInt(PARTS.size())));
    }
    return string.toString();
  }

  private JsonNode number() {
    String written =
        random.nextBoolean()
            ? NUMBERS.get(random.nextInt(NUMBERS.size()))
            : Long.toString(random.nextLong() >> random.nextInt(64));
    try {
      JsonNode number = JsonIndexTest.TREES.readTree(written);
      numbers.put(number, written);
      return number;
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  @SuppressWarnings("ReferenceEquality") // Others may be equal to the one that is meant.
  private void write(JsonNode node, @Nullable ObjectNode doubled, StringBuilder text) {
    switch (node) {
      case ObjectNode object -> {
        text.append('{');
        spaces(text);
        var members = new ArrayList<Map.Entry<String, JsonNode>>(object.properties());
        if (object == doubled) {
          var twice = members.get(random.nextInt(members.size()));
          members.add(random.nextInt(members.size() + 1), Map.entry(twice.getKey(), number()));
        }
        String comma = "";
        for (var member : members) {
          text.append(comma);
          spaces(text);
          write(member.getKey(), text);
          spaces(text);
          text.append(':');
          spaces(text);
          write(member.getValue(), doubled, text);
          spaces(text);
          comma = ",";
        }
        text.append('}');
      }
      case ArrayNode array -> {
        text.append('[');
        spaces(text);
        String comma = "";
        for (JsonNode element : array) {
          text.append(comma);
          spaces(text);
          write(element, doubled, text);
          spaces(text);
          comma = ",";
        }
        text.append(']');
      }
      case TextNode string -> write(string.textValue(), text);
      default -> text.append(numbers.getOrDefault(node, node.toString()));
    }
  }

  private void write(String string, StringBuilder text) {
    int escaped = random.nextInt(3);
    text.append('"');
    for (int i = 0; i < string.length(); i++) {
      char c = string.charAt(i);
      int place = SHORT_ESCAPES.indexOf(c);
      if (place >= 0 && random.nextInt(4) > 0) {
        text.append('\\').append(SHORT_ESCAPE_LETTERS.charAt(place));
      } else if (c < ' ' || c == '"' || c == '\\' || isEscaped(c, escaped)) {
        text.append("\\u").append((random.nextBoolean() ? LOWER : UPPER).toHexDigits(c));
      } else {
        text.append(c);
      }
    }
    text.append('"');
  }

  private boolean isEscaped(char c, int escaped) {
    // Of a pair both or none, since half of one is not UTF-8.
    return switch (escaped) {
      case 0 -> false;
      case 1 -> !Character.isSurrogate(c) && random.nextBoolean();
      default -> true;
    };
  }

  private void spaces(StringBuilder text) {
    for (int i = random.nextInt(6) - 3; i > 0; i--) {
      text.append(SPACES.charAt(random.nextInt(SPACES.length())));
    }
  }
}
