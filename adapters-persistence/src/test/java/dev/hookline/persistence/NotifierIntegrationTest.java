package dev.hookline.persistence;

import static dev.hookline.testing.Samples.GITHUB;
import static dev.hookline.testing.Samples.aDelivery;
import static dev.hookline.testing.Samples.aPipeline;
import static dev.hookline.testing.Samples.anEvent;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.application.pipeline.NewPipeline;
import dev.hookline.domain.delivery.DeliveryKey;
import dev.hookline.testing.PlainEventFormat;
import dev.hookline.testing.TestDatabase;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class NotifierIntegrationTest {
  private static final Duration PATIENCE = Duration.ofSeconds(4);

  @Test
  void workersHearOfWhatWasStoredJustBeforeTheEnd() throws InterruptedException {
    var heard = new Semaphore(0);
    try (var server = TestDatabase.create();
        var listening = open(server)) {
      listening.migrate();
      try (var _ = listening.outboxSignal().listen(heard::release)) {
        awaitOne(heard); // of the connection itself
        try (var storing = open(server)) {
          var event = anEvent().build();
          storing
              .pipelines(new PlainEventFormat())
              .accept(
                  new NewPipeline(
                      aPipeline().of(event).build(),
                      aDelivery(GITHUB),
                      new DeliveryKey(event.eventId()),
                      false),
                  PATIENCE);
        }
        awaitOne(heard);
      }
    }
  }

  private static Database open(TestDatabase server) {
    return Database.open(
        DatabaseSettings.of(server.url(), server.user(), server.password()), new Random(1));
  }

  private static void awaitOne(Semaphore heard) throws InterruptedException {
    assertTrue(heard.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS), "never told");
  }
}
