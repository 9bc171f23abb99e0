package dev.hookline.queue.target;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hookline.application.dispatch.Command;
import dev.hookline.application.format.EventFormat;
import java.io.ByteArrayOutputStream;

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
    var line = new ByteArrayOutputStream(head.length + event.length + 2);
    line.writeBytes(head);
    line.writeBytes(event);
    line.write('}');
    line.write('\n');
    return line.toByteArray();
  }
}
