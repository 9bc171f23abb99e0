package dev.hookline.bootstrap.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** One of the files that are shipped for running Hookline. */
record DeployFile(Path path) {
  static final Path FOLDER = Path.of("deploy");
  private static final ObjectMapper JSON = new ObjectMapper();

  static DeployFile of(String... names) {
    Path path = FOLDER;
    for (String name : names) {
      path = path.resolve(name);
    }
    return new DeployFile(path);
  }

  String text() throws IOException {
    return Files.readString(path);
  }

  JsonNode json() throws IOException {
    return JSON.readTree(text());
  }

  /** The YAML documents in it, aliases and merges resolved. */
  List<JsonNode> documents() throws IOException {
    var options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    var documents = new ArrayList<JsonNode>();
    for (Object document : new Yaml(new SafeConstructor(options)).loadAll(text())) {
      documents.add(JSON.valueToTree(document));
    }
    return documents;
  }

  /** Its only YAML document. */
  JsonNode document() throws IOException {
    List<JsonNode> documents = documents();
    if (documents.size() != 1) {
      throw new IOException("%s has %d documents".formatted(path, documents.size()));
    }
    return documents.getFirst();
  }
}
