package dev.hookline.bootstrap.config;

import io.helidon.config.Config;
import io.helidon.config.spi.ConfigNode.ListNode;
import io.helidon.config.spi.ConfigNode.ObjectNode;
import java.io.StringReader;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * A YAML document as a tree of texts for Helidon Config.
 *
 * <p>Helidon's own YAML parser turns scalars into numbers and back, which makes {@code 50:10} the
 * number 3010 and a secret {@code 0123} the number 83; here every scalar stays as it is written. A
 * key that stands twice is a problem. One without a value is there with an empty text, and is told
 * apart from one with {@code ""}: what it means depends on the key.
 */
final class YamlTree {
  private static final int MAX_DEPTH = 20;
  private static final Pattern UNDEFINED =
      Pattern.compile("found undefined (alias|tag handle)|Global tag");

  private final String file;
  private final Consumer<String> problems;
  private final Consumer<String> withoutValue;

  private YamlTree(String file, Consumer<String> problems, Consumer<String> withoutValue) {
    this.file = file;
    this.problems = problems;
    this.withoutValue = withoutValue;
  }

  /**
   * @param file what the file is called in a problem
   * @param withoutValue takes the path of each key that has none, its names escaped
   */
  static ObjectNode parse(
      String yaml, String file, Consumer<String> problems, Consumer<String> withoutValue) {
    var tree = new YamlTree(file, problems, withoutValue);
    var root = ObjectNode.builder();
    try {
      Node document =
          new Yaml(new SafeConstructor(new LoaderOptions())).compose(new StringReader(yaml));
      if (document instanceof MappingNode mapping) {
        tree.addTo(root, mapping, "", "", 1);
      } else if (document != null && !isNull(document)) {
        tree.problem(document, "not a mapping of keys");
      }
    } catch (MarkedYAMLException e) {
      int line = e.getProblemMark() == null ? 0 : e.getProblemMark().getLine() + 1;
      problems.accept("%s line %d: not YAML: %s".formatted(file, line, whyNot(e)));
    } catch (YAMLException _) {
      problems.accept("%s: not YAML".formatted(file));
    }
    return root.build();
  }

  private void addTo(
      ObjectNode.Builder object, MappingNode mapping, String path, String escaped, int depth) {
    Set<String> seen = new HashSet<>();
    for (NodeTuple tuple : mapping.getValue()) {
      if (!(tuple.getKeyNode() instanceof ScalarNode key) || key.getValue().isBlank()) {
        problem(tuple.getKeyNode(), "not a key");
        continue;
      }
      String below = path + key.getValue();
      if (!seen.add(key.getValue())) {
        problem(key, "the key " + below + " stands twice");
        continue;
      }
      String name = Config.Key.escapeName(key.getValue());
      switch (tuple.getValueNode()) {
        case Node node when isNull(node) -> {
          object.addValue(name, "");
          withoutValue.accept(escaped + name);
        }
        case Node node when depth == MAX_DEPTH -> problem(node, "nested too deeply");
        case ScalarNode scalar -> object.addValue(name, scalar.getValue());
        case SequenceNode sequence ->
            object.addList(name, listOf(sequence.getValue(), below, depth + 1));
        case MappingNode inner -> {
          var builder = ObjectNode.builder();
          addTo(builder, inner, below + ".", escaped + name + ".", depth + 1);
          object.addObject(name, builder.build());
        }
        case Node node -> problem(node, "not understood");
      }
    }
  }

  private ListNode listOf(List<Node> items, String path, int depth) {
    var list = ListNode.builder();
    for (Node item : items) {
      switch (item) {
        case Node node when depth == MAX_DEPTH -> problem(node, "nested too deeply");
        case ScalarNode scalar -> list.addValue(scalar.getValue());
        case SequenceNode sequence -> list.addList(listOf(sequence.getValue(), path, depth + 1));
        case MappingNode mapping -> {
          var builder = ObjectNode.builder();
          addTo(builder, mapping, path + "[].", path + "[].", depth + 1);
          list.addObject(builder.build());
        }
        case Node node -> problem(node, "not understood");
      }
    }
    return list.build();
  }

  /** The parser's reason, without the part that repeats what may be a password. */
  private static String whyNot(MarkedYAMLException e) {
    String reason = String.valueOf(e.getProblem());
    return UNDEFINED.matcher(reason).lookingAt()
        ? "a value that begins with * or ! must stand in quotes"
        : reason;
  }

  private static boolean isNull(Node node) {
    return node instanceof ScalarNode && node.getTag().equals(Tag.NULL);
  }

  private void problem(Node at, String text) {
    problems.accept("%s line %d: %s".formatted(file, at.getStartMark().getLine() + 1, text));
  }
}
