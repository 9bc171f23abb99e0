package dev.hookline.queue.target;

import dev.hookline.application.dispatch.Command;
import dev.hookline.application.dispatch.CommandDispatcher;
import dev.hookline.application.dispatch.Reply;
import dev.hookline.domain.pipeline.Outcome;
import dev.hookline.domain.pipeline.Outcome.TryAgain;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a target's bad days away from the worker: an attempt that takes too long is interrupted and
 * tried again later, and so is one that ends in a defect of the target's code.
 */
public final class TimeLimitedTarget implements CommandDispatcher {
  private static final Logger LOG = LoggerFactory.getLogger(TimeLimitedTarget.class);

  private final CommandDispatcher target;
  private final Duration timeout;

  /**
   * @param timeout for one attempt
   */
  public TimeLimitedTarget(CommandDispatcher target, Duration timeout) {
    this.target = target;
    this.timeout = timeout;
  }

  @Override
  public String target() {
    return target.target();
  }

  @Override
  public Outcome dispatch(Command command) {
    var attempt = new FutureTask<>(() -> target.dispatch(command));
    Thread thread = Thread.ofVirtual().name("dispatch-", 0).start(attempt);
    try {
      return attempt.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException _) {
      thread.interrupt();
      command.observer().accept(Reply.Broken.TIMEOUT);
      return TryAgain.failed("no answer of %s within %s".formatted(target(), timeout));
    } catch (ExecutionException e) {
      command.observer().accept(Reply.Broken.by(e.getCause() == null ? e : e.getCause()));
      LOG.error("Target {} failed on pipeline {}", target(), command.id(), e);
      return new TryAgain("defect in target %s: %s".formatted(target(), e.getMessage()));
    } catch (InterruptedException _) {
      thread.interrupt();
      Thread.currentThread().interrupt();
      return new TryAgain("the worker was stopped");
    }
  }
}
