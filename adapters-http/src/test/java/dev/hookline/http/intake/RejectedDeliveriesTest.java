package dev.hookline.http.intake;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.domain.delivery.Headers;
import dev.hookline.domain.delivery.RawBody;
import dev.hookline.domain.delivery.Service;
import dev.hookline.http.dialects.Dialects;
import dev.hookline.http.intake.RejectedDeliveries.Rejected;
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

class RejectedDeliveriesTest {
  private final AtomicLong nanos = new AtomicLong();
  private Instant now = Samples.NOON;
  private final RejectedDeliveries rejected =
      new RejectedDeliveries(Dialects.all(), new Moved(), nanos::get);

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
    nanos.addAndGet(RejectedDeliveries.GAP.toNanos());
    rejected.keep(new Service(service), Headers.of(Map.of()), body(bytes), client);
  }

  private static Optional<RawBody> body(int bytes) {
    return Optional.of(RawBody.of(new byte[bytes]));
  }

  private List<Long> ids() {
    return rejected.list().stream().map(Rejected::id).toList();
  }

  @Test
  void theLastOfEachServiceAreKept() {
    for (int i = 1; i <= RejectedDeliveries.MOST + 3; i++) {
      keep("github", 1, "192.0.2." + i);
    }
    keep("slack", 1, "192.0.2.1");
    List<Long> ids = ids();
    assertEquals(RejectedDeliveries.MOST + 1, ids.size());
    assertEquals(RejectedDeliveries.MOST + 4, ids.getFirst());
    assertEquals(4, ids.getLast());
    assertTrue(rejected.find(3).isEmpty());
    assertTrue(rejected.find(4).isPresent());
  }

  @Test
  void oneSenderPushesOutItsOwnAlone() {
    keep("github", 1, "192.0.2.1");
    for (int i = 0; i < 50; i++) {
      keep("github", 1, "2001:db8::" + i);
    }
    List<Long> ids = ids();
    assertEquals(1 + RejectedDeliveries.MOST_OF_ONE_SENDER, ids.size());
    assertEquals(51, ids.getFirst());
    assertEquals(1, ids.getLast());
  }

  @Test
  void floodIsTakenAtASlowRate() {
    for (int i = 0; i < 100_000; i++) {
      rejected.keep(Samples.GITHUB, Headers.of(Map.of()), body(1), "198.51.100." + (i % 200));
      if (i == 50_000) {
        nanos.addAndGet(RejectedDeliveries.GAP.toNanos());
      }
    }
    assertEquals(2, ids().size());
  }

  @Test
  void nothingIsKeptForLong() {
    keep("github", 1, "192.0.2.1");
    now = now.plus(RejectedDeliveries.KEPT_FOR);
    keep("github", 1, "192.0.2.2");
    assertEquals(List.of(2L, 1L), ids());
    now = now.plusMillis(1);
    assertEquals(List.of(2L), ids());
    assertTrue(rejected.find(1).isEmpty());
  }

  @Test
  void longBodiesAreNotKeptButTheirLengthIs() {
    keep("github", RejectedDeliveries.LONGEST_BODY, "192.0.2.1");
    keep("github", RejectedDeliveries.LONGEST_BODY + 1, "192.0.2.1");
    Rejected longer = rejected.list().getFirst();
    assertFalse(longer.hasBody());
    assertEquals(Optional.of(RejectedDeliveries.LONGEST_BODY + 1), longer.length());
    assertArrayEquals(new byte[0], longer.delivery().body().bytes());
    Rejected longest = rejected.list().getLast();
    assertTrue(longest.hasBody());
    assertEquals(RejectedDeliveries.LONGEST_BODY, longest.delivery().body().length());
  }

  @Test
  void onlyHeadersThatASignatureDependsOnAreKept() {
    rejected.keep(
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
    Rejected one = rejected.list().getFirst();
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
