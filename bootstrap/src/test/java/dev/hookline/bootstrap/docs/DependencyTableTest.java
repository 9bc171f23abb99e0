package dev.hookline.bootstrap.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.SAXException;

/** Each library that a pom names is in the table with its version and a reason, and no other is. */
class DependencyTableTest {
  private static final Path ROOT = Path.of("..");
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| `([^`]+:[^`]+)` \\| (\\S+) \\| (?:ship|build|test) \\| \\S.+ \\|$");
  private static final Pattern LINE = Pattern.compile("(?m)^\\| `.*$");

  @Test
  void theTableHasWhatThePomsHave() throws Exception {
    assertEquals(lines(named()), lines(table()));
  }

  @Test
  void everyRowGivesAReason() throws IOException {
    assertEquals(LINE.matcher(page()).results().count(), table().size());
  }

  private static String lines(Map<String, String> versions) {
    return String.join(
        "\n", versions.entrySet().stream().map(of -> of.getKey() + " " + of.getValue()).toList());
  }

  private static Map<String, String> table() throws IOException {
    var table = new TreeMap<String, String>();
    ROW.matcher(page()).results().forEach(row -> table.put(row.group(1), row.group(2)));
    return table;
  }

  private static String page() throws IOException {
    return Files.readString(Path.of("docs", "dependencies.md"));
  }

  private static Map<String, String> named() throws Exception {
    Document root = pom(ROOT.resolve("pom.xml"));
    Map<String, String> managed = managed(root);
    var poms = new ArrayList<>(List.of(root));
    for (Element module : elements(root, "module")) {
      poms.add(pom(ROOT.resolve(module.getTextContent()).resolve("pom.xml")));
    }
    var named = new TreeMap<String, String>();
    for (Document pom : poms) {
      for (Element dependency : elements(pom, "dependency")) {
        // A plugin's lists of what its analysis ignores have dependencies without an artifact id.
        if (!isManagement(dependency)
            && !isPlugins(dependency)
            && dependency.getElementsByTagName("artifactId").getLength() == 1
            && !child(dependency, "groupId").equals("dev.hookline")) {
          String name = child(dependency, "groupId") + ":" + child(dependency, "artifactId");
          named.put(name, version(name, managed));
        }
      }
    }
    return named;
  }

  private static boolean isManagement(Element dependency) {
    return dependency.getParentNode().getParentNode().getNodeName().equals("dependencyManagement");
  }

  private static boolean isPlugins(Element dependency) {
    return dependency.getParentNode().getParentNode().getNodeName().equals("plugin");
  }

  private static Map<String, String> managed(Document root) {
    var managed = new TreeMap<String, String>();
    for (Element dependency : elements(root, "dependency")) {
      if (isManagement(dependency)) {
        String property = child(dependency, "version").replaceAll("[${}]", "");
        String version =
            property.startsWith("project.")
                ? property
                : elements(root, property).getFirst().getTextContent();
        managed.put(child(dependency, "groupId") + ":" + child(dependency, "artifactId"), version);
      }
    }
    return managed;
  }

  /** The version named for it, else that of the bill of materials whose group is the closest. */
  private static String version(String name, Map<String, String> managed) {
    if (managed.containsKey(name)) {
      return managed.get(name);
    }
    String group = name.substring(0, name.indexOf(':')) + ".";
    return managed.entrySet().stream()
        .filter(bom -> bom.getKey().endsWith("-bom"))
        .filter(bom -> group.startsWith(bom.getKey().substring(0, bom.getKey().indexOf(':')) + "."))
        .max(Comparator.comparingInt(bom -> bom.getKey().indexOf(':')))
        .orElseThrow(() -> new AssertionError("no version is managed for " + name))
        .getValue();
  }

  private static Document pom(Path file)
      throws ParserConfigurationException, IOException, SAXException {
    return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile());
  }

  private static List<Element> elements(Document pom, String tag) {
    var found = pom.getElementsByTagName(tag);
    return IntStream.range(0, found.getLength()).mapToObj(i -> (Element) found.item(i)).toList();
  }

  private static String child(Element of, String tag) {
    return of.getElementsByTagName(tag).item(0).getTextContent();
  }
}
