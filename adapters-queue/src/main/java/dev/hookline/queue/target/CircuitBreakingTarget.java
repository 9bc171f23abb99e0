package dev.hookline.queue.target;

import dev.hookline.application.dispatch.Command;
import dev.hookline.application.dispatch.CommandDispatcher;
import dev.hookline.application.dispatch.DispatchMetrics;
import dev.hookline.domain.pipeline.Outcome;
import dev.hookline.domain.pipeline.Outcome.Postponed;
import dev.hookline.domain.pipeline.Outcome.Suspect;
import dev.hookline.domain.pipeline.Outcome.TryAgain;
import dev.hookline.domain.pipeline.PipelineId;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.github.resilience4j.core.IntervalFunction;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells an outage of the target from trouble with an event. The circuit opens when event after
 * event fails and the target is a suspect: {@value #OUTAGE} different ones without a success in
 * between; or, since under strict ordering an event fails again and again while those behind it
 * wait, {@value #UNREACHABLE} failures in a row that are surely the target's. Then the target takes
 * nothing, and what was on its way does not count as an attempt. After a wait, one command at a
 * time probes whether it is back; a probe that fails does not count either, and doubles the wait up
 * to a limit.
 *
 * <p>One event that fails by itself, however often, opens nothing: its attempts are its own. And
 * where it has opened the circuit, since others wait behind it, and there is no other to probe
 * with, it does not hold them up for ever: once it alone has failed for {@link #ALONE} at a target
 * that is there, its probes count as attempts.
 */
public final class CircuitBreakingTarget implements CommandDispatcher {
  /** So many different events in a row make an outage. */
  public static final int OUTAGE = 5;

  /** So many failures in a row that are the target's, with other events waiting, are one too. */
  public static final int UNREACHABLE = 3;

  /** The wait before the first probe. */
  public static final Duration FIRST_WAIT = Duration.ofSeconds(1);

  /** The longest wait between two probes. */
  public static final Duration LONGEST_WAIT = Duration.ofSeconds(10);

  /** How long one event alone may be what shows that a target is away which can be reached. */
  public static final Duration ALONE = Duration.ofHours(6);

  private static final Logger LOG = LoggerFactory.getLogger(CircuitBreakingTarget.class);

  /** Tells how much time has passed, whatever becomes of the time of day. */
  private static final InstantSource STEADY = () -> Instant.EPOCH.plusNanos(System.nanoTime());

  private final CommandDispatcher target;
  private final DispatchMetrics metrics;
  private final InstantSource clock;
  private final CircuitBreaker breaker;
  private final Set<PipelineId> failedWith = new HashSet<>();
  private int unreachable;

  /** What has failed last, if it is no other than before and the target was there. */
  private @Nullable PipelineId alone;

  private Instant aloneSince = Instant.EPOCH;
  private boolean probing;
  private boolean away;

  public CircuitBreakingTarget(CommandDispatcher target, DispatchMetrics metrics) {
    this(target, metrics, STEADY);
  }

  /**
   * @param clock what the waits are measured by; one that was set back would make them longer
   */
  public CircuitBreakingTarget(
      CommandDispatcher target, DispatchMetrics metrics, InstantSource clock) {
    this.target = target;
    this.metrics = metrics;
    this.clock = clock;
    this.breaker =
        CircuitBreaker.of(
            target.target(),
            CircuitBreakerConfig.custom()
                .clock(clock.withZone(ZoneOffset.UTC))
                .currentTimestampFunction(Clock::millis, TimeUnit.MILLISECONDS)
                .slidingWindowType(SlidingWindowType.COUNT_BASED)
                .slidingWindowSize(OUTAGE)
                .minimumNumberOfCalls(OUTAGE)
                .failureRateThreshold(100)
                .permittedNumberOfCallsInHalfOpenState(1)
                .waitIntervalFunctionInOpenState(
                    IntervalFunction.ofExponentialRandomBackoff(FIRST_WAIT, 2, 0.2, LONGEST_WAIT))
                .build());
    breaker
        .getEventPublisher()
        .onStateTransition(event -> tell(event.getStateTransition().getToState()));
    metrics.available(target.target(), true);
  }

  private void tell(State state) {
    switch (state) {
      case OPEN -> {
        if (!away) {
          LOG.warn("Target {} is away: nothing is dispatched to it until it is back", target());
        }
        away = true;
      }
      case CLOSED -> {
        LOG.info("Target {} is back", target());
        away = false;
      }
      default -> LOG.debug("Target {} is probed", target());
    }
    metrics.available(target(), !away);
  }

  @Override
  public String target() {
    return target.target();
  }

  @Override
  public synchronized Room room() {
    if (breaker.getState() == State.CLOSED) {
      return Room.ALL;
    }
    if (!probing) {
      // Held until a command comes for it, and given back by that command's outcome.
      probing = breaker.tryAcquirePermission();
    }
    return probing ? Room.ONE : Room.NONE;
  }

  @Override
  public Outcome dispatch(Command command) {
    if (!admit()) {
      return new Postponed("the target is away", Duration.ZERO);
    }
    return judge(command, target.dispatch(command));
  }

  private synchronized boolean admit() {
    if (breaker.getState() == State.CLOSED) {
      return true;
    }
    boolean admitted = probing;
    probing = false;
    return admitted;
  }

  private synchronized Outcome judge(Command command, Outcome outcome) {
    if (!(outcome instanceof TryAgain failure) || failure.suspect() == Suspect.EVENT) {
      failedWith.clear();
      unreachable = 0;
      alone = null;
      breaker.onSuccess(0, TimeUnit.MILLISECONDS);
      return outcome;
    }
    if (failedWith.add(command.id()) || breaker.getState() != State.CLOSED) {
      breaker.onError(0, TimeUnit.MILLISECONDS, new TargetAwayException(failure.error()));
    }
    boolean itsOwn = hasLongFailedAlone(command.id(), failure.suspect());
    if (failure.suspect() != Suspect.EITHER && command.othersWait()) {
      unreachable++;
    }
    if (breaker.getState() == State.CLOSED && unreachable >= UNREACHABLE) {
      breaker.transitionToOpenState();
    }
    if (breaker.getState() == State.CLOSED) {
      return failure;
    }
    failedWith.clear();
    unreachable = 0;
    return itsOwn ? failure : new Postponed(failure.error(), failure.notBefore());
  }

  /** Whether this event, and for long no other, failed at a target that was there. */
  private boolean hasLongFailedAlone(PipelineId id, Suspect suspect) {
    if (suspect == Suspect.TARGET) {
      // That nobody is there is no event's doing.
      alone = id.equals(alone) ? alone : null;
      return false;
    }
    Instant now = clock.instant();
    if (!id.equals(alone)) {
      alone = id;
      aloneSince = now;
    }
    return Duration.between(aloneSince, now).compareTo(ALONE) >= 0;
  }

  /** What the breaker counts; never thrown. */
  private static final class TargetAwayException extends Exception {
    private static final long serialVersionUID = 1L;

    TargetAwayException(String error) {
      super(error, null, false, false);
    }
  }
}
