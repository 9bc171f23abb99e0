package dev.hookline.bootstrap.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ListenerWatchTest {
  private static final Duration BETWEEN = Duration.ofMillis(5);

  private final CountDownLatch deaf = new CountDownLatch(1);

  @Test
  void oneThatStaysDeafIsReported() throws InterruptedException {
    try (var _ = ListenerWatch.start(() -> true, BETWEEN, deaf::countDown)) {
      assertTrue(deaf.await(10, TimeUnit.SECONDS));
    }
  }

  @Test
  void oneThatHearsAgainInTimeIsNot() throws InterruptedException {
    var looks = new AtomicInteger();
    var looked = new CountDownLatch(50);
    try (var _ =
        ListenerWatch.start(
            () -> {
              looked.countDown();
              return looks.incrementAndGet() % ListenerWatch.DEAF_LOOKS != 0;
            },
            BETWEEN,
            deaf::countDown)) {
      assertTrue(looked.await(10, TimeUnit.SECONDS));
      assertEquals(1, deaf.getCount());
    }
  }
}
