package dev.hookline.benchmark.load;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The processes that were started and run; closing stops them, the last one first, and lets nothing
 * more start. Safe for use by several threads, since a signal closes as well.
 */
final class Children implements AutoCloseable {
  private static final long GRACE_SECONDS = 10;
  private static final int TOLD_LINES = 8;

  private final Deque<Process> running = new ArrayDeque<>();
  private boolean closed;

  synchronized Process start(ProcessBuilder builder) {
    if (closed) {
      throw new BenchmarkException("stopped");
    }
    running.removeIf(process -> !process.isAlive());
    try {
      Process process = builder.start();
      process.getOutputStream().close();
      running.push(process);
      return process;
    } catch (IOException e) {
      throw new BenchmarkException("cannot run " + builder.command().getFirst(), e);
    }
  }

  /**
   * Runs a program to its end.
   *
   * @param log takes what it complains of
   * @return its standard output
   * @throws BenchmarkException if it does not end with one of the codes
   */
  String run(ProcessBuilder builder, Path log, Integer... codes) {
    Process process = start(builder.redirectError(log.toFile()));
    try {
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int code = process.waitFor();
      if (!List.of(codes).contains(code)) {
        throw new BenchmarkException(
            "%s ended with %d: %s"
                .formatted(builder.command().getFirst(), code, tail(log) + output.strip()));
      }
      return output;
    } catch (IOException e) {
      throw new BenchmarkException("cannot read from " + builder.command().getFirst(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchmarkException("interrupted", e);
    }
  }

  /** The last lines of a log. */
  static String tail(Path log) {
    try {
      List<String> lines = Files.readAllLines(log, StandardCharsets.ISO_8859_1);
      return String.join("\n", lines.subList(Math.max(0, lines.size() - TOLD_LINES), lines.size()));
    } catch (IOException _) {
      return "(no log)";
    }
  }

  /** Asks the process to end, and ends it if it does not. */
  static void stop(Process process) {
    process.destroy();
    try {
      if (!process.waitFor(GRACE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException _) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    running.forEach(Process::destroy);
    running.forEach(Children::stop);
    running.clear();
  }
}
