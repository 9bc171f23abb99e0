package dev.hookline.bootstrap.up;

import java.nio.file.Path;

/** Another {@code up} runs in the folder. */
public final class FolderInUseException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  FolderInUseException(Path folder) {
    super("another hookline up runs in %s".formatted(folder));
  }
}
