package dev.hookline.benchmark.load;

import java.io.IOException;
import java.util.List;

/**
 * What processes are started with, so that they run on certain processors: {@code taskset} and its
 * options, or nothing.
 *
 * @param product for Hookline and PostgreSQL
 * @param senders for everybody who loads them
 */
record Processors(List<String> product, List<String> senders) {
  /** All share the machine. */
  static final Processors SHARED = new Processors(List.of(), List.of());

  /**
   * Gives the product one half of the machine and the senders the other, this process among them:
   * what a flood costs its sender is then not taken from those who have to bear it.
   *
   * @throws BenchmarkException if there are not two processors, or this is not Linux
   */
  static Processors apart() {
    int all = Runtime.getRuntime().availableProcessors();
    if (all < 2) {
      throw new BenchmarkException("two processors are needed to keep senders apart (--shared)");
    }
    int half = (all + 1) / 2;
    var processors = new Processors(on(0, half), on(half, all));
    String list = processors.senders().getLast();
    String self = Long.toString(ProcessHandle.current().pid());
    try {
      int code =
          new ProcessBuilder("taskset", "--all-tasks", "--cpu-list", "--pid", list, self)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor();
      if (code != 0) {
        throw new BenchmarkException("taskset ended with %d (--shared)".formatted(code));
      }
    } catch (IOException e) {
      throw new BenchmarkException("senders are kept apart by taskset, of Linux (--shared)", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchmarkException("interrupted", e);
    }
    return processors;
  }

  private static List<String> on(int first, int end) {
    return List.of("taskset", "--cpu-list", "%d-%d".formatted(first, end - 1));
  }
}
