package dev.hookline.bootstrap.run;

import dev.hookline.application.dispatch.Command;
import dev.hookline.application.dispatch.CommandDispatcher;
import dev.hookline.domain.pipeline.Outcome;
import dev.hookline.domain.pipeline.Outcome.Delivered;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.Predicate;

/** A target that remembers what it was given, and does with it what the test says. */
final class WatchedTarget implements CommandDispatcher {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final List<Command> taken = new CopyOnWriteArrayList<>();
  private final String name;
  private volatile Function<Command, Outcome> mood = _ -> new Delivered();

  WatchedTarget(String name) {
    this.name = name;
  }

  void behave(Function<Command, Outcome> like) {
    mood = like;
  }

  @Override
  public String target() {
    return name;
  }

  @Override
  public Outcome dispatch(Command command) {
    synchronized (this) {
      taken.add(command);
      notifyAll();
    }
    return mood.apply(command);
  }

  /** Everything so far, in the order of arrival. */
  List<Command> taken() {
    return List.copyOf(taken);
  }

  /** Waits for the first command that fits. */
  Command await(Predicate<Command> wanted) throws InterruptedException {
    await(() -> taken.stream().anyMatch(wanted));
    return taken.stream().filter(wanted).findFirst().orElseThrow();
  }

  /** Waits until so many have arrived. */
  void awaitCount(int count) throws InterruptedException {
    await(() -> taken.size() >= count);
  }

  private synchronized void await(java.util.function.BooleanSupplier reached)
      throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!reached.getAsBoolean()) {
      long left = (deadline - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        throw new AssertionError("not reached within " + PATIENCE + "; taken: " + taken.size());
      }
      wait(left);
    }
  }
}
