package dev.hookline.bootstrap.run;

import dev.hookline.bootstrap.cli.ExitCode;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How long a process runs: until a signal asks it to stop (exit 0, which the JVM by itself would
 * not give, or 1 if it had to give something up), or until something in it finds that it cannot go
 * on.
 */
final class Lifetime {
  private static final Logger LOG = LoggerFactory.getLogger(Lifetime.class);

  private final CompletableFuture<Integer> end = new CompletableFuture<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread onSignal;

  /**
   * @param grace how long closing may take after a signal before the process ends all the same
   */
  Lifetime(Duration grace) {
    onSignal = new Thread(() -> stop(grace), "shutdown");
    Runtime.getRuntime().addShutdownHook(onSignal);
  }

  /** Ends the process with this exit code once everything is closed; the first call decides. */
  void end(int exitCode) {
    end.complete(exitCode);
  }

  /** Waits for the end, closes everything, and gives the exit code. */
  int run(Closer closer) {
    int exitCode;
    try (closer) {
      exitCode = end.join();
    }
    closed.countDown();
    return exitCode;
  }

  /** The start has failed: nothing is left to wait for. */
  void abandon() {
    closed.countDown();
    // A signal that came during the start has completed it already, and its hook ends the process.
    if (!end.isDone()) {
      Runtime.getRuntime().removeShutdownHook(onSignal);
    }
  }

  private void stop(Duration grace) {
    end(ExitCode.DONE);
    int exitCode = end.join();
    try {
      if (!closed.await(grace.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.warn("Still closing after {}: what is left is given up", grace);
        exitCode = exitCode == ExitCode.DONE ? ExitCode.FAILED : exitCode;
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    // A JVM that a signal stops ends with 128 and the signal's number, however cleanly it stopped.
    Runtime.getRuntime().halt(exitCode);
  }
}
