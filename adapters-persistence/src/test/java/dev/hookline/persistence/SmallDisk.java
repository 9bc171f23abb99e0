package dev.hookline.persistence;

import dev.hookline.testing.Requirement;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A disk in memory that is soon full; a {@link Requirement} of whoever wants one. */
final class SmallDisk implements AutoCloseable {
  private static final int MEBIBYTE = 1 << 20;

  private final Path place;
  private final Path room;
  private final Path filler;

  private SmallDisk(Path place) {
    this.place = place;
    room = place.resolve("room");
    filler = place.resolve("filler");
  }

  /**
   * @param place a folder that does not exist
   */
  static SmallDisk mount(Path place, int mebibytes) {
    Requirement.met(
        "root".equals(System.getProperty("user.name")), "only root mounts a disk that can be full");
    try {
      Files.createDirectory(place);
      int exit =
          run(
              "mount",
              "-t",
              "tmpfs",
              "-o",
              "size=%dm".formatted(mebibytes),
              "tmpfs",
              place.toString());
      Requirement.met(exit == 0, "nothing may be mounted here");
      var disk = new SmallDisk(place);
      Files.createDirectory(disk.room);
      return disk;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** An empty folder on it. */
  Path room() {
    return room;
  }

  /** Leaves no room on it. */
  void fill() {
    try (var out = Files.newOutputStream(filler)) {
      var nothing = new byte[MEBIBYTE];
      while (true) {
        out.write(nothing);
      }
    } catch (IOException _) {
      // It is full.
    }
  }

  void makeRoom() {
    try {
      Files.delete(filler);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    run("umount", "-l", place.toString());
  }

  private static int run(String... line) {
    try {
      return new ProcessBuilder(List.of(line))
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
