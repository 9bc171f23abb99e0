package dev.hookline.http.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Where the values of one JSON text stand in its bytes, so that of a large body only what is asked
 * for is ever made into strings and numbers. Values are numbered in the order of the text, the
 * outermost is 0. Immutable once read.
 */
final class JsonIndex {
  /** What {@link #member}, {@link #first} and {@link #next} give where there is nothing. */
  static final int NONE = -1;

  private static final int BYTES_PER_VALUE = 24;
  private static final int ROOM = 16;

  /**
   * More than the largest body of a provider has: GitHub's may have 25 MB, and a value in it takes
   * some 30 bytes with its name. A body of nothing but commas has twelve times as many.
   */
  private static final int MOST_VALUES = 1_000_000;

  /**
   * In a table that is half empty the chance of so many is nil, unless the names were chosen so.
   */
  private static final int MOST_PROBES = 1_000;

  private final byte[] json;
  private int size;
  private JsonToken[] kinds;
  private @Nullable String[] names;
  private int[] starts;
  private int[] parents;

  /** The number after the last value within each object and array. */
  private int[] ends;

  /**
   * Members by a hash of object and name, as their number plus 1: finds them, and finds doubles.
   */
  private int[] members;

  private int memberCount;

  private JsonIndex(byte[] json) {
    this.json = json;
    int room = Math.clamp(json.length / BYTES_PER_VALUE, ROOM, MOST_VALUES);
    kinds = new JsonToken[room];
    names = new String[room];
    starts = new int[room];
    parents = new int[room];
    ends = new int[room];
    members = new int[Integer.highestOneBit(room) * 2];
  }

  /**
   * Reads the whole text.
   *
   * @throws IOException if it is not one JSON value by the rules of {@link StrictJson}
   */
  static JsonIndex of(byte[] json) throws IOException {
    var index = new JsonIndex(json);
    try (var parser = StrictJson.parser(json)) {
      index.read(parser);
    }
    return index;
  }

  private void read(JsonParser parser) throws IOException {
    int parent = NONE;
    while (true) {
      String name = parser.nextFieldName();
      JsonToken token = name == null ? parser.currentToken() : parser.nextToken();
      if (token == null) {
        return;
      }
      switch (token) {
        case END_OBJECT, END_ARRAY -> {
          ends[parent] = size;
          parent = parents[parent];
        }
        default -> {
          if (parent == NONE && size > 0) {
            throw new IOException("more than one value");
          }
          int value = add(token, name, parent, parser);
          if (token.isStructStart()) {
            parent = value;
          }
        }
      }
    }
  }

  private int add(JsonToken kind, @Nullable String name, int parent, JsonParser parser)
      throws IOException {
    if (size == MOST_VALUES) {
      throw new IOException("too many values");
    }
    if (size == starts.length) {
      grow();
    }
    int value = size++;
    kinds[value] = kind;
    names[value] = name;
    starts[value] = (int) parser.currentTokenLocation().getByteOffset();
    parents[value] = parent;
    ends[value] = size;
    if (name != null) {
      addMember(value, name, parent);
    }
    return value;
  }

  private void grow() {
    int room = Math.min(starts.length * 2, MOST_VALUES);
    kinds = Arrays.copyOf(kinds, room);
    names = Arrays.copyOf(names, room);
    starts = Arrays.copyOf(starts, room);
    parents = Arrays.copyOf(parents, room);
    ends = Arrays.copyOf(ends, room);
  }

  private void addMember(int value, String name, int object) throws IOException {
    if (++memberCount * 2 > members.length) {
      int[] before = members;
      members = new int[before.length * 2];
      for (int entry : before) {
        if (entry != 0) {
          members[slot(parents[entry - 1], name(entry - 1))] = entry;
        }
      }
    }
    int slot = slot(object, name);
    if (members[slot] != 0) {
      throw new IOException("a name stands twice in one object");
    }
    if (((slot - home(object, name)) & (members.length - 1)) > MOST_PROBES) {
      throw new IOException("names made to collide");
    }
    members[slot] = value + 1;
  }

  /** Where the member is, or has its place if there is none. */
  private int slot(int object, String name) {
    int slot = home(object, name);
    while (members[slot] != 0) {
      int value = members[slot] - 1;
      if (parents[value] == object && name.equals(names[value])) {
        return slot;
      }
      slot = (slot + 1) & (members.length - 1);
    }
    return slot;
  }

  private int home(int object, String name) {
    // Fibonacci hashing: the product's upper half depends on all bits.
    int hash = (name.hashCode() + object) * 0x9E3779B9;
    return (hash ^ (hash >>> 16)) & (members.length - 1);
  }

  /** How many values there are; 0 if the text has none. */
  int size() {
    return size;
  }

  JsonToken kind(int value) {
    return kinds[value];
  }

  /** The name of a member of an object; empty of any other value. */
  String name(int member) {
    String name = names[member];
    return name == null ? "" : name;
  }

  /** The object's value under the name, or {@link #NONE}. */
  int member(int object, String name) {
    return members[slot(object, name)] - 1;
  }

  /** The first value within an object or array, or {@link #NONE}. */
  int first(int container) {
    return container + 1 < ends[container] ? container + 1 : NONE;
  }

  /** The value after this one in the same object or array, or {@link #NONE}. */
  int next(int value) {
    int parent = parents[value];
    int following = ends[value];
    return parent != NONE && following < ends[parent] ? following : NONE;
  }

  /** A string's characters. */
  String text(int string) {
    int from = starts[string] + 1;
    int end = from;
    while (json[end] != '"') {
      if (json[end] == '\\') {
        return unescaped(string);
      }
      end++;
    }
    return new String(json, from, end - from, StandardCharsets.UTF_8);
  }

  private String unescaped(int string) {
    try (var parser = parserAt(string)) {
      parser.nextToken();
      return parser.getText();
    } catch (IOException e) {
      throw new IllegalStateException("it was read before", e);
    }
  }

  /** A number, as it is written. */
  String number(int number) {
    int from = starts[number];
    int end = from;
    while (end < json.length && isInNumber(json[end])) {
      end++;
    }
    return new String(json, from, end - from, StandardCharsets.ISO_8859_1);
  }

  private static boolean isInNumber(byte b) {
    return (b >= '0' && b <= '9') || b == '-' || b == '+' || b == '.' || b == 'e' || b == 'E';
  }

  /** A parser that stands before the value. */
  JsonParser parserAt(int value) throws IOException {
    return StrictJson.parser(json, starts[value]);
  }
}
