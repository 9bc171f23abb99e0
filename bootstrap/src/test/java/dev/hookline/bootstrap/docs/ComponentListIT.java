package dev.hookline.bootstrap.docs;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The published list of components says what is in the jar. */
class ComponentListIT {
  private static final Path TARGET = Path.of("target");
  private static final String OURS = "dev.hookline";

  /** By the name of the file that each comes in. */
  private static Map<String, JsonNode> components = Map.of();

  private static Map<String, Path> classPath = Map.of();

  @BeforeAll
  static void read() throws IOException {
    JsonNode list = new JsonMapper().readTree(TARGET.resolve("hookline-sbom.json").toFile());
    components =
        StreamSupport.stream(list.path("components").spliterator(), false)
            .collect(Collectors.toMap(ComponentListIT::fileName, Function.identity()));
    classPath =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .filter(entry -> entry.endsWith(".jar"))
            .map(Path::of)
            .collect(
                Collectors.toMap(
                    path -> path.getFileName().toString(), Function.identity(), (one, _) -> one));
  }

  private static String fileName(JsonNode component) {
    return component.path("name").textValue()
        + "-"
        + component.path("version").textValue()
        + ".jar";
  }

  @Test
  void everyClassInTheJarIsOursOrOfAComponent() throws IOException {
    var origin = new TreeMap<String, String>();
    for (String name : foreign()) {
      for (String entry : classes(file(name))) {
        origin.put(entry, name);
      }
    }

    Set<String> unknown = new TreeSet<>(classes(TARGET.resolve("hookline.jar")));
    assertTrue(unknown.size() > 5_000, "only " + unknown.size() + " classes");
    unknown.removeIf(entry -> entry.startsWith("dev/hookline/"));
    unknown.removeAll(origin.keySet());

    assertEquals(Set.of(), unknown);
  }

  @Test
  void everyComponentHasTheDigestOfItsFileAndALicense() throws Exception {
    for (String name : foreign()) {
      assertEquals(sha256(file(name)), digest(component(name)), name);
      assertTrue(component(name).path("licenses").size() > 0, name);
      assertTrue(component(name).path("purl").textValue().startsWith("pkg:maven/"), name);
    }
  }

  /** The files of the components that are not ours; all of them are on the class path. */
  private static Collection<String> foreign() {
    List<String> foreign =
        components.entrySet().stream()
            .filter(entry -> !entry.getValue().path("group").textValue().equals(OURS))
            .map(Map.Entry::getKey)
            .toList();
    var missing = new TreeSet<>(foreign);
    missing.removeAll(classPath.keySet());
    assertEquals(Set.of(), missing);
    return foreign;
  }

  private static Path file(String name) {
    return requireNonNull(classPath.get(name), name);
  }

  private static JsonNode component(String name) {
    return requireNonNull(components.get(name), name);
  }

  private static List<String> classes(Path jar) throws IOException {
    try (var file = new JarFile(jar.toFile())) {
      return file.stream()
          .map(ZipEntry::getName)
          .filter(name -> name.endsWith(".class") && !name.endsWith("module-info.class"))
          .toList();
    }
  }

  private static String sha256(Path file) throws IOException, NoSuchAlgorithmException {
    return HexFormat.of()
        .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
  }

  private static String digest(JsonNode component) {
    for (JsonNode hash : component.path("hashes")) {
      if (hash.path("alg").textValue().equals("SHA-256")) {
        return hash.path("content").textValue();
      }
    }
    return "none";
  }
}
