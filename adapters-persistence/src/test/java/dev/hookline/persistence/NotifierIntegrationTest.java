package dev.hookline.persistence;

import static dev.hookline.testing.Samples.GITHUB;
import static dev.hookline.testing.Samples.aDelivery;
import static dev.hookline.testing.Samples.aPipeline;
import static dev.hookline.testing.Samples.anEvent;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.hookline.application.dispatch.OutboxSignal;
import dev.hookline.application.pipeline.NewPipeline;
import dev.hookline.domain.delivery.DeliveryKey;
import dev.hookline.testing.PlainEventFormat;
import dev.hookline.testing.TestDatabase;
import java.time.Duration;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class NotifierIntegrationTest {
  private static final Duration PATIENCE = Duration.ofSeconds(4);

  private final BlockingQueue<Set<Integer>> heard = new LinkedBlockingQueue<>();

  @Test
  void workersHearInWhichLaneSomethingWasStoredJustBeforeTheEnd() throws InterruptedException {
    try (var server = TestDatabase.create();
        var listening = open(server)) {
      listening.migrate();
      try (var _ = listening.outboxSignal().listen(heard::add)) {
        assertEquals(OutboxSignal.ALL_LANES, next(), "of the connection itself");
        try (var storing = open(server)) {
          store(storing);
        }
        assertEquals(
            "[%s]".formatted(server.query("SELECT lane FROM outbox_message")), next().toString());
      }
    }
  }

  @Test
  void wherePartOfWhatIsToldNamesNoLaneItMayBeAnyOfThem() throws InterruptedException {
    try (var server = TestDatabase.create();
        var listening = open(server)) {
      listening.migrate();
      try (var _ = listening.outboxSignal().listen(heard::add)) {
        assertEquals(OutboxSignal.ALL_LANES, next(), "of the connection itself");
        server.execute("NOTIFY hookline_outbox, '3,17'");
        assertEquals(Set.of(3, 17), next());
        server.execute("NOTIFY hookline_outbox");
        assertEquals(OutboxSignal.ALL_LANES, next(), "as an older intake tells");
        server.execute("NOTIFY hookline_outbox, '3,no lane'");
        assertEquals(OutboxSignal.ALL_LANES, next());
      }
    }
  }

  private static void store(Database database) {
    var event = anEvent().build();
    database
        .pipelines(new PlainEventFormat())
        .accept(
            new NewPipeline(
                aPipeline().of(event).build(),
                aDelivery(GITHUB),
                new DeliveryKey(event.eventId()),
                false),
            PATIENCE);
  }

  private static Database open(TestDatabase server) {
    return Database.open(
        DatabaseSettings.of(server.url(), server.user(), server.password()), new Random(1));
  }

  private Set<Integer> next() throws InterruptedException {
    Set<Integer> lanes = heard.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    assertNotNull(lanes, "never told");
    return lanes;
  }
}
