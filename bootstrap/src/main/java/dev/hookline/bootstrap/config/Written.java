package dev.hookline.bootstrap.config;

import io.helidon.config.Config;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * What is written for a key in one place.
 *
 * @param node the tree below the key
 * @param problems takes what is wrong inside a structure, one line each
 */
record Written(Config node, Consumer<String> problems) {

  /**
   * @throws IllegalArgumentException if it is a list or a mapping
   */
  String text() {
    if (!node.isLeaf()) {
      throw new IllegalArgumentException("expects one value");
    }
    return node.asString().orElse("");
  }

  /**
   * @throws IllegalArgumentException if it is a mapping, or a list of anything but texts
   */
  List<String> items() {
    if (node.isLeaf()) {
      return Texts.commaSeparated(text());
    }
    if (node.type() != Config.Type.LIST) {
      throw new IllegalArgumentException("expects a list");
    }
    var items = new ArrayList<String>();
    for (Config item : node.asNodeList().orElse(List.of())) {
      if (!item.isLeaf()) {
        throw new IllegalArgumentException("expects a list of texts");
      }
      items.add(item.asString().orElse(""));
    }
    return items;
  }
}
