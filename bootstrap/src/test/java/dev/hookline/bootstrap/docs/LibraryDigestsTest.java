package dev.hookline.bootstrap.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Each library has the bytes that it had when its version was chosen, whatever repository it comes
 * from today: a checksum that a repository serves beside a file says no more than the file.
 */
class LibraryDigestsTest {
  /** As {@code sha256sum} writes it, in the order of the names. */
  private static final Path LIST = Path.of("src", "test", "resources", "libraries.sha256");

  @Test
  void everyLibraryIsTheOneThatWasChosen() throws Exception {
    List<String> found = libraries().map(LibraryDigestsTest::line).toList();
    assertTrue(found.size() > 50, "no libraries on the class path");
    assertEquals(Files.readString(LIST), String.join("\n", found) + "\n");
  }

  /** Of everything that ships and of what tests it: the class path without our own modules. */
  private static Stream<Path> libraries() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(Path::of)
        .filter(path -> path.toString().endsWith(".jar"))
        .filter(path -> !path.getFileName().toString().startsWith("hookline-"))
        .sorted((a, b) -> a.getFileName().compareTo(b.getFileName()))
        .distinct();
  }

  private static String line(Path library) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(library));
      return HexFormat.of().formatHex(digest) + "  " + library.getFileName();
    } catch (IOException | NoSuchAlgorithmException e) {
      throw new IllegalStateException("cannot digest " + library, e);
    }
  }
}
