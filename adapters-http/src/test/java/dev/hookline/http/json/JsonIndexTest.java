package dev.hookline.http.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.StringJoiner;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The index beside the tree that the same text is, for documents nobody thought of. */
class JsonIndexTest {
  private static final int DOCUMENTS = 1_000;

  /** The same rules, by another of Jackson's parsers and into a tree that keeps every digit. */
  static final JsonMapper TREES =
      JsonMapper.builder(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(100)
                          .maxNumberLength(100)
                          .maxNameLength(1024)
                          .build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  /** A number is the same whether it is written {@code 1.25e2} or {@code 125}. */
  private static final Comparator<JsonNode> BY_VALUE =
      (one, other) ->
          one.isNumber() && other.isNumber()
              ? one.decimalValue().compareTo(other.decimalValue())
              : one.equals(other) ? 0 : 1;

  @Test
  void everyValueIsWhereTheTreeHasIt() throws IOException {
    for (long seed = 0; seed < DOCUMENTS; seed++) {
      var json = new RandomJson(seed);
      byte[] text = json.text();
      JsonIndex index = JsonIndex.of(text);

      String about = "seed " + seed;
      int end = assertSame(index, 0, json.tree(), about);
      assertEquals(index.size(), end, about);
      assertEquals(JsonIndex.NONE, index.next(0), about);
    }
  }

  /**
   * @return the number after the last value within
   */
  private static int assertSame(JsonIndex index, int value, JsonNode node, String about)
      throws IOException {
    assertEquals(node.asToken(), index.kind(value), about);
    int next = value + 1;
    int child = index.first(value);
    if (node.isContainerNode()) {
      for (Child expected : children(node)) {
        assertEquals(next, child, about);
        String name = expected.name();
        if (name != null) {
          assertEquals(name, index.name(child), about);
          assertEquals(child, index.member(value, name), about);
          assertEquals(JsonIndex.NONE, index.member(value, name + "?"), about);
        }
        next = assertSame(index, child, expected.node(), about);
        child = index.next(child);
      }
    } else if (node.isTextual()) {
      assertEquals(node.textValue(), index.text(value), about);
    } else if (node.isNumber()) {
      assertEquals(node, TREES.readTree(index.number(value)), about);
    }
    assertEquals(JsonIndex.NONE, child, about);
    return next;
  }

  private static List<Child> children(JsonNode node) {
    var children = new ArrayList<Child>();
    if (node.isObject()) {
      node.properties()
          .forEach(member -> children.add(new Child(member.getKey(), member.getValue())));
    } else {
      node.forEach(element -> children.add(new Child(null, element)));
    }
    return children;
  }

  @Test
  void payloadsSayWhatTheTreeSays() throws IOException {
    for (long seed = 0; seed < DOCUMENTS; seed++) {
      var json = new RandomJson(seed);
      Payload payload = Payload.read(json.text()).orElseThrow();

      assertSame(payload, json.tree(), List.of(), "seed " + seed);
    }
  }

  private static void assertSame(Payload payload, JsonNode node, List<String> steps, String seed)
      throws IOException {
    String[] path = steps.toArray(String[]::new);
    String about = seed + " at " + steps;
    assertEquals(!node.isNull(), payload.has(path), about);
    assertEquals(Optional.ofNullable(node.textValue()), payload.text(path), about);
    assertEquals(
        Optional.ofNullable(node.textValue()).filter(text -> !text.isBlank()),
        payload.words(path),
        about);
    assertEquals(
        node.isBoolean() ? Optional.of(node.booleanValue()) : Optional.empty(),
        payload.flag(path),
        about);
    assertEquals(whole(node), payload.whole(path), about);
    assertEquals(node.isObject(), payload.object(path).isPresent(), about);
    assertEquals(fieldNames(node), payload.names(path), about);
    Optional<String> text = payload.json(path);
    assertEquals(node.isObject() && !node.isEmpty(), text.isPresent(), about);
    if (text.isPresent()) {
      assertTrue(node.equals(BY_VALUE, TREES.readTree(text.get())), about);
    }
    assertEquals(
        elements(node).stream().filter(JsonNode::isTextual).map(JsonNode::textValue).toList(),
        payload.texts(path),
        about);
    List<JsonNode> records = elements(node).stream().filter(JsonNode::isObject).toList();
    List<Payload> found = payload.objects(path);
    assertEquals(records.size(), found.size(), about);
    for (int i = 0; i < records.size(); i++) {
      assertSame(found.get(i), records.get(i), List.of(), about + " record " + i);
    }
    for (String name : fieldNames(node)) {
      assertSame(payload, node.path(name), and(steps, name), seed);
      assertEquals(
          payload.object(path).orElseThrow().names(name),
          payload.names(and(steps, name).toArray(String[]::new)),
          about);
    }
    for (int i = 0; i < Math.min(10, elements(node).size()); i++) {
      assertSame(payload, node.path(i), and(steps, Integer.toString(i)), seed);
    }
    String[] beyond = and(steps, "no such name").toArray(String[]::new);
    assertEquals(false, payload.has(beyond), about);
  }

  private static List<String> and(List<String> steps, String step) {
    var longer = new ArrayList<>(steps);
    longer.add(step);
    return longer;
  }

  private static List<String> fieldNames(JsonNode node) {
    return node.properties().stream().map(Map.Entry::getKey).toList();
  }

  private static List<JsonNode> elements(JsonNode node) {
    var elements = new ArrayList<JsonNode>();
    if (node.isArray()) {
      node.forEach(elements::add);
    }
    return elements;
  }

  private static Optional<Long> whole(JsonNode node) {
    boolean exact =
        node.isIntegralNumber()
            ? node.canConvertToLong()
            : node.isFloatingPointNumber()
                && node.doubleValue() % 1 == 0
                && Math.abs(node.doubleValue()) < 0x1p53;
    if (!exact) {
      return Optional.empty();
    }
    return Optional.of(node.isIntegralNumber() ? node.longValue() : (long) node.doubleValue());
  }

  @Test
  void aNameTwiceInOneObjectIsRefusedHoweverItIsWritten() {
    for (long seed = 0; seed < DOCUMENTS / 10; seed++) {
      var json = new RandomJson(seed);
      for (ObjectNode object : json.objectsWithMembers()) {
        byte[] text = json.textWithDouble(object);
        assertTrue(
            Payload.read(text).isEmpty(), "seed %d: %s".formatted(seed, new String(text, UTF_8)));
      }
    }
  }

  @Test
  void whatIsCutShortIsRefused() {
    for (long seed = 0; seed < 12; seed++) {
      String text = new String(new RandomJson(seed).text(), UTF_8).strip();
      byte[] whole = text.getBytes(UTF_8);
      assertTrue(Payload.read(whole).isPresent());
      for (int end = 0; end < whole.length; end++) {
        assertTrue(
            Payload.read(Arrays.copyOf(whole, end)).isEmpty(),
            "seed %d to byte %d".formatted(seed, end));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "1", "x", "\"\"", "null", ",", "}", "]", "\u0000", "\uFEFF", "//"})
  void whatFollowsTheObjectIsRefused(String more) {
    for (String space : List.of("", " ", "\n")) {
      String text = "{\"a\":{\"b\":[1]}}" + space + more;
      assertTrue(Payload.read(text.getBytes(UTF_8)).isEmpty(), text);
    }
  }

  @Test
  void whatIsWrongInAnyByteIsReadAsTheTreeReadsIt() throws IOException {
    int taken = 0;
    int refused = 0;
    for (long seed = 0; seed < 3_000; seed++) {
      byte[] text = new RandomJson(seed % 100).text();
      if (text.length == 0) {
        continue;
      }
      byte[] changed = changed(text, new Random(seed));
      Optional<Payload> payload = Payload.read(changed);
      Optional<JsonNode> tree = tree(changed);

      String about = "seed %d: %s".formatted(seed, new String(changed, UTF_8));
      assertEquals(tree.isPresent(), payload.isPresent(), about);
      Optional<String> json = payload.flatMap(Payload::json);
      assertEquals(tree.filter(node -> !node.isEmpty()).isPresent(), json.isPresent(), about);
      if (json.isPresent()) {
        assertTrue(tree.orElseThrow().equals(BY_VALUE, TREES.readTree(json.get())), about);
      }
      taken += payload.isPresent() ? 1 : 0;
      refused += payload.isPresent() ? 0 : 1;
    }
    assertTrue(taken > 100 && refused > 100, taken + " taken, " + refused + " refused");
  }

  private static byte[] changed(byte[] text, Random random) {
    int place = random.nextInt(text.length);
    byte other =
        random.nextBoolean()
            ? (byte) random.nextInt(256)
            : (byte) "{}[]\":,\\u019.eE+- \ntfn".charAt(random.nextInt(22));
    return switch (random.nextInt(3)) {
      case 0 -> {
        byte[] changed = text.clone();
        changed[place] = other;
        yield changed;
      }
      case 1 -> {
        byte[] longer = new byte[text.length + 1];
        System.arraycopy(text, 0, longer, 0, place);
        longer[place] = other;
        System.arraycopy(text, place, longer, place + 1, text.length - place);
        yield longer;
      }
      default -> {
        byte[] shorter = new byte[text.length - 1];
        System.arraycopy(text, 0, shorter, 0, place);
        System.arraycopy(text, place + 1, shorter, place, shorter.length - place);
        yield shorter;
      }
    };
  }

  private static Optional<JsonNode> tree(byte[] text) {
    try {
      String characters = UTF_8.newDecoder().decode(ByteBuffer.wrap(text)).toString();
      return Optional.of(TREES.readTree(characters)).filter(JsonNode::isObject);
    } catch (CharacterCodingException | JsonProcessingException _) {
      return Optional.empty();
    }
  }

  @Test
  void someHundredNamesThatCollideAreRead() throws IOException {
    List<String> names = colliding(9);
    assertEquals(1, names.stream().map(String::hashCode).distinct().count());
    var text = new StringJoiner(",", "{", "}");
    names.forEach(name -> text.add("\"" + name + "\":\"" + name + "\""));

    Payload payload = Payload.read(text.toString().getBytes(UTF_8)).orElseThrow();

    assertEquals(names, payload.names());
    for (String name : names) {
      assertEquals(Optional.of(name), payload.text(name));
    }
    assertEquals(Optional.empty(), payload.text("C#".repeat(9)));
  }

  @Test
  void manyNamesMadeToCollideAreRefused() {
    var text = new StringJoiner(",", "{", "}");
    colliding(18).forEach(name -> text.add("\"" + name + "\":0"));

    assertTrue(Payload.read(text.toString().getBytes(UTF_8)).isEmpty());
  }

  @Test
  void namesMadeToCollideAcrossObjectsAreRefused() throws IOException {
    // An index hashes a name with the number of its object, which is the array's place times two.
    var text = new StringJoiner(",", "{\"a\":[", "]}");
    for (int i = 0; i < 200_000; i++) {
      text.add("{\"" + named(-2 * (i + 1)) + "\":0}");
    }

    assertTrue(Payload.read(text.toString().getBytes(UTF_8)).isEmpty());
  }

  @Test
  void manyNamesAndManyLikeObjectsAreRead() {
    var names = new StringJoiner(",", "{", "}");
    IntStream.range(0, 200_000).forEach(i -> names.add("\"" + i + "\":" + i));
    Payload wide = Payload.read(names.toString().getBytes(UTF_8)).orElseThrow();
    assertEquals(Optional.of(199_999L), wide.whole("199999"));
    assertEquals(200_000, wide.names().size());

    var records = new StringJoiner(",", "{\"a\":[", "]}");
    IntStream.range(0, 100_000)
        .forEach(i -> records.add("{\"id\":%d,\"a\":1,\"b\":2,\"c\":{\"a\":3}}".formatted(i)));
    Payload like = Payload.read(records.toString().getBytes(UTF_8)).orElseThrow();
    List<Payload> objects = like.objects("a");
    for (int i = 0; i < objects.size(); i++) {
      assertEquals(Optional.of((long) i), objects.get(i).whole("id"));
      assertEquals(Optional.of(3L), objects.get(i).whole("c", "a"));
    }
  }

  @Test
  void numbersAndNamesHaveABoundedLength() {
    assertTrue(Payload.read(number("1".repeat(100))).isPresent());
    assertTrue(Payload.read(number("1".repeat(101))).isEmpty());
    assertTrue(Payload.read(number("0." + "1".repeat(98))).isPresent());
    assertTrue(Payload.read(number("0." + "1".repeat(101))).isEmpty());
    assertTrue(Payload.read(number("1e" + "1".repeat(101))).isEmpty());
    assertTrue(Payload.read(number("-" + "1".repeat(1_000_000))).isEmpty());
    assertTrue(Payload.read(name("n".repeat(1_000))).isPresent());
    assertTrue(Payload.read(name("n".repeat(1_100))).isEmpty());
  }

  private static byte[] number(String digits) {
    return ("{\"a\":" + digits + "}").getBytes(UTF_8);
  }

  private static byte[] name(String name) {
    return ("{\"" + name + "\":1}").getBytes(UTF_8);
  }

  @Test
  void aMillionValuesAreReadAndNoMore() throws IOException {
    String within = "[" + "1,".repeat(999_998) + "1]";
    String beyond = "[" + "1,".repeat(999_999) + "1]";
    assertEquals(1_000_000, JsonIndex.of(within.getBytes(UTF_8)).size());
    assertThrows(IOException.class, () -> JsonIndex.of(beyond.getBytes(UTF_8)));
  }

  @Test
  void onlyOneValueIsIndexed() {
    assertThrows(IOException.class, () -> JsonIndex.of("1 2".getBytes(UTF_8)));
    assertThrows(IOException.class, () -> JsonIndex.of("{} []".getBytes(UTF_8)));
  }

  @Test
  void emptyTextHasNoValue() throws IOException {
    assertEquals(0, JsonIndex.of(new byte[0]).size());
    assertEquals(0, JsonIndex.of(" \n".getBytes(UTF_8)).size());
  }

  /** All the words of so many syllables of two that hash alike. */
  private static List<String> colliding(int syllables) {
    List<String> words = List.of("");
    for (int i = 0; i < syllables; i++) {
      words = words.stream().flatMap(word -> List.of(word + "Aa", word + "BB").stream()).toList();
    }
    return words;
  }

  /** A name with this hash code. */
  private static String named(int hash) {
    var name = new char[7];
    long zeros = "0".repeat(name.length).hashCode();
    long rest = (hash - zeros) & 0xFFFFFFFFL;
    for (int i = name.length - 1; i >= 0; i--) {
      name[i] = (char) ('0' + rest % 31);
      rest /= 31;
    }
    var named = new String(name);
    assertEquals(hash, named.hashCode());
    return named;
  }

  private record Child(@Nullable String name, JsonNode node) {}
}
