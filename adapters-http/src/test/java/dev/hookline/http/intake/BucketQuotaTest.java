package dev.hookline.http.intake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.application.receive.Quota;
import dev.hookline.domain.delivery.Service;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class BucketQuotaTest {
  private static final Service TINY = new Service("tiny");
  private static final Service OTHER = new Service("other");

  private final AtomicLong nanos = new AtomicLong();
  private final BucketQuota quota =
      new BucketQuota(Map.of(TINY, new Rate(2, 3), OTHER, new Rate(1, 1)), nanos::get);

  @Test
  void burstOverQuotaIsSpreadAtTheRate() {
    for (int i = 0; i < 3; i++) {
      assertEquals(Duration.ZERO, quota.take(TINY, "t1"));
    }
    assertEquals(Duration.ofMillis(500), quota.take(TINY, "t1"));
    assertEquals(Duration.ofSeconds(1), quota.take(TINY, "t1"));
    assertEquals(Duration.ofMillis(1500), quota.take(TINY, "t1"));
    pass(Duration.ofSeconds(1));
    assertEquals(Duration.ofSeconds(1), quota.take(TINY, "t1"));
  }

  @Test
  void quotaIsWholeAgainOnceTheDebtIsPaid() {
    for (int i = 0; i < 5; i++) {
      quota.take(TINY, "t1");
    }
    pass(Duration.ofMillis(1500));
    assertEquals(Duration.ZERO, quota.take(TINY, "t1"));
    assertEquals(Duration.ofMillis(500), quota.take(TINY, "t1"));
  }

  @Test
  void tenantsAndServicesAreCountedApart() {
    assertEquals(Duration.ZERO, quota.take(OTHER, "t1"));
    assertEquals(Duration.ofSeconds(1), quota.take(OTHER, "t1"));
    assertEquals(Duration.ZERO, quota.take(OTHER, "t2"));
    assertEquals(Duration.ZERO, quota.take(TINY, "t1"));
  }

  @Test
  void whatIsGivenBackDoesNotCount() {
    quota.take(OTHER, "t1");
    quota.take(OTHER, "t1");
    quota.giveBack(OTHER, "t1");
    assertEquals(Duration.ofSeconds(1), quota.take(OTHER, "t1"));
  }

  @Test
  void serviceWithoutQuotaIsNeverPutOff() {
    for (int i = 0; i < 100; i++) {
      assertEquals(Duration.ZERO, quota.take(new Service("free"), "t1"));
    }
    quota.giveBack(new Service("free"), "t1");
    assertEquals(0, quota.size());
  }

  @Test
  void nothingIsPutOffForMoreThanADayAndTheDebtStaysThere() {
    Duration longest = Duration.ZERO;
    for (int i = 0; i < 100_000; i++) {
      longest = quota.take(OTHER, "t1");
    }
    assertEquals(Quota.LONGEST, longest);
    pass(Duration.ofHours(23));
    assertEquals(Duration.ofHours(1).plusSeconds(1), quota.take(OTHER, "t1"));
  }

  @Test
  void debtIsRememberedUntilItIsPaid() {
    for (int i = 0; i < 50_000; i++) {
      quota.take(OTHER, "t1");
    }
    pass(Duration.ofHours(10));
    assertTrue(quota.take(OTHER, "t1").isPositive());
    pass(Duration.ofDays(2));
    assertEquals(0, quota.size());
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }
}
