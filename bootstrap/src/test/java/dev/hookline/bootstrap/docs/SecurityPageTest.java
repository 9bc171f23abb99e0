package dev.hookline.bootstrap.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The security page points at tests that are there, and the README points at the page. */
class SecurityPageTest {
  private static final Path ROOT = Path.of("..");
  private static final Pattern TEST = Pattern.compile("`(\\w+(?:Test|IT))`");
  private static final Pattern HTTP2_OR_ENCODING =
      Pattern.compile(
          "<artifactId>helidon-(?:http-http2|webserver-http2|http-encoding-\\w+)</artifactId>");

  @Test
  void everyTestThatThePageNamesExists() throws IOException {
    var named = new TreeSet<String>();
    TEST.matcher(page()).results().forEach(match -> named.add(match.group(1)));
    assertFalse(named.isEmpty());
    named.removeAll(tests());
    assertEquals(Set.of(), named);
  }

  @Test
  void theReadmeLinksThePages() throws IOException {
    String readme = Files.readString(ROOT.resolve("README.md"));
    assertTrue(readme.contains("(bootstrap/docs/security.md)"));
    assertTrue(readme.contains("(bootstrap/docs/dependencies.md)"));
  }

  @Test
  void noPomAsksForHttp2OrContentEncodings() throws IOException {
    try (var files = Files.find(ROOT, 2, (path, _) -> path.endsWith("pom.xml"))) {
      for (Path pom : files.toList()) {
        assertFalse(HTTP2_OR_ENCODING.matcher(Files.readString(pom)).find(), pom.toString());
      }
    }
  }

  @Test
  void theClassPathHasNoHttp2AndNoContentEncodings() {
    ClassLoader classPath = SecurityPageTest.class.getClassLoader();
    assertTrue(classPath.getResource("io/helidon/webserver/http1/Http1Connection.class") != null);
    assertTrue(classPath.getResource("io/helidon/webserver/http2/Http2Connection.class") == null);
    assertTrue(classPath.getResource("io/helidon/http/encoding/gzip/GzipEncoding.class") == null);
    assertTrue(
        classPath.getResource("io/helidon/http/encoding/deflate/DeflateEncoding.class") == null);
  }

  private static String page() throws IOException {
    return Files.readString(Path.of("docs", "security.md"));
  }

  private static Set<String> tests() throws IOException {
    try (var files =
        Files.find(
            ROOT,
            20,
            (path, _) ->
                path.toString().contains("/src/test/java/") && path.toString().endsWith(".java"))) {
      return files
          .map(path -> path.toString().replaceAll(".*/|\\.java$", ""))
          .collect(Collectors.toSet());
    }
  }
}
