package dev.hookline.bootstrap.run;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class StallWatchTest {
  private static final Duration LIMIT = Duration.ofMillis(100);
  private static final Duration LONG_AGO = Duration.ofHours(1);

  private final CountDownLatch stalled = new CountDownLatch(1);

  @Test
  void aWorkerThatStandsStillBesideALivingDatabaseIsStalled() throws InterruptedException {
    try (var _ = StallWatch.start(() -> LONG_AGO, () -> true, LIMIT, stalled::countDown)) {
      assertTrue(stalled.await(10, TimeUnit.SECONDS));
    }
  }

  @Test
  void aDefectInALookDoesNotEndTheWatch() throws InterruptedException {
    var looks = new AtomicInteger();
    try (var _ =
        StallWatch.start(
            () -> LONG_AGO,
            () -> {
              if (looks.getAndIncrement() == 0) {
                throw new IllegalStateException("a defect");
              }
              return true;
            },
            LIMIT,
            stalled::countDown)) {
      assertTrue(stalled.await(10, TimeUnit.SECONDS));
    }
  }

  @Test
  void aWorkerThatWaitsForItsDatabaseIsNot() throws InterruptedException {
    var looks = new AtomicInteger();
    var looked = new CountDownLatch(50);
    try (var _ =
        StallWatch.start(
            () -> LONG_AGO,
            () -> {
              looked.countDown();
              // Back for a moment now and then: not long enough to blame the worker.
              return looks.incrementAndGet() % 5 == 0;
            },
            LIMIT,
            stalled::countDown)) {
      assertTrue(looked.await(10, TimeUnit.SECONDS));
      assertFalse(stalled.await(0, TimeUnit.SECONDS));
    }
  }

  @Test
  void aProcessThatIsSuspendedIsNot() throws InterruptedException {
    var looked = new CountDownLatch(4);
    try (var _ =
        StallWatch.start(
            () -> LONG_AGO,
            () -> {
              LockSupport.parkNanos(LIMIT.toNanos() * 2);
              looked.countDown();
              return true;
            },
            LIMIT,
            stalled::countDown)) {
      assertTrue(looked.await(10, TimeUnit.SECONDS));
      assertFalse(stalled.await(0, TimeUnit.SECONDS));
    }
  }

  @Test
  void aWorkerThatComesRoundIsNot() throws InterruptedException {
    var looked = new CountDownLatch(50);
    try (var _ =
        StallWatch.start(
            () -> Duration.ofMillis(1),
            () -> {
              looked.countDown();
              return true;
            },
            LIMIT,
            stalled::countDown)) {
      assertTrue(looked.await(10, TimeUnit.SECONDS));
      assertFalse(stalled.await(0, TimeUnit.SECONDS));
    }
  }
}
