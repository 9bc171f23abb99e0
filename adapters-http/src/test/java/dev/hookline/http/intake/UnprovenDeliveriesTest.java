package dev.hookline.http.intake;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.domain.delivery.Headers;
import dev.hookline.domain.delivery.RawBody;
import dev.hookline.domain.delivery.Service;
import dev.hookline.http.dialects.Dialects;
import dev.hookline.http.intake.UnprovenDeliveries.Unproven;
import dev.hookline.testing.Samples;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class UnprovenDeliveriesTest {
  private final AtomicLong nanos = new AtomicLong();
  private Instant now = Samples.NOON;
  private final UnprovenDeliveries unproven =
      new UnprovenDeliveries(Dialects.all(), new Moved(), nanos::get);

  private final class Moved extends Clock {
    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  /** Its turn comes at once. */
  private void keep(String service, int bytes, String client) {
    nanos.addAndGet(UnprovenDeliveries.GAP.toNanos());
    unproven.keep(new Service(service), Headers.of(Map.of()), body(bytes), client);
  }

  private static Optional<RawBody> body(int bytes) {
    return Optional.of(RawBody.of(new byte[bytes]));
  }

  private List<Long> ids() {
    return unproven.list().stream().map(Unproven::id).toList();
  }

  @Test
  void theLastOfEachServiceAreKept() {
    for (int i = 1; i <= UnprovenDeliveries.MOST + 3; i++) {
      keep("github", 1, "192.0.2." + i);
    }
    keep("slack", 1, "192.0.2.1");
    List<Long> ids = ids();
    assertEquals(UnprovenDeliveries.MOST + 1, ids.size());
    assertEquals(UnprovenDeliveries.MOST + 4, ids.getFirst());
    assertEquals(4, ids.getLast());
    assertTrue(unproven.find(3).isEmpty());
    assertTrue(unproven.find(4).isPresent());
  }

  @Test
  void oneSenderPushesOutItsOwnAlone() {
    keep("github", 1, "192.0.2.1");
    for (int i = 0; i < 50; i++) {
      keep("github", 1, "2001:db8::" + i);
    }
    List<Long> ids = ids();
    assertEquals(1 + UnprovenDeliveries.MOST_OF_ONE_SENDER, ids.size());
    assertEquals(51, ids.getFirst());
    assertEquals(1, ids.getLast());
  }

  @Test
  void floodIsTakenAtASlowRate() {
    for (int i = 0; i < 100_000; i++) {
      unproven.keep(Samples.GITHUB, Headers.of(Map.of()), body(1), "198.51.100." + (i % 200));
      if (i == 50_000) {
        nanos.addAndGet(UnprovenDeliveries.GAP.toNanos());
      }
    }
    assertEquals(2, ids().size());
  }

  @Test
  void nothingIsKeptForLong() {
    keep("github", 1, "192.0.2.1");
    now = now.plus(UnprovenDeliveries.KEPT_FOR);
    keep("github", 1, "192.0.2.2");
    assertEquals(List.of(2L, 1L), ids());
    now = now.plusMillis(1);
    assertEquals(List.of(2L), ids());
    assertTrue(unproven.find(1).isEmpty());
  }

  @Test
  void longBodiesAreNotKeptButTheirLengthIs() {
    keep("github", UnprovenDeliveries.LONGEST_BODY, "192.0.2.1");
    keep("github", UnprovenDeliveries.LONGEST_BODY + 1, "192.0.2.1");
    Unproven longer = unproven.list().getFirst();
    assertFalse(longer.hasBody());
    assertEquals(Optional.of(UnprovenDeliveries.LONGEST_BODY + 1), longer.length());
    assertArrayEquals(new byte[0], longer.delivery().body().bytes());
    Unproven longest = unproven.list().getLast();
    assertTrue(longest.hasBody());
    assertEquals(UnprovenDeliveries.LONGEST_BODY, longest.delivery().body().length());
  }

  @Test
  void onlyHeadersThatASignatureDependsOnAreKept() {
    unproven.keep(
        new Service("slack"),
        Headers.of(
            Map.of(
                "Authorization",
                List.of("Bearer x"),
                "x-slack-signature",
                List.of("a".repeat(5000), "b", "c", "d", "e"),
                "X-Slack-Request-Timestamp",
                List.of("1"),
                "Content-Length",
                List.of("7"))),
        Optional.empty(),
        "192.0.2.1");
    Unproven one = unproven.list().getFirst();
    Headers headers = one.delivery().headers();
    assertEquals(
        List.of("Content-Length", "X-Slack-Request-Timestamp", "X-Slack-Signature"),
        List.copyOf(headers.select(_ -> true).keySet()));
    assertEquals(4, headers.all("X-Slack-Signature").size());
    assertEquals(512, headers.all("X-Slack-Signature").getFirst().length());
    assertTrue(one.length().isEmpty());
    assertFalse(one.hasBody());
  }

  @Test
  void unknownServicesHaveNoPlace() {
    keep("tiny", 1, "192.0.2.1");
    assertEquals(List.of(), ids());
  }
}
