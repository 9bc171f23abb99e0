package dev.hookline.http.json;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopLevelNumberTest {
  private static TopLevelNumber find(String json) {
    return TopLevelNumber.find(json.getBytes(StandardCharsets.UTF_8), "t");
  }

  @Test
  void aNumberIsFoundOnTheTopLevelAlone() {
    assertEquals(
        new TopLevelNumber.Present(5),
        find("{\"a\":{\"t\":1},\"b\":[{\"t\":2}],\"t\":5,\"c\":{}}"));
    assertEquals(new TopLevelNumber.Present(1676056940508L), find("{\"t\":1676056940508.0}"));
    assertEquals(new TopLevelNumber.Absent(), find("{\"a\":{\"t\":1}}"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"5\"",
        "null",
        "true",
        "[5]",
        "{\"t\":5}",
        "1e400000000",
        "0.5",
        "99999999999999999999"
      })
  void whatIsNoWholeNumberIsAbsent(String value) {
    assertEquals(new TopLevelNumber.Absent(), find("{\"t\":" + value + ",\"z\":1}"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[{\"t\":5}]",
        "{\"t\":5",
        "{\"t\":5}x",
        "{\"t\":5}{}",
        "{\"t\":5,\"t\":6}",
        "\uFEFF{\"t\":5}"
      })
  void whatIsNoObjectHasNoNumber(String json) {
    assertEquals(new TopLevelNumber.NoObject(), find(json));
  }
}
