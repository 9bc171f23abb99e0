package dev.hookline.bootstrap.run;

import dev.hookline.bootstrap.cli.ExitCode;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How long a process runs: until a signal asks it to stop (exit 0, which the JVM by itself would
 * not give, or 1 if it had to give something up), or until something in it finds that it cannot go
 * on. Closing is bound by the same grace either way.
 */
final class Lifetime {
  private static final Logger LOG = LoggerFactory.getLogger(Lifetime.class);

  private final CompletableFuture<Integer> end = new CompletableFuture<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Duration grace;
  private final IntConsumer halt;
  private final Thread onSignal;

  /**
   * @param grace how long closing may take before the process ends all the same
   */
  Lifetime(Duration grace) {
    this(grace, Runtime.getRuntime()::halt);
  }

  /**
   * @param halt ends the process with an exit code, whatever still runs
   */
  Lifetime(Duration grace, IntConsumer halt) {
    this.grace = grace;
    this.halt = halt;
    onSignal = new Thread(this::stop, "shutdown");
    Runtime.getRuntime().addShutdownHook(onSignal);
  }

  /**
   * Ends the process with this exit code once everything is closed, or after the grace; the first
   * call decides.
   */
  void end(int exitCode) {
    if (end.complete(exitCode)) {
      Thread.ofPlatform().daemon().name("grace").start(() -> giveUpAfterGrace(exitCode));
    }
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

  private void stop() {
    end(ExitCode.DONE);
    try {
      closed.await();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    // A JVM that a signal stops ends with 128 and the signal's number, however cleanly it stopped.
    halt.accept(end.join());
  }

  private void giveUpAfterGrace(int exitCode) {
    try {
      if (!closed.await(grace.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.warn("Still closing after {}: what is left is given up", grace);
        halt.accept(exitCode == ExitCode.DONE ? ExitCode.FAILED : exitCode);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
