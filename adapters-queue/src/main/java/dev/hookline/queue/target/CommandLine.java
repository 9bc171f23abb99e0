package dev.hookline.queue.target;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hookline.application.dispatch.Command;
import dev.hookline.application.format.EventFormat;
import java.util.Arrays;

/** A command as one line of JSON: {@code {"pipeline_id":…,"attempt":n,"event":{…}}}. */
final class CommandLine {
  private CommandLine() {}

  /** The line with its line end. */
  static byte[] of(Command command, EventFormat format) {
    byte[] event = format.encode(command.event());
    byte[] head =
        "{\"pipeline_id\":\"%s\",\"attempt\":%d,\"event\":"
            .formatted(command.id(), command.attempt())
            .getBytes(UTF_8);
    // Of the right length at once: an event may be large.
    byte[] line = Arrays.copyOf(head, head.length + event.length + 2);
    System.arraycopy(event, 0, line, head.length, event.length);
    line[line.length - 2] = '}';
    line[line.length - 1] = '\n';
    return line;
  }
}
