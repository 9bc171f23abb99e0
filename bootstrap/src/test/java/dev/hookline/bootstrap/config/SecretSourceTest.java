package dev.hookline.bootstrap.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretSourceTest {
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 10);

  @TempDir private Path folder = Path.of("");
  private Path file = Path.of("");

  @BeforeEach
  void write() throws IOException {
    file = Files.writeString(folder.resolve("secret"), "first-secret\n");
  }

  @Test
  void aChangedFileIsTakenUpWithinASecondOfAsking() throws IOException {
    var source = SecretSource.inFile(file, true, nanos::get);
    Files.writeString(file, "second-secret\nfirst-secret\n");

    pass(Duration.ofMillis(900));
    assertEquals(List.of("first-secret"), source.get());
    pass(Duration.ofMillis(100));
    assertEquals(List.of("second-secret", "first-secret"), source.get());
  }

  @Test
  void aFilePutInItsPlaceIsTakenUp() throws IOException {
    var source = SecretSource.inFile(file, false, nanos::get);
    Path other = Files.writeString(folder.resolve("other"), "other-secret\n");
    Files.setLastModifiedTime(other, Files.getLastModifiedTime(file));
    Files.move(other, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);

    pass(Duration.ofSeconds(1));
    assertEquals("other-secret", source.first());
  }

  @Test
  void aFileThatIsGoneOrEmptyKeepsTheLastGoodValue() throws IOException {
    var source = SecretSource.inFile(file, true, nanos::get);
    Files.delete(file);
    pass(Duration.ofSeconds(1));
    assertEquals(List.of("first-secret"), source.get());
    Files.writeString(file, "\n");
    pass(Duration.ofSeconds(1));
    assertEquals(List.of("first-secret"), source.get());
    Files.writeString(file, "third-secret");
    pass(Duration.ofSeconds(1));
    assertEquals(List.of("third-secret"), source.get());
  }

  @Test
  void aFileWhoseNewValueDoesNotPassKeepsTheLastGoodOne() throws IOException {
    var source = SecretSource.inFile(file, false, nanos::get).requiring(this::requireSecret);
    Files.writeString(file, "nonsense");
    pass(Duration.ofSeconds(1));
    assertEquals("first-secret", source.first());
    Files.writeString(file, "another-secret");
    pass(Duration.ofSeconds(1));
    assertEquals("another-secret", source.first());
  }

  @Test
  void aSecretThatDoesNotPassNowIsRefused() throws IOException {
    Files.writeString(file, "nonsense");
    var source = SecretSource.inFile(file, false, nanos::get);
    assertThrows(IllegalArgumentException.class, () -> source.requiring(this::requireSecret));
  }

  private void requireSecret(String secret) {
    if (!secret.endsWith("-secret")) {
      throw new IllegalArgumentException("not a secret of these tests");
    }
  }

  @Test
  void oneSecretKeepsItsCommasAndBlanks() throws IOException {
    Files.writeString(file, " a, b \r\n");
    assertEquals(" a, b ", SecretSource.inFile(file, false, nanos::get).first());
  }

  @Test
  void anEmptySecretIsRefused() throws IOException {
    Files.writeString(file, "");
    assertThrows(IllegalArgumentException.class, () -> SecretSource.inFile(file, true, nanos::get));
    assertThrows(IllegalArgumentException.class, () -> SecretSource.of(List.of(" ")));
    assertThrows(IllegalArgumentException.class, () -> SecretSource.of(List.of()));
  }

  @Test
  void itIsNeverShown() {
    assertFalse(SecretSource.of(List.of("hush-hush")).toString().contains("hush"));
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }
}
