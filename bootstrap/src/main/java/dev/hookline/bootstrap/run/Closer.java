package dev.hookline.bootstrap.run;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Closes what was added, the last one first; one that fails does not keep the others open. */
final class Closer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Closer.class);

  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  /** Closes it with the others, and gives it back. */
  <T extends AutoCloseable> T add(T closeable) {
    open.push(closeable);
    return closeable;
  }

  /** Closes them at the same time as each other: each has the whole of the time that there is. */
  void addTogether(AutoCloseable... closeables) {
    open.push(
        () -> {
          List<Thread> threads =
              Arrays.stream(closeables)
                  .map(
                      closeable -> Thread.ofPlatform().name("closer").start(() -> close(closeable)))
                  .toList();
          for (Thread thread : threads) {
            thread.join();
          }
        });
  }

  @Override
  public void close() {
    for (var next = open.poll(); next != null; next = open.poll()) {
      close(next);
    }
  }

  private static void close(AutoCloseable closeable) {
    try {
      closeable.close();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      LOG.error("{} did not close cleanly", closeable.getClass().getSimpleName(), e);
    }
  }
}
