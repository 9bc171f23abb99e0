package dev.hookline.http.intake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.domain.delivery.Service;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class BucketRateLimiterTest {
  private static final Service TINY = new Service("tiny");
  private static final Service OTHER = new Service("other");

  private final AtomicLong nanos = new AtomicLong();
  private final BucketRateLimiter limiter =
      new BucketRateLimiter(Map.of(TINY, new Rate(2, 3), OTHER, new Rate(1, 1)), nanos::get);

  @Test
  void burstPassesAndThenWaitsForTheRate() {
    for (int i = 0; i < 3; i++) {
      assertEquals(Optional.empty(), limiter.tryPass(TINY, "192.0.2.1"));
    }
    assertEquals(Optional.of(Duration.ofMillis(500)), limiter.tryPass(TINY, "192.0.2.1"));
    nanos.addAndGet(Duration.ofMillis(500).toNanos());
    assertEquals(Optional.empty(), limiter.tryPass(TINY, "192.0.2.1"));
    assertTrue(limiter.tryPass(TINY, "192.0.2.1").isPresent());
  }

  @Test
  void addressesAndServicesAreCountedApart() {
    assertTrue(limiter.tryPass(OTHER, "192.0.2.1").isEmpty());
    assertTrue(limiter.tryPass(OTHER, "192.0.2.1").isPresent());
    assertTrue(limiter.tryPass(OTHER, "192.0.2.2").isEmpty());
    assertTrue(limiter.tryPass(TINY, "192.0.2.1").isEmpty());
  }

  @Test
  void oneIpv6NetworkIsOneSender() {
    assertTrue(limiter.tryPass(OTHER, "2001:db8:1:2::1").isEmpty());
    assertTrue(limiter.tryPass(OTHER, "2001:db8:1:2:ffff::9").isPresent());
    assertTrue(limiter.tryPass(OTHER, "2001:db8:1:3::1").isEmpty());
  }

  @Test
  void serviceWithoutARateIsNotLimited() {
    for (int i = 0; i < 100; i++) {
      assertTrue(limiter.tryPass(new Service("free"), "192.0.2.1").isEmpty());
    }
  }

  @Test
  void sendersAreForgottenOnceTheirBucketIsFull() {
    assertTrue(limiter.tryPass(TINY, "192.0.2.1").isEmpty());
    assertEquals(1, limiter.size());
    nanos.addAndGet(Duration.ofMinutes(1).toNanos());
    assertEquals(0, limiter.size());
  }

  @Test
  void memoryIsBoundedWhateverTheNumberOfSenders() {
    for (int i = 0; i < Rate.MOST_COUNTED + 20_000; i++) {
      var unused =
          limiter.tryPass(TINY, "10.%d.%d.%d".formatted(i >> 16 & 0xff, i >> 8 & 0xff, i & 0xff));
    }
    assertTrue(limiter.size() <= Rate.MOST_COUNTED);
  }

  @Test
  void rateOfNothingIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> new Rate(0, 1));
    assertThrows(IllegalArgumentException.class, () -> new Rate(1, 0));
    assertThrows(IllegalArgumentException.class, () -> new Rate(Rate.MOST + 1, 1));
  }
}
