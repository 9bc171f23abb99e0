package dev.hookline.http.console;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PayloadViewTest {
  private static PayloadView view(String text) {
    return PayloadView.of(text.getBytes(UTF_8));
  }

  @Test
  void jsonIsIndented() {
    assertEquals(
        new PayloadView(
            "JSON",
            """
            {
              "a": [
                1,
                {
                  "b": null
                },
                [],
                {}
              ],
              "c": "x\\"y\\\\z\\n"
            }\
            """,
            false),
        view("{\"a\":[1,{\"b\":null},[],{}],\"c\":\"x\\\"y\\\\z\\n\"}"));
  }

  @Test
  void whatItsSenderWroteStaysAsItIs() {
    assertEquals(
        "[\n  1.0,\n  1e400,\n  12345678901234567890123,\n  -0\n]",
        view("[1.0,1e400,12345678901234567890123,-0]").text());
    assertEquals("{\n  \"a\": 1,\n  \"a\": 2\n}", view("{\"a\":1,\"a\":2}").text());
  }

  @Test
  void charactersThatHideOrTurnOthersAreSpeltOut() {
    assertEquals(
        "[\n  \"a\\u202egpj.exe\\u200b\\u0000\\u2028\\ud83d\"\n]",
        view("[\"a\u202Egpj.exe\u200B\\u0000\u2028\\ud83d\"]").text());
    assertEquals("[\n  \"é 😀\"\n]", view("[\"é 😀\"]").text());
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "", "{\"a\":", "{} x", "\"a string\"", "a=b&c=%7B%7D"})
  void otherTextIsAsItIs(String text) {
    assertEquals(new PayloadView("text", text, false), view(text));
  }

  @Test
  void otherBytesAreDumped() {
    var view = PayloadView.of(new byte[] {0, 1, (byte) 0xff, 'A', '<'});
    assertEquals("bytes", view.kind());
    assertEquals("000000  00 01 ff 41 3c", view.text().substring(0, 22));
    assertTrue(view.text().stripTrailing().endsWith("...A<"), view.text());
  }

  @Test
  void theDeepIsNotFollowed() {
    String deep = "[".repeat(100_000);
    assertEquals("text", view(deep).kind());
    assertEquals("text", view("[".repeat(5000) + "]".repeat(5000)).kind());
  }

  @Test
  void ofTheLongTheBeginningIsShown() {
    String item = "{\"name\":\"value\"},";
    var view = view("[" + item.repeat(40_000) + "1]");
    assertEquals("JSON", view.kind());
    assertTrue(view.cut());
    assertTrue(view.text().startsWith("[\n  {\n    \"name\": \"value\"\n  },"), view.text());
    assertTrue(view.text().length() < 4 * PayloadView.MOST_BYTES);
  }

  @Test
  void whatIndentingMakesLongIsCut() {
    String deep = "[".repeat(99) + "1,".repeat(60_000) + "1" + "]".repeat(99);
    var view = view(deep);
    assertTrue(view.cut());
    assertTrue(view.text().length() < 3 * PayloadView.MOST_BYTES);
  }

  @Test
  void longTextIsCutBetweenCharacters() {
    var view = view("é".repeat(PayloadView.MOST_BYTES));
    assertEquals("text", view.kind());
    assertTrue(view.cut());
    assertFalse(view.text().contains("\uFFFD"));
    var odd = view("x" + "😀".repeat(PayloadView.MOST_BYTES));
    assertEquals("text", odd.kind());
  }
}
