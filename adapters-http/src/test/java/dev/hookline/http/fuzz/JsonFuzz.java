package dev.hookline.http.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hookline.http.json.Payload;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Our index and a strict tree take the same texts, and find the same in them. */
public final class JsonFuzz {
  private JsonFuzz() {}

  public static void fuzzerTestOneInput(byte[] bytes) {
    if (!JsonOracle.judges(bytes)) {
      return;
    }
    Optional<JsonNode> tree = JsonOracle.object(bytes);
    Optional<Payload> payload = Payload.read(bytes);
    assertEquals(tree.isPresent(), payload.isPresent(), "an object for one and not for the other");
    if (tree.isPresent()) {
      compare(tree.get(), payload.orElseThrow());
    }
  }

  private static void compare(JsonNode tree, Payload payload) {
    List<String> names = tree.properties().stream().map(Map.Entry::getKey).toList();
    assertEquals(names, payload.names());
    for (String name : names) {
      JsonNode node = tree.path(name);
      assertEquals(Optional.ofNullable(node.textValue()), payload.text(name), name);
      assertEquals(JsonOracle.whole(node), payload.whole(name), name);
      assertEquals(!node.isNull(), payload.has(name), name);
      if (node.isObject()) {
        compare(node, payload.object(name).orElseThrow());
      }
    }
    Optional<String> text = payload.json();
    assertEquals(!tree.isEmpty(), text.isPresent());
    text.ifPresent(json -> assertTrue(JsonOracle.object(json.getBytes(UTF_8)).isPresent()));
  }
}
