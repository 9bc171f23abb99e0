package dev.hookline.bootstrap.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.hookline.application.pipeline.StoreUnavailableException;
import dev.hookline.application.reconcile.DeliveryLog;
import dev.hookline.application.reconcile.DeliveryLogException;
import dev.hookline.application.reconcile.ReconcileDeliveries;
import dev.hookline.application.reconcile.ReconcileWhenDue;
import dev.hookline.application.reconcile.ScheduledReconciliations;
import dev.hookline.application.reconcile.SentDelivery;
import dev.hookline.domain.delivery.Service;
import dev.hookline.testing.Samples;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.slf4j.LoggerFactory;

@Isolated("a log that others write is listened to")
class ReconcileScheduleTest {
  private final Logger logger = (Logger) LoggerFactory.getLogger(ReconcileSchedule.class);
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
  private String failure = "";
  private boolean away;
  private boolean due = true;
  private final CountDownLatch looked = new CountDownLatch(1);
  private final ReconcileWhenDue reconcile =
      new ReconcileWhenDue(
          Samples.GITHUB,
          new ReconcileDeliveries(Samples.GITHUB, List.of(new MoodyLog()), (_, _) -> Set.of()),
          new Turns(),
          Duration.ofMinutes(15),
          Duration.ofHours(3),
          Clock.systemUTC());
  private final ReconcileSchedule schedule = new ReconcileSchedule(reconcile);

  @BeforeEach
  void listen() {
    logger.setLevel(Level.INFO);
    lines.list = new CopyOnWriteArrayList<>();
    lines.start();
    logger.addAppender(lines);
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(lines);
    schedule.close();
  }

  @Test
  void looksByItself() throws InterruptedException {
    try (var _ = ReconcileSchedule.start(reconcile, () -> 0)) {
      assertTrue(looked.await(30, TimeUnit.SECONDS));
      // It tells of it afterwards, which the next test is not to hear.
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
      while (told().isEmpty()) {
        assertTrue(System.nanoTime() < deadline, "not told in time");
        Thread.sleep(1);
      }
    }
  }

  @Test
  void whatIsNotDueIsNotTold() {
    due = false;
    schedule.once();

    assertEquals(List.of(), told());
  }

  @Test
  void sameTroubleIsToldOnceAndSoIsItsEnd() {
    schedule.once();
    failure = "forbidden";
    schedule.once();
    schedule.once();
    failure = "no such hook";
    schedule.once();
    away = true;
    schedule.once();
    schedule.once();
    away = false;
    failure = "";
    schedule.once();

    assertEquals(
        List.of(
            "INFO Reconciled with GitHub",
            "INFO Reconciled with GitHub",
            "WARN Reconciliation is not complete: octo/1: forbidden",
            "INFO Reconciled with GitHub",
            "INFO Reconciled with GitHub",
            "WARN Reconciliation is not complete: octo/1: no such hook",
            "WARN Reconciliation is not complete: the database is away",
            "INFO Reconciled with GitHub",
            "INFO Reconciliation works again"),
        told());
  }

  @Test
  void whatFailsBecauseOfTheEndIsNotTold() {
    schedule.close();
    away = true;
    schedule.once();

    assertEquals(List.of(), told());
  }

  private List<String> told() {
    return lines.list.stream()
        .map(line -> line.getLevel() + " " + line.getFormattedMessage())
        .toList();
  }

  private final class MoodyLog implements DeliveryLog {
    @Override
    public String hook() {
      return "octo/1";
    }

    @Override
    public void read(Instant since, Consumer<List<SentDelivery>> pages) {
      looked.countDown();
      if (!failure.isEmpty()) {
        throw DeliveryLogException.lasting(failure);
      }
    }

    @Override
    public void redeliver(SentDelivery delivery) {
      throw new UnsupportedOperationException("nothing is missing");
    }
  }

  private final class Turns implements ScheduledReconciliations {
    @Override
    public boolean begin(Service service, Duration interval) {
      if (away) {
        throw new StoreUnavailableException("away");
      }
      return due;
    }

    @Override
    public void found(Service service, OptionalInt missing) {}

    @Override
    public OptionalInt lastMissing(Service service) {
      return OptionalInt.empty();
    }
  }
}
