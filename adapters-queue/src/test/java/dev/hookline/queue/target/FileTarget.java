package dev.hookline.queue.target;

import dev.hookline.application.dispatch.Command;
import dev.hookline.application.dispatch.CommandDispatcher;
import dev.hookline.application.format.EventFormat;
import dev.hookline.domain.pipeline.Outcome;
import dev.hookline.domain.pipeline.Outcome.Delivered;
import dev.hookline.domain.pipeline.Outcome.TryAgain;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;

/**
 * The worked example of a new target on the page for architects: appends one line of JSON per
 * command to a file, taken once the line is on disk. A line that could be written in part only is
 * cut off again. The file has one writer.
 */
public final class FileTarget implements CommandDispatcher {
  /** Each write is on disk when it returns. */
  private static final String DURABLE = "rwd";

  private final Object oneAtATime = new Object();
  private final String name;
  private final Path file;
  private final EventFormat format;

  /**
   * @param name as metrics show it
   */
  public FileTarget(String name, Path file, EventFormat format) {
    this.name = name;
    this.file = file;
    this.format = format;
  }

  @Override
  public String target() {
    return name;
  }

  @Override
  public Outcome dispatch(Command command) {
    byte[] line = CommandLine.of(command, format);
    synchronized (oneAtATime) {
      // Not a channel: an attempt that takes too long is interrupted, which would close it in the
      // middle of a line.
      try (var out = new RandomAccessFile(file.toFile(), DURABLE)) {
        append(out, line);
        return new Delivered();
      } catch (IOException e) {
        return new TryAgain("the file cannot be written: " + e.getMessage());
      }
    }
  }

  private static void append(RandomAccessFile out, byte[] line) throws IOException {
    long end = out.length();
    out.seek(end);
    try {
      out.write(line);
    } catch (IOException e) {
      out.setLength(end);
      throw e;
    }
  }
}
