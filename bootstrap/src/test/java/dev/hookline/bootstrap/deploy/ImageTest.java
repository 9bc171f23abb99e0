package dev.hookline.bootstrap.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The image has everything that it copies, runs as nobody in particular, and has one version. */
class ImageTest {
  private static final Path ROOT = Path.of("..");
  private static final Pattern TAG = Pattern.compile("\\bhookline:(\\d[\\w.-]*)");
  private static final Pattern COPIED = Pattern.compile("/src/(\\S+)");
  private static final Pattern VERSION =
      Pattern.compile("<artifactId>hookline</artifactId>\\s*<version>([^<-]+)");

  @Test
  void everyFileNamesTheVersionThatIsBuilt() throws IOException {
    var pom = VERSION.matcher(Files.readString(ROOT.resolve("pom.xml")));
    assertTrue(pom.find());
    var versions = new HashSet<String>();
    for (Path file :
        List.of(
            DeployFile.of("Dockerfile").path(),
            DeployFile.of("compose", "compose.yaml").path(),
            Path.of("docs", "deployment.md"))) {
      List<String> tags =
          TAG.matcher(Files.readString(file)).results().map(tag -> tag.group(1)).toList();
      assertFalse(tags.isEmpty(), file::toString);
      versions.addAll(tags);
    }
    JsonNode images = DeployFile.of("kubernetes", "kustomization.yaml").document().path("images");
    versions.add(images.path(0).path("newTag").asText());
    assertEquals(Set.of(pom.group(1)), versions);
  }

  @Test
  void everythingThatIsCopiedIsThereOrBuilt() throws IOException {
    List<String> copied =
        DeployFile.of("Dockerfile")
            .text()
            .lines()
            .filter(line -> line.startsWith("COPY --from=jar"))
            .flatMap(line -> COPIED.matcher(line).results())
            .map(MatchResult::group)
            .map(path -> path.substring("/src/".length()))
            .toList();
    assertTrue(copied.contains("bootstrap/target/hookline.jar"), copied::toString);
    for (String path : copied) {
      assertTrue(path.contains("/target/") || Files.isExecutable(ROOT.resolve(path)), path);
    }
  }

  @Test
  void itRunsAsANumberThatIsNotRoots() throws IOException {
    List<String> users =
        DeployFile.of("Dockerfile").text().lines().filter(line -> line.startsWith("USER")).toList();
    assertEquals(List.of("USER 10001:10001"), users);
  }

  /** The list of what may go in begins with nothing, so that no deployment's secret does. */
  @Test
  void whatGoesIntoTheBuildIsListed() throws IOException {
    List<String> lines =
        Files.readAllLines(ROOT.resolve(".dockerignore")).stream()
            .filter(line -> !line.startsWith("#"))
            .toList();
    assertEquals("*", lines.getFirst());
    // At any depth, target is also the name of a package.
    assertTrue(lines.contains("*/target"));
    assertFalse(lines.stream().anyMatch(line -> line.startsWith("**")), lines::toString);
    assertTrue(lines.indexOf("bootstrap/deploy") > lines.indexOf("!bootstrap"));
    Set<String> deploy =
        Set.copyOf(lines.stream().filter(line -> line.startsWith("!bootstrap/deploy")).toList());
    assertEquals(Set.of("!bootstrap/deploy/docker"), deploy);
    try (var files = Files.list(DeployFile.FOLDER.resolve("docker"))) {
      assertEquals(List.of("healthy"), files.map(file -> file.getFileName().toString()).toList());
    }
  }

  /** A file of a deployment is taken from wherever the reader's machine takes its images. */
  @Test
  void noFileNamesARegistry() throws IOException {
    try (var files = Files.walk(DeployFile.FOLDER)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        for (String line : Files.readAllLines(file)) {
          if (line.strip().startsWith("image:") || line.startsWith("FROM ")) {
            String name = line.strip().split(" ", -1)[1];
            String first = name.contains("/") ? name.substring(0, name.indexOf('/')) : "";
            assertFalse(first.contains(".") || first.contains(":"), () -> file + ": " + line);
          }
        }
      }
    }
    assertTrue(
        Arrays.stream(DeployFile.of("Dockerfile").text().split("\n", -1))
            .anyMatch(line -> line.startsWith("FROM ")));
  }
}
