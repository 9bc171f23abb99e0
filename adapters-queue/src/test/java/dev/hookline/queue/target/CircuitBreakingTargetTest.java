package dev.hookline.queue.target;

import static dev.hookline.queue.target.CircuitBreakingTarget.ALONE;
import static dev.hookline.queue.target.CircuitBreakingTarget.FIRST_WAIT;
import static dev.hookline.queue.target.CircuitBreakingTarget.LONGEST_WAIT;
import static dev.hookline.queue.target.CircuitBreakingTarget.OUTAGE;
import static dev.hookline.queue.target.CircuitBreakingTarget.UNREACHABLE;
import static dev.hookline.testing.Samples.NOON;
import static dev.hookline.testing.Samples.anEvent;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.application.dispatch.Command;
import dev.hookline.application.dispatch.CommandDispatcher;
import dev.hookline.application.dispatch.CommandDispatcher.Room;
import dev.hookline.application.dispatch.DispatchMetrics;
import dev.hookline.domain.pipeline.Outcome;
import dev.hookline.domain.pipeline.Outcome.Delivered;
import dev.hookline.domain.pipeline.Outcome.GiveUp;
import dev.hookline.domain.pipeline.Outcome.Postponed;
import dev.hookline.domain.pipeline.Outcome.Suspect;
import dev.hookline.domain.pipeline.Outcome.TryAgain;
import dev.hookline.domain.pipeline.PipelineId;
import dev.hookline.domain.trace.TraceContext;
import dev.hookline.testing.MovableClock;
import dev.hookline.testing.Samples;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CircuitBreakingTargetTest {
  private static final Outcome AWAY = TryAgain.failed("HTTP 503");

  private final MovableClock clock = new MovableClock(NOON);
  private Outcome mood = new Delivered();
  private Runnable meanwhile = () -> {};
  private final List<Boolean> available = new ArrayList<>();
  private int called;
  private final CircuitBreakingTarget target =
      new CircuitBreakingTarget(
          new CommandDispatcher() {
            @Override
            public String target() {
              return "ci";
            }

            @Override
            public Outcome dispatch(Command command) {
              called++;
              meanwhile.run();
              return mood;
            }
          },
          new DispatchMetrics() {
            @Override
            public void dispatched(
                String target, Result result, Duration took, Optional<TraceContext> trace) {}

            @Override
            public void lost(String target) {}

            @Override
            public void lag(Duration sinceAccepted) {}

            @Override
            public void available(String target, boolean isAvailable) {
              available.add(isAvailable);
            }
          },
          clock);

  private Outcome dispatch(PipelineId id) {
    return target.dispatch(new Command(id, 1, anEvent().build()));
  }

  private Outcome dispatchAnother() {
    return dispatch(new PipelineId(Samples.uuid(NOON)));
  }

  private Outcome dispatchHead(PipelineId id) {
    return target.dispatch(new Command(id, 1, anEvent().build(), true, Optional.empty()));
  }

  private Outcome probe(PipelineId id) {
    clock.move(LONGEST_WAIT.multipliedBy(2));
    assertEquals(Room.ONE, target.room());
    return dispatchHead(id);
  }

  private void breakDown() {
    mood = AWAY;
    for (int event = 1; event <= OUTAGE; event++) {
      dispatchAnother();
    }
  }

  @Test
  void whatIsWellGoesThrough() {
    assertEquals(new Delivered(), dispatchAnother());
    assertEquals(Room.ALL, target.room());
    assertEquals("ci", target.target());
  }

  @Test
  void oneEventThatFailsAgainAndAgainIsNoOutage() {
    var poison = new PipelineId(Samples.uuid(NOON));
    mood = AWAY;
    for (int attempt = 1; attempt <= 50; attempt++) {
      assertEquals(AWAY, dispatch(poison));
    }
    assertEquals(Room.ALL, target.room());
  }

  @Test
  void eventAfterEventIsAnOutageAndTheLastOfThemKeepsItsAttempt() {
    mood = AWAY;
    for (int event = 1; event < OUTAGE; event++) {
      assertEquals(AWAY, dispatchAnother());
    }
    assertEquals(new Postponed("HTTP 503", Duration.ZERO), dispatchAnother());
    assertEquals(Room.NONE, target.room());
  }

  @Test
  void theHeadOfALineThatOthersWaitInFailsForAllOfThem() {
    mood = TryAgain.unreachable("connection refused");
    var head =
        new Command(
            new PipelineId(Samples.uuid(NOON)), 1, anEvent().build(), true, Optional.empty());
    for (int attempt = 1; attempt < UNREACHABLE; attempt++) {
      assertEquals(mood, target.dispatch(head));
    }
    assertInstanceOf(Postponed.class, target.dispatch(head));
    assertEquals(Room.NONE, target.room());
  }

  @Test
  void theHeadOfALineThatTheTargetFailsOnMayBeToBlameItself() {
    mood = TryAgain.failed("HTTP 500");
    var head =
        new Command(
            new PipelineId(Samples.uuid(NOON)), 1, anEvent().build(), true, Optional.empty());
    for (int attempt = 1; attempt <= 50; attempt++) {
      assertEquals(mood, target.dispatch(head));
    }
    mood = TryAgain.unreachable("connection refused");
    var alone = new PipelineId(Samples.uuid(NOON));
    for (int attempt = 1; attempt <= 50; attempt++) {
      assertEquals(mood, dispatch(alone));
    }
    assertEquals(Room.ALL, target.room());
  }

  @Test
  void aSuccessInBetweenShowsThatTheTargetLives() {
    mood = AWAY;
    for (int event = 1; event < OUTAGE; event++) {
      dispatchAnother();
    }
    mood = new Delivered();
    dispatchAnother();
    mood = AWAY;
    for (int event = 1; event < OUTAGE; event++) {
      assertEquals(AWAY, dispatchAnother());
    }
  }

  @Test
  void refusalsOfEventsAreNoOutage() {
    mood = new GiveUp("HTTP 400");
    for (int event = 0; event < 20; event++) {
      assertEquals(mood, dispatchAnother());
    }
    mood = new TryAgain("HTTP 429", Duration.ofSeconds(5));
    for (int event = 0; event < 20; event++) {
      assertEquals(mood, dispatchAnother());
    }
    assertEquals(Room.ALL, target.room());
  }

  @Test
  void nothingReachesATargetThatIsAway() {
    breakDown();
    assertInstanceOf(Postponed.class, dispatchAnother());
    assertEquals(OUTAGE, called);
  }

  @Test
  void afterAWaitOneCommandProbes() {
    breakDown();
    clock.move(FIRST_WAIT.multipliedBy(2));
    assertEquals(Room.ONE, target.room());
    assertEquals(Room.ONE, target.room(), "asking uses nothing up");

    mood = new Delivered();
    assertEquals(new Delivered(), dispatchAnother());
    assertEquals(Room.ALL, target.room());
    assertEquals(true, available.getFirst());
    assertEquals(List.of(true, false), available.stream().distinct().toList());
    assertEquals(true, available.getLast());
  }

  @Test
  void aProbeThatFailsDoesNotCountAndWaitsLonger() {
    breakDown();
    var wait = FIRST_WAIT.multipliedBy(2);
    for (int probe = 0; probe < 20; probe++) {
      clock.move(wait);
      if (target.room() == Room.ONE) {
        assertInstanceOf(Postponed.class, dispatchAnother());
      }
      assertEquals(Room.NONE, target.room());
    }
    assertTrue(called < OUTAGE + 20, "the wait grows");

    clock.move(LONGEST_WAIT.multipliedBy(2));
    assertEquals(Room.ONE, target.room(), "and is bounded");
  }

  @Test
  void anEventThatAloneFailsAtATargetThatAnswersHasItsProbesCountedAtLast() {
    var poison = new PipelineId(Samples.uuid(NOON));
    mood = TryAgain.outOfService("HTTP 503", Duration.ZERO);
    for (int failure = 1; failure <= UNREACHABLE; failure++) {
      dispatchHead(poison);
    }
    assertInstanceOf(Postponed.class, probe(poison));

    clock.move(ALONE);
    assertEquals(mood, probe(poison));
    assertEquals(Room.NONE, target.room(), "which does not bring the target back");
    mood = TryAgain.failed("HTTP 500");
    assertEquals(mood, probe(poison));

    mood = new Delivered();
    assertEquals(mood, probe(new PipelineId(Samples.uuid(NOON))));
    assertEquals(Room.ALL, target.room());
  }

  @Test
  void noProbeCountsWhileDifferentEventsFail() {
    var one = new PipelineId(Samples.uuid(NOON));
    var other = new PipelineId(Samples.uuid(NOON));
    breakDown();
    mood = TryAgain.outOfService("HTTP 503", Duration.ZERO);
    for (int round = 0; round < 3; round++) {
      clock.move(ALONE);
      assertInstanceOf(Postponed.class, probe(one));
      assertInstanceOf(Postponed.class, probe(other));
    }
  }

  @Test
  void noProbeCountsWhereNobodyIs() {
    var head = new PipelineId(Samples.uuid(NOON));
    mood = TryAgain.unreachable("connection refused");
    for (int failure = 1; failure <= UNREACHABLE; failure++) {
      dispatchHead(head);
    }
    for (int probe = 0; probe < 3; probe++) {
      clock.move(ALONE);
      assertInstanceOf(Postponed.class, probe(head));
    }
    mood = TryAgain.outOfService("HTTP 503", Duration.ZERO);
    assertInstanceOf(Postponed.class, probe(head), "the time begins where it answers");
  }

  @Test
  void aSecondCommandDoesNotProbeBesideTheFirst() {
    breakDown();
    clock.move(FIRST_WAIT.multipliedBy(2));
    assertEquals(Room.ONE, target.room());
    var second = new ArrayList<Outcome>();
    meanwhile =
        () -> {
          assertEquals(Room.NONE, target.room());
          second.add(dispatchAnother());
        };
    mood = new Delivered();

    assertEquals(new Delivered(), dispatchAnother());
    assertEquals(List.of(new Postponed("the target is away", Duration.ZERO)), second);
  }

  @Test
  void theWaitThatTheTargetAskedForIsKept() {
    mood = new TryAgain("HTTP 503", Duration.ofSeconds(30), Suspect.TARGET);
    for (int event = 1; event < OUTAGE; event++) {
      dispatchAnother();
    }
    assertEquals(new Postponed("HTTP 503", Duration.ofSeconds(30)), dispatchAnother());
  }
}
