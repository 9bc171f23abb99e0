package dev.hookline.http.testing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/** One JSON text in all the shapes in which it could arrive with one value gone wrong. */
public final class Mutations {
  private static final String MARK = "\u0001mark\u0001";
  private static final String ENCODED_MARK = "\"\\u0001mark\\u0001\"";
  private static final List<String> VALUES =
      List.of(
          "null",
          "7",
          "-1",
          "0.5",
          "1e400000000",
          "9".repeat(400),
          "99999999999999999999",
          "253402300800",
          "true",
          "\"\"",
          "\" \"",
          "\"a b/c\"",
          "\"\\u0000\\ud800\"",
          "\"" + "x".repeat(300) + "\"",
          "\"2026-02-30T99:00:00Z\"",
          "\"9999999999999.1234567\"",
          "[]",
          "[1,[2],{\"a\":null}]",
          "{}",
          "{\"id\":{},\"login\":[1]}");

  private Mutations() {}

  /** Every value replaced by each odd one, and every field left out, one at a time. */
  public static List<String> of(String json) {
    var mutations = new ArrayList<String>();
    try {
      var mapper = new JsonMapper();
      JsonNode root = mapper.readTree(json);
      visit(root, root, mutations);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
    return mutations;
  }

  private static void visit(JsonNode root, JsonNode node, List<String> mutations) {
    switch (node) {
      case ObjectNode object -> {
        var fields = new LinkedHashMap<String, JsonNode>();
        object.properties().forEach(field -> fields.put(field.getKey(), field.getValue()));
        fields.forEach(
            (name, original) -> {
              visit(root, original, mutations);
              object.set(name, new TextNode(MARK));
              replaceMark(root, mutations);
              object.remove(name);
              mutations.add(root.toString());
              object.removeAll();
              object.setAll(fields);
            });
      }
      case ArrayNode array -> {
        for (int i = 0; i < array.size(); i++) {
          JsonNode original = array.get(i);
          visit(root, original, mutations);
          array.set(i, new TextNode(MARK));
          replaceMark(root, mutations);
          array.set(i, original);
        }
      }
      default -> {}
    }
  }

  private static void replaceMark(JsonNode root, List<String> mutations) {
    String marked = root.toString();
    VALUES.forEach(value -> mutations.add(marked.replace(ENCODED_MARK, value)));
  }
}
