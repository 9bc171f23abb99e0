package dev.hookline.queue.target;

import dev.hookline.application.dispatch.Command;
import dev.hookline.application.dispatch.CommandDispatcher;
import dev.hookline.application.format.EventFormat;
import dev.hookline.domain.pipeline.Outcome;
import dev.hookline.domain.pipeline.Outcome.Delivered;
import dev.hookline.domain.pipeline.Outcome.TryAgain;
import java.io.IOException;
import java.io.OutputStream;

/**
 * The target {@code log}: one line of JSON per command, {@code
 * {"pipeline_id":…,"attempt":n,"event":{…}}}, taken once it is written and flushed. Lines of
 * concurrent commands never mix.
 */
public final class LogTarget implements CommandDispatcher {
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
      synchronized (out) {
        out.write(line);
        out.flush();
      }
      return new Delivered();
    } catch (IOException e) {
      return new TryAgain("the log cannot be written: " + e.getMessage());
    }
  }
}
