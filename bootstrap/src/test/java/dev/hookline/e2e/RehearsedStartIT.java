package dev.hookline.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Without what the build recorded, Hookline starts more slowly and nobody is told. */
class RehearsedStartIT {
  @Test
  void aStartBeginsWithWhatTheBuildRecorded(@TempDir Path folder) throws Exception {
    Path classes = folder.resolve("classes");
    try (HooklineProcess version =
        HooklineProcess.start(
            folder, Map.of("HOOKLINE_OPTS", "-Xlog:class+load:file=" + classes), "version")) {
      assertEquals(0, version.exitCode());
    }
    String main =
        Files.readAllLines(classes).stream()
            .filter(line -> line.contains(" dev.hookline.bootstrap.Main source:"))
            .findFirst()
            .orElseThrow();
    assertTrue(main.endsWith("source: shared objects file"), main);
  }
}
