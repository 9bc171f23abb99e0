package dev.hookline.queue.target;

import dev.hookline.application.dispatch.Command;
import dev.hookline.application.dispatch.CommandDispatcher;
import dev.hookline.application.format.EventFormat;
import dev.hookline.domain.pipeline.Outcome;
import dev.hookline.domain.pipeline.Outcome.Delivered;
import dev.hookline.domain.pipeline.Outcome.TryAgain;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The target {@code log}: one line of JSON per command, {@code
 * {"pipeline_id":…,"attempt":n,"event":{…}}}, taken once it is written and flushed. Lines of
 * concurrent commands never mix. Who waits for another's line, which a full pipe may hold up, gives
 * up when interrupted: it is not written later, after those that come behind it.
 */
public final class LogTarget implements CommandDispatcher {
  /** One for all: there may be several of these targets, and one standard output. */
  private static final ReentrantLock WRITING = new ReentrantLock();

  private final String name;
  private final EventFormat format;
  private final OutputStream out;

  /**
   * @param name as metrics show it
   * @param out where the lines go; not closed by this
   */
  public LogTarget(String name, EventFormat format, OutputStream out) {
    this.name = name;
    this.format = format;
    this.out = out;
  }

  @Override
  public String target() {
    return name;
  }

  @Override
  public Outcome dispatch(Command command) {
    byte[] line = CommandLine.of(command, format);
    try {
      WRITING.lockInterruptibly();
      try {
        out.write(line);
        out.flush();
      } finally {
        WRITING.unlock();
      }
      return new Delivered();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return new TryAgain("the log was not free in time");
    } catch (IOException e) {
      return new TryAgain("the log cannot be written: " + e.getMessage());
    }
  }
}
