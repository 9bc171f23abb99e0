package dev.hookline.domain.delivery;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeliveryTest {

  @Test
  void headerNamesCompareWithoutCaseAndKeepTheirSpelling() {
    var headers = Headers.of(Map.of("X-GitHub-Event", List.of("push")));
    assertEquals(Optional.of("push"), headers.only("x-github-event"));
    assertEquals("{X-GitHub-Event=push}", headers.select(_ -> true).toString());
  }

  @Test
  void aDoubledHeaderHasNoOnlyValue() {
    var headers = Headers.of(Map.of("A", List.of("1", "2")));
    assertEquals(Optional.empty(), headers.only("a"));
    assertEquals(List.of("1", "2"), headers.all("a"));
  }

  @Test
  void namesThatDifferInCaseAloneAreOneHeader() {
    var fields = new java.util.LinkedHashMap<String, List<String>>();
    fields.put("A", List.of("1"));
    fields.put("a", List.of("2"));
    assertEquals(List.of("1", "2"), Headers.of(fields).all("A"));
  }

  @Test
  void headersShowTheirNamesOnly() {
    var headers = Headers.ofSingle(Map.of("Authorization", "Bearer secret"));
    assertEquals(Optional.of("Bearer secret"), headers.only("authorization"));
    assertEquals("[Authorization]", headers.toString());
  }

  @Test
  void headersAreEqualWhateverTheCaseOfTheirNames() {
    var headers = Headers.of(Map.of("A", List.of("1", "2"), "B", List.of("3")));
    var same = Headers.of(Map.of("a", List.of("1", "2"), "b", List.of("3")));
    assertEquals(headers, same);
    assertEquals(headers.hashCode(), same.hashCode());
    assertNotEquals(headers, Headers.of(Map.of("a", List.of("2", "1"), "b", List.of("3"))));
    assertNotEquals(headers, Headers.ofSingle(Map.of("b", "3")));
    assertNotEquals(headers.hashCode(), Headers.ofSingle(Map.of("b", "3")).hashCode());
    assertNotEquals(headers, headers.toString());
  }

  @Test
  void headersStayAsTheyWere() {
    var values = new ArrayList<>(List.of("1"));
    var headers = Headers.of(Map.of("A", values));
    values.add("2");
    List<String> told = headers.all("a");
    assertEquals(List.of("1"), told);
    assertThrows(UnsupportedOperationException.class, () -> told.add("3"));
  }

  @Test
  void bodiesAreEqualByTheirBytes() {
    byte[] bytes = {1, 2};
    var body = RawBody.of(bytes);
    assertSame(bytes, body.bytes());
    assertEquals(2, body.length());
    assertEquals(body, RawBody.of(bytes.clone()));
    assertEquals(body.hashCode(), RawBody.of(bytes.clone()).hashCode());
    assertNotEquals(body, RawBody.of(new byte[] {1, 3}));
    assertNotEquals(body.hashCode(), RawBody.of(new byte[] {1, 3}).hashCode());
    assertNotEquals(body, body.toString());
  }

  @Test
  void aBodyShowsItsLengthOnly() {
    assertEquals("6 bytes", RawBody.of("secret".getBytes(StandardCharsets.UTF_8)).toString());
  }

  @Test
  void theDigestIsSha256() {
    byte[] expected =
        HexFormat.of().parseHex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assertArrayEquals(expected, RawBody.of("abc".getBytes(StandardCharsets.UTF_8)).digest());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "a b", "a\u0000", "ü", "a\u007f", "a\n"})
  void aKeyIsPrintableAscii(String text) {
    assertEquals(Optional.empty(), DeliveryKey.of(text));
    assertThrows(IllegalArgumentException.class, () -> new DeliveryKey(text));
  }

  @Test
  void aKeyHasAtMostTwoHundredCharacters() {
    assertTrue(DeliveryKey.of("~".repeat(200)).isPresent());
    assertTrue(DeliveryKey.of("k".repeat(201)).isEmpty());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "GitHub", "a b", "9x", "../x"})
  void aServiceHasALowerCaseName(String name) {
    assertThrows(IllegalArgumentException.class, () -> new Service(name));
    assertEquals("acme", new Service("acme").toString());
  }
}
