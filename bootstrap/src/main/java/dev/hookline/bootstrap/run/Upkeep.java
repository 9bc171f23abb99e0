package dev.hookline.bootstrap.run;

import dev.hookline.application.pipeline.StoreUnavailableException;
import dev.hookline.persistence.Database;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a worker does once an hour beside its work: makes the partitions of the coming days and
 * drops those that the retention has passed. Many workers may do so side by side.
 */
final class Upkeep implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);
  private static final Duration INTERVAL = Duration.ofHours(1);

  private final Database database;
  private final Duration retention;
  private final CountDownLatch closed = new CountDownLatch(1);

  private Upkeep(Database database, Duration retention) {
    this.database = database;
    this.retention = retention;
  }

  /**
   * Begins at once, on a thread of its own.
   *
   * @param retention how long settled history is kept
   */
  static Upkeep start(Database database, Duration retention) {
    var upkeep = new Upkeep(database, retention);
    Thread.ofVirtual().name("upkeep").start(upkeep::run);
    return upkeep;
  }

  private void run() {
    try {
      do {
        once();
      } while (!closed.await(INTERVAL.toSeconds(), TimeUnit.SECONDS));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void once() {
    try {
      database.openDays();
      int days = database.forget(retention);
      if (days > 0) {
        LOG.info("Dropped {} days of settled history older than {}", days, retention);
      }
    } catch (StoreUnavailableException e) {
      LOG.warn("Upkeep waits for the database: {}", e.getMessage());
    } catch (RuntimeException e) {
      LOG.error("Upkeep met a defect; it is tried again in an hour", e);
    }
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
