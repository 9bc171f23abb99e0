package dev.hookline.bootstrap.run;

import dev.hookline.application.pipeline.StoreUnavailableException;
import dev.hookline.application.secret.SecretEvidence;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts an intake's evidence of its secrets on record, once a minute and at the end. */
final class SecretRecorder implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SecretRecorder.class);
  private static final Duration INTERVAL = Duration.ofMinutes(1);

  private final SecretEvidence evidence;
  private final CountDownLatch closed = new CountDownLatch(1);

  private SecretRecorder(SecretEvidence evidence) {
    this.evidence = evidence;
  }

  /** Begins on a thread of its own. */
  static SecretRecorder start(SecretEvidence evidence) {
    var recorder = new SecretRecorder(evidence);
    Thread.ofVirtual().name("secret-recorder").start(recorder::run);
    return recorder;
  }

  private void run() {
    try {
      while (!closed.await(INTERVAL.toSeconds(), TimeUnit.SECONDS)) {
        once();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void once() {
    try {
      evidence.putOnRecord();
    } catch (StoreUnavailableException e) {
      LOG.warn("Evidence of secrets waits for the database: {}", e.getMessage());
    } catch (RuntimeException e) {
      LOG.error("Evidence of secrets met a defect; it is tried again in a minute", e);
    }
  }

  /** Puts the rest on record, if the database is there. */
  @Override
  public void close() {
    closed.countDown();
    once();
  }
}
