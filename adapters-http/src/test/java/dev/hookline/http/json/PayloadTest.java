package dev.hookline.http.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PayloadTest {
  private static Payload payload(String json) {
    return Payload.read(json.getBytes(StandardCharsets.UTF_8)).orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "null",
        "1",
        "\"a\"",
        "[]",
        "{",
        "{}{}",
        "{} x",
        "{}]",
        "{\"a\":1,}",
        "{'a':1}",
        "{a:1}",
        "{\"a\":01}",
        "{\"a\":+1}",
        "{\"a\":.5}",
        "{\"a\":NaN}",
        "{\"a\":1,\"a\":2}",
        "{\"a\":{\"b\":1,\"b\":1}}",
        "{\"a\":\"\t\"}",
        "{\"a\":\"\\x\"}",
        "{\"a\":\"\\u12\"}",
        "/* c */{}",
        "{\"a\":1}//",
        "\uFEFF{}",
        "{\u00a0}"
      })
  void whatIsNotOneStrictObjectIsRefused(String json) {
    assertEquals(
        Optional.empty(), Payload.read(json.getBytes(StandardCharsets.UTF_8)).map(Payload::names));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "c080", // overlong U+0000
        "c1bf", // overlong
        "e08080", // overlong
        "eda080", // high surrogate
        "edb080", // low surrogate
        "f4908080", // above U+10FFFF
        "ff",
        "80",
        "e282",
        "f09f98"
      })
  void textThatIsNotUtf8IsRefused(String hex) {
    byte[] odd = HexFormat.of().parseHex(hex);
    byte[] json = new byte[odd.length + 8];
    byte[] open = "{\"a\":\"".getBytes(StandardCharsets.UTF_8);
    System.arraycopy(open, 0, json, 0, 6);
    System.arraycopy(odd, 0, json, 6, odd.length);
    json[json.length - 2] = '"';
    json[json.length - 1] = '}';
    assertTrue(Payload.read(json).isEmpty());
  }

  @Test
  void utf16AndUtf32AreRefused() {
    assertTrue(Payload.read("{\"a\":1}".getBytes(StandardCharsets.UTF_16LE)).isEmpty());
    assertTrue(Payload.read("{\"a\":1}".getBytes(StandardCharsets.UTF_16BE)).isEmpty());
    assertTrue(Payload.read("{\"a\":1}".getBytes(StandardCharsets.UTF_16)).isEmpty());
    assertTrue(Payload.read("{\"a\":1}".getBytes(StandardCharsets.UTF_32LE)).isEmpty());
    assertTrue(Payload.read("{\"a\":1}".getBytes(StandardCharsets.UTF_32BE)).isEmpty());
  }

  @Test
  void nestingIsReadToAHundredLevels() {
    String within = "{\"a\":" + "[".repeat(99) + "]".repeat(99) + "}";
    String beyond = "{\"a\":" + "[".repeat(100) + "]".repeat(100) + "}";
    String farBeyond = "{\"a\":".repeat(100_000);
    assertTrue(Payload.read(within.getBytes(StandardCharsets.UTF_8)).isPresent());
    assertTrue(Payload.read(beyond.getBytes(StandardCharsets.UTF_8)).isEmpty());
    assertTrue(Payload.read(farBeyond.getBytes(StandardCharsets.UTF_8)).isEmpty());
  }

  @Test
  void aStringMayFillTheBody() {
    String long25 = "x".repeat(25_000_000);
    assertEquals(Optional.of(long25), payload("{\"a\":\"" + long25 + "\"}").text("a"));
  }

  @Test
  void multibyteTextAcrossTheDecodersChunksIsRead() {
    String text = "ab" + "🎉".repeat(5000);
    assertEquals(Optional.of(text), payload("{\"a\":\"" + text + "\"}").text("a"));
  }

  @Test
  void numbersOutOfRangeAreAbsentAndNeverThrow() {
    var odd =
        payload(
            "{\"a\":1e400000000,\"b\":"
                + "9".repeat(100)
                + ",\"c\":-9223372036854775809,\"d\":0.5}");
    for (String name : List.of("a", "b", "c", "d", "none")) {
      assertEquals(Optional.empty(), odd.whole(name), name);
    }
    var fine = payload("{\"a\":9223372036854775807,\"b\":12.0,\"c\":-3}");
    assertEquals(Optional.of(Long.MAX_VALUE), fine.whole("a"));
    assertEquals(Optional.of(12L), fine.whole("b"));
    assertEquals(Optional.of(-3L), fine.whole("c"));
  }

  @Test
  void whatHasAnotherTypeIsAbsent() {
    var odd =
        payload(
            "{\"n\":null,\"i\":1,\"s\":\"x\",\"b\":true,\"a\":[\"y\",2,{\"k\":\"v\"}],\"o\":{\"k\":\"v\"}}");
    assertEquals(Optional.empty(), odd.text("i"));
    assertEquals(Optional.empty(), odd.text("n", "x", "y"));
    assertEquals(Optional.empty(), odd.text("s", "x"));
    assertEquals(Optional.empty(), odd.flag("s"));
    assertEquals(Optional.of(true), odd.flag("b"));
    assertEquals(List.of("y"), odd.texts("a"));
    assertEquals(List.of(), odd.texts("o"));
    assertEquals(Optional.of("v"), odd.text("a", "2", "k"));
    assertEquals(Optional.empty(), odd.text("a", "9", "k"));
    assertEquals(Optional.empty(), odd.text("a", "k"));
    assertEquals(List.of("k"), odd.names("o"));
    assertEquals(List.of(), odd.names("s"));
    assertEquals(1, odd.objects("a").size());
    assertEquals(Optional.of("{\"k\":\"v\"}"), odd.json("o"));
    assertEquals(false, odd.has("n"));
    assertEquals(true, odd.has("s"));
  }

  @Test
  void wordsAreMoreThanWhiteSpace() {
    var payload = payload("{\"a\":\" \\n\",\"b\":\" x \"}");
    assertEquals(Optional.empty(), payload.words("a"));
    assertEquals(Optional.of(" x "), payload.words("b"));
  }

  @Test
  void aFormBecomesAnObjectInWhichRepeatedFieldsAreArrays() {
    var fields = new LinkedHashMap<String, List<String>>();
    fields.put("text", List.of("a \"quoted\" ✓"));
    fields.put("twice", List.of("1", "2"));
    assertEquals(
        "{\"text\":\"a \\\"quoted\\\" ✓\",\"twice\":[\"1\",\"2\"]}",
        new String(Payload.ofFields(fields), StandardCharsets.UTF_8));
  }

  @Test
  void anObjectAsTextHasItsNumbersAsTheyWereWritten() {
    Payload payload =
        payload(
            """
            {"o": {"a": 1e131000, "e": 1e99999999999, "f": 9007199254740993, "b": 12345678901234567890, "c": 1.10, "d": [true, null, "ü"]}}
            """);
    assertEquals(
        Optional.of(
            "{\"a\":1e131000,\"e\":1e99999999999,\"f\":9007199254740993,\"b\":12345678901234567890,\"c\":1.10,\"d\":[true,null,\"ü\"]}"),
        payload.json("o"));
  }
}
