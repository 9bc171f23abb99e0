package dev.hookline.http.intake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.application.receive.WebhookMetrics;
import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.trace.TraceContext;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AddressCapTest {
  private final AtomicInteger refused = new AtomicInteger();
  private final AddressCap cap = cap(2);

  private AddressCap cap(int most) {
    var clients =
        new ClientAddress(List.of(Network.parse("10.0.0.0/8"), Network.parse("2001:db8:a::53")));
    return new AddressCap(most, clients::isTrusted, new Counted());
  }

  private boolean enter(String address) {
    return cap.enter(InetAddress.ofLiteral(address));
  }

  private void leave(String address) {
    cap.leave(InetAddress.ofLiteral(address));
  }

  @Test
  void addressHasItsShareAndNoMore() {
    assertTrue(enter("192.0.2.1"));
    assertTrue(enter("192.0.2.1"));
    assertFalse(enter("192.0.2.1"));
    assertFalse(enter("192.0.2.1"));
    assertEquals(2, refused.get());
    assertTrue(enter("192.0.2.2"));
  }

  @Test
  void refusedOnesTakeNoPlace() {
    enter("192.0.2.1");
    enter("192.0.2.1");
    assertFalse(enter("192.0.2.1"));
    leave("192.0.2.1");
    assertTrue(enter("192.0.2.1"));
  }

  @Test
  void oneIpv6NetworkIsOnePeer() {
    assertTrue(enter("2001:db8:1:2::1"));
    assertTrue(enter("2001:db8:1:2::2"));
    assertFalse(enter("2001:db8:1:2::3"));
    assertTrue(enter("2001:db8:1:3::1"));
  }

  @Test
  void trustedProxyIsNotCounted() {
    for (int i = 0; i < 10; i++) {
      assertTrue(enter("10.1.2.3"));
    }
    assertEquals(0, cap.size());
    leave("10.1.2.3");
    assertEquals(0, cap.size());
  }

  @Test
  void trustedProxyThatLeavesIsNotCountedDownForOthersOfItsNetwork() {
    assertTrue(enter("2001:db8:a::1"));
    assertTrue(enter("2001:db8:a::2"));
    assertTrue(enter("2001:db8:a::53"), "the proxy");
    leave("2001:db8:a::53");
    assertFalse(enter("2001:db8:a::3"));
  }

  @Test
  void addressesThatLeftAreForgotten() {
    for (int i = 0; i < 1_000; i++) {
      String address = "192.0.%d.%d".formatted(i / 250, i % 250);
      assertTrue(enter(address));
      leave(address);
    }
    assertEquals(0, cap.size());
  }

  @Test
  void capThatLetsNobodyInIsNone() {
    assertThrows(IllegalArgumentException.class, () -> cap(0));
  }

  private final class Counted implements WebhookMetrics {
    @Override
    public void received(
        Service service, Status status, Duration processingTime, Optional<TraceContext> trace) {}

    @Override
    public void secretMatched(Service service, int position) {}

    @Override
    public void signed(Service service, Duration ago) {}

    @Override
    public void connectionRefused() {
      refused.incrementAndGet();
    }

    @Override
    public void requestUnreadable() {}
  }
}
