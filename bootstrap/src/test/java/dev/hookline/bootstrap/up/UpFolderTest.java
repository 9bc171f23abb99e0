package dev.hookline.bootstrap.up;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.domain.delivery.Service;
import dev.hookline.testing.Requirement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UpFolderTest {
  private static final Service GITHUB = new Service("github");

  @TempDir private Path parent = Path.of("");
  private Path folder = Path.of("");

  @BeforeEach
  void name() {
    folder = parent.resolve(".hookline");
  }

  @Test
  void aSecretIsMadeOnceForEachService() {
    String first;
    try (UpFolder up = UpFolder.open(folder)) {
      first = up.secretFor(GITHUB);
      assertTrue(first.matches("[0-9a-f]{64}"), "32 bytes in hex");
      assertNotEquals(first, up.secretFor(new Service("slack")));
    }
    try (UpFolder up = UpFolder.open(folder)) {
      assertEquals(first, up.secretFor(GITHUB));
    }
    assertEquals(Optional.of(first), UpFolder.secretOf(folder, GITHUB));
    assertEquals(Optional.empty(), UpFolder.secretOf(folder, new Service("linear")));
  }

  @Test
  void nobodyElseMayReadIt() throws IOException {
    try (UpFolder up = UpFolder.open(folder)) {
      up.secretFor(GITHUB);
      assertEquals("rwx------", mode(folder));
      assertEquals("rw-------", mode(folder.resolve("github.secret")));
    }
  }

  @Test
  void twoCannotHaveIt() {
    try (var first = UpFolder.open(folder)) {
      assertThrows(FolderInUseException.class, () -> UpFolder.open(first.path()));
    }
    UpFolder.open(folder).close();
  }

  @Test
  void whoeverRunsCanBeFoundUntilItStops() {
    try (UpFolder up = UpFolder.open(folder)) {
      assertEquals(Optional.empty(), UpFolder.running(folder));
      var here = RunFile.ofThisProcess("http://i", "http://a", "jdbc:postgresql://d", "me", "pw");
      up.announce(here);
      assertEquals(Optional.of(here), UpFolder.running(folder));
      assertFalse(here.toString().contains("pw"), "shows the password");
    }
    assertEquals(Optional.empty(), UpFolder.running(folder));
  }

  @Test
  void theFileOfAProcessThatIsGoneCountsAsNone() {
    try (UpFolder up = UpFolder.open(folder)) {
      long pid = ProcessHandle.current().pid();
      up.announce(new RunFile("http://i", "http://a", "jdbc:x", "me", "pw", pid, 1));
      assertEquals(Optional.empty(), UpFolder.running(folder));
    }
  }

  @Test
  void noClockTellsWhenItBegan() throws IOException {
    Path stat = Path.of("/proc/self/stat");
    Requirement.met(Files.exists(stat), "no " + stat + " here");
    long startedAt = RunFile.ofThisProcess("http://i", "http://a", "jdbc:x", "u", "p").startedAt();
    assertTrue(startedAt > 0);
    assertTrue(Files.readString(stat).contains(" %d ".formatted(startedAt)), "at " + startedAt);
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, http://127.0.0.1:8080",
    "0.0.0.0, http://127.0.0.1:8080",
    "::, http://127.0.0.1:8080",
    "[::], http://127.0.0.1:8080",
    "::1, http://[::1]:8080",
    "[::1], http://[::1]:8080",
    "hooks.example, http://hooks.example:8080"
  })
  void whatListensIsNamedAsThisMachineReachesIt(String host, String url) {
    assertEquals(url, RunFile.url(host, 8080));
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}
