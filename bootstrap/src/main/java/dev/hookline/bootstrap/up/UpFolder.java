package dev.hookline.bootstrap.up;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.hookline.domain.delivery.Service;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;

/**
 * The folder in which {@code up} keeps what outlives it: secrets, database, and while it runs,
 * where it can be reached. One process at a time owns it; others may look.
 */
public final class UpFolder implements AutoCloseable {
  /** The folder's name below the working folder, unless another is asked for. */
  public static final String NAME = ".hookline";

  private static final String RUN_FILE = "run.json";
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Path folder;
  private final FileChannel lock;

  private UpFolder(Path folder, FileChannel lock) {
    this.folder = folder;
    this.lock = lock;
  }

  /**
   * Makes the folder if need be, and takes hold of it.
   *
   * @throws FolderInUseException if another process has it
   * @throws UncheckedIOException if it cannot be made or written
   */
  public static UpFolder open(Path folder) {
    try {
      PrivateFiles.makeFolder(folder);
      Path real = folder.toRealPath();
      var channel =
          FileChannel.open(
              real.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (!tryLock(channel)) {
        channel.close();
        throw new FolderInUseException(real);
      }
      // What an up that was killed has left behind.
      Files.deleteIfExists(real.resolve(RUN_FILE));
      return new UpFolder(real, channel);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot use the folder " + folder, e);
    }
  }

  private static boolean tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException _) {
      return false;
    }
  }

  /** Where it is, without symbolic links. */
  public Path path() {
    return folder;
  }

  /** The service's own secret: made at random when it is first asked for, the same ever after. */
  public String secretFor(Service service) {
    return secretOf(folder, service)
        .orElseGet(
            () -> {
              byte[] random = new byte[32];
              new SecureRandom().nextBytes(random);
              String secret = HexFormat.of().formatHex(random);
              write(secretFile(folder, service), secret + "\n");
              return secret;
            });
  }

  /** The secret that an {@code up} of the folder has made for the service, if it has. */
  public static Optional<String> secretOf(Path folder, Service service) {
    return read(secretFile(folder, service)).map(String::strip).filter(text -> !text.isEmpty());
  }

  /** Lets others find this process until it closes the folder. */
  public void announce(RunFile running) {
    try {
      write(folder.resolve(RUN_FILE), JSON.writeValueAsString(running));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Where the {@code up} of the folder can be reached, if one runs. */
  public static Optional<RunFile> running(Path folder) {
    return read(folder.resolve(RUN_FILE)).flatMap(UpFolder::parse).filter(RunFile::isAlive);
  }

  private static Optional<RunFile> parse(String json) {
    try {
      return Optional.of(JSON.readValue(json, RunFile.class));
    } catch (JsonProcessingException _) {
      // Of another version: as good as none.
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    try (lock) {
      Files.deleteIfExists(folder.resolve(RUN_FILE));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot close the folder " + folder, e);
    }
  }

  private static Path secretFile(Path folder, Service service) {
    return folder.resolve(service.name() + ".secret");
  }

  private static Optional<String> read(Path file) {
    try {
      return Optional.of(Files.readString(file));
    } catch (NoSuchFileException _) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }

  private static void write(Path file, String text) {
    try {
      PrivateFiles.write(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
  }
}
