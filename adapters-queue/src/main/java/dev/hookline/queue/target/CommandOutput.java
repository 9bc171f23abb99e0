package dev.hookline.queue.target;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * What a command says: read to the end, so that the command never waits for a full pipe; only the
 * beginning is kept.
 */
final class CommandOutput {
  /**
   * Line breaks and tabs may stand; the rest would steer a terminal or be refused by a database.
   */
  private static final Pattern CONTROL = Pattern.compile("[\\p{Cntrl}&&[^\\n\\t]]");

  private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
  private final CountDownLatch ended = new CountDownLatch(1);

  private CommandOutput() {}

  /** Begins to read. */
  static CommandOutput of(InputStream stream) {
    var output = new CommandOutput();
    Thread.ofVirtual().name("exec-output").start(() -> output.read(stream));
    return output;
  }

  private void read(InputStream stream) {
    byte[] part = new byte[8 * 1024];
    try (stream) {
      for (int n = stream.read(part); n >= 0; n = stream.read(part)) {
        kept.write(part, 0, Math.min(n, ExecTarget.MAX_OUTPUT - kept.size()));
      }
    } catch (IOException _) {
      // What was read so far is all there is to say.
    } finally {
      ended.countDown();
    }
  }

  /**
   * The beginning as text on lines of its own, or nothing; what is no UTF-8 and no printable
   * character shows as U+FFFD.
   *
   * @param patience how long the end is waited for; without it, what has come so far
   */
  String beginning(Duration patience) throws InterruptedException {
    boolean _ = ended.await(patience.toNanos(), TimeUnit.NANOSECONDS);
    String text = CONTROL.matcher(kept.toString(UTF_8).strip()).replaceAll("\uFFFD");
    return text.isEmpty() ? "" : "\n" + text;
  }
}
