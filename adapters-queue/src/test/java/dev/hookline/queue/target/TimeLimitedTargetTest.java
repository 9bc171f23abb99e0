package dev.hookline.queue.target;

import static dev.hookline.testing.Samples.aPipeline;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.application.dispatch.Command;
import dev.hookline.application.dispatch.CommandDispatcher;
import dev.hookline.application.dispatch.Reply;
import dev.hookline.domain.pipeline.Outcome;
import dev.hookline.domain.pipeline.Outcome.Delivered;
import dev.hookline.domain.pipeline.Outcome.TryAgain;
import dev.hookline.domain.pipeline.Pipeline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class TimeLimitedTargetTest {
  private final Pipeline pipeline = aPipeline().build();
  private final Command command = new Command(pipeline.id(), 1, pipeline.event());

  private static CommandDispatcher target(Supplier<Outcome> behaviour) {
    return new CommandDispatcher() {
      @Override
      public String target() {
        return "test";
      }

      @Override
      public Outcome dispatch(Command command) {
        return behaviour.get();
      }
    };
  }

  @Test
  void aTargetThatAnswersInTimeIsHeard() {
    var limited = new TimeLimitedTarget(target(Delivered::new), Duration.ofMinutes(1));
    assertEquals(new Delivered(), limited.dispatch(command));
    assertEquals("test", limited.target());
  }

  @Test
  void aTargetThatHangsIsInterruptedAndTriedAgain() throws InterruptedException {
    var interrupted = new CountDownLatch(1);
    var hanging =
        target(
            () -> {
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException _) {
                interrupted.countDown();
              }
              return new Delivered();
            });
    var outcome = new TimeLimitedTarget(hanging, Duration.ofMillis(20)).dispatch(command);
    assertEquals(TryAgain.failed("no answer of test within PT0.02S"), outcome);
    assertTrue(interrupted.await(10, TimeUnit.SECONDS));
  }

  @Test
  void aDefectInATargetIsTriedAgain() {
    var broken =
        target(
            () -> {
              throw new IllegalStateException("boom");
            });
    var outcome =
        assertInstanceOf(
            TryAgain.class, new TimeLimitedTarget(broken, Duration.ofMinutes(1)).dispatch(command));
    assertTrue(outcome.error().contains("boom"));
  }

  @Test
  void whoeverObservesIsToldOfTheTime() {
    var replies = new ArrayList<Reply>();
    var observed =
        new Command(pipeline.id(), 1, pipeline.event(), false, Optional.empty(), replies::add);
    var never = new CountDownLatch(1);
    var hanging =
        target(
            () -> {
              try {
                never.await();
              } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
              }
              return new Delivered();
            });
    new TimeLimitedTarget(hanging, Duration.ofMillis(20)).dispatch(observed);
    assertEquals(List.of(new Reply.Broken("timeout")), replies);
  }
}
