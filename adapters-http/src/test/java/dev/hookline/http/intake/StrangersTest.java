package dev.hookline.http.intake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class StrangersTest {
  private final AtomicLong nanos = new AtomicLong();
  private final Strangers strangers = new Strangers(nanos::get);

  private void fail(String address, int times) {
    for (int i = 0; i < times; i++) {
      strangers.hold(address);
    }
  }

  private void assertHeld(String address) {
    assertWithin(1500, 2500, strangers.hold(address));
  }

  private static void assertWithin(int least, int most, Duration hold) {
    assertTrue(hold.toMillis() >= least && hold.toMillis() < most, hold::toString);
  }

  @Test
  void whoGoesOnAndOnIsHeldForLonger() {
    fail("192.0.2.1", 299);
    assertHeld("192.0.2.1");
    assertWithin(8000, 9500, strangers.hold("192.0.2.1"));
    assertEquals(Duration.ZERO, strangers.hold("192.0.2.2"));
  }

  @Test
  void afterAMinuteOfPeaceAllIsForgotten() {
    fail("192.0.2.1", 400);
    nanos.addAndGet(Duration.ofMinutes(1).toNanos());
    firstFailuresAreAnsweredAtOnce();
  }

  @Test
  void firstFailuresAreAnsweredAtOnce() {
    for (int i = 0; i < 100; i++) {
      assertEquals(Duration.ZERO, strangers.hold("192.0.2.1"), "failure " + i);
    }
    assertHeld("192.0.2.1");
  }

  @Test
  void othersAreNotHeldFor() {
    fail("192.0.2.1", 101);
    assertEquals(Duration.ZERO, strangers.hold("192.0.2.2"));
  }

  @Test
  void aNetworkOfOneHostCountsAsOneSender() {
    fail("2001:db8:0:1::1", 101);
    assertHeld("2001:db8:0:1::2");
    assertEquals(Duration.ZERO, strangers.hold("2001:db8:0:2::1"));
  }

  @Test
  void aSecondOfPeaceIsWorthTenFailures() {
    fail("192.0.2.1", 101);
    nanos.addAndGet(Duration.ofSeconds(1).toNanos());
    fail("192.0.2.1", 9);
    assertEquals(Duration.ZERO, strangers.hold("192.0.2.1"));
    assertHeld("192.0.2.1");
  }
}
