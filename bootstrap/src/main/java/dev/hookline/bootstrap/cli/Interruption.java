package dev.hookline.bootstrap.cli;

import dev.hookline.bootstrap.load.LoadRun;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a signal does to a load run: stop it and let its figures be printed, and only then end the
 * process, which the JVM by itself would do in the middle.
 */
final class Interruption implements AutoCloseable {
  /** How long a signal waits for what is under way, a little more than an answer may take. */
  private static final Duration GRACE = Duration.ofSeconds(35);

  private final CountDownLatch printed = new CountDownLatch(1);
  private final Thread onSignal;
  private volatile boolean come;
  private volatile @Nullable Thread waiting;
  private volatile int exitCode = ExitCode.FAILED;

  Interruption(LoadRun run) {
    onSignal = new Thread(() -> stop(run), "shutdown");
    Runtime.getRuntime().addShutdownHook(onSignal);
  }

  boolean hasCome() {
    return come;
  }

  /** The run is over: from now on it is this thread that has to be stopped. */
  void alsoEnds(Thread thread) {
    waiting = thread;
  }

  int ends(int code) {
    exitCode = code;
    return code;
  }

  private void stop(LoadRun run) {
    come = true;
    run.stop();
    Thread inCheck = waiting;
    if (inCheck != null) {
      inCheck.interrupt();
    }
    try {
      if (!printed.await(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
        exitCode = ExitCode.FAILED;
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().halt(exitCode);
  }

  @Override
  public void close() {
    printed.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(onSignal);
    } catch (IllegalStateException _) {
      // It is running: a signal has come.
    }
  }
}
