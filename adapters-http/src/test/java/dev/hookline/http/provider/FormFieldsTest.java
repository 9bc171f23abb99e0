package dev.hookline.http.provider;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.domain.delivery.Headers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FormFieldsTest {
  private static Optional<FormFields> decode(String form) {
    return FormFields.decode(form.getBytes(StandardCharsets.ISO_8859_1));
  }

  @Test
  void fieldsAreDecodedInOrder() {
    var form = decode("b=1+2&&a=%C3%A4%26%3d&b=3&c&d=&=e").orElseThrow();
    assertEquals(List.of("b", "a", "c", "d", ""), List.copyOf(form.all().keySet()));
    assertEquals(List.of("1 2", "3"), form.all().get("b"));
    assertEquals(Optional.of("ä&="), form.only("a"));
    assertEquals(Optional.empty(), form.only("b"));
    assertEquals(Optional.of(""), form.only("c"));
    assertEquals(Optional.of(""), form.only("d"));
    assertTrue(form.has("b"));
    assertFalse(form.has("z"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a=%",
        "a=%4",
        "a=%4g",
        "a=%g4",
        "a=%-1",
        "%=a",
        "a=%c0%80",
        "a=%ed%a0%80",
        "a=%ff",
        "a=\u00ff",
        "a=%e2%82"
      })
  void whatCannotBeDecodedIsRefused(String form) {
    assertEquals(Optional.empty(), decode(form).map(FormFields::all));
  }

  @Test
  void thousandsOfFieldsAreRefused() {
    assertTrue(decode("a=&".repeat(1000)).isPresent());
    assertTrue(decode("a=&".repeat(1001)).isEmpty());
    assertTrue(decode("&".repeat(100_000)).isPresent());
  }

  @Test
  void theContentTypeCountsWithoutItsParameters() {
    for (String form :
        List.of(FormFields.MEDIA_TYPE, "Application/X-WWW-Form-Urlencoded ; charset=utf-8")) {
      assertTrue(FormFields.areIn(Headers.ofSingle(Map.of("content-type", form))), form);
    }
    for (String other :
        List.of(
            "",
            "application/json",
            "x" + FormFields.MEDIA_TYPE,
            "text/plain; " + FormFields.MEDIA_TYPE)) {
      assertFalse(FormFields.areIn(Headers.ofSingle(Map.of("content-type", other))), other);
    }
    assertFalse(FormFields.areIn(Headers.of(Map.of())));
  }
}
