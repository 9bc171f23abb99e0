package dev.hookline.bootstrap.run;

import java.util.ArrayDeque;
import java.util.Deque;
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

  @Override
  public void close() {
    for (var next = open.poll(); next != null; next = open.poll()) {
      try {
        next.close();
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      } catch (Exception e) {
        LOG.error("{} did not close cleanly", next.getClass().getSimpleName(), e);
      }
    }
  }
}
