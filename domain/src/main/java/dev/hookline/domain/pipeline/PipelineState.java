package dev.hookline.domain.pipeline;

import java.time.Instant;

/** Where a pipeline stands, with what is true there and nowhere else. */
public sealed interface PipelineState {

  /**
   * How the state shows to the outside; {@link Attempting} and {@link Retrying} both show as
   * PROCESSING.
   */
  enum Name {
    RECEIVED,
    PROCESSING,
    DISPATCHED,
    FAILED
  }

  Name name();

  /** When the pipeline entered the state. */
  Instant at();

  /** The attempts begun since it was received or replayed. */
  int attempts();

  /** The first line of an error, which is our own. What a program said stands below it. */
  static String inShort(String error) {
    return error.lines().findFirst().orElse("");
  }

  /** Stored and waiting for a worker. */
  record Received(Instant at) implements PipelineState {
    @Override
    public Name name() {
      return Name.RECEIVED;
    }

    @Override
    public int attempts() {
      return 0;
    }
  }

  /**
   * A worker is dispatching it, or died while it did.
   *
   * @param attempts this attempt's number, from 1
   */
  record Attempting(int attempts, Instant at) implements PipelineState {
    public Attempting {
      requireAttempt(attempts);
    }

    @Override
    public Name name() {
      return Name.PROCESSING;
    }
  }

  /**
   * The last attempt failed, and the next one waits for its time.
   *
   * @param attempts those that counted; none if the only one met a target that was away
   * @param nextAttempt not before this instant
   */
  record Retrying(int attempts, Instant at, Instant nextAttempt, String error)
      implements PipelineState {
    public Retrying {
      requireCount(attempts);
    }

    @Override
    public Name name() {
      return Name.PROCESSING;
    }
  }

  /**
   * Every target took it.
   *
   * @param attempts none if no route named a target
   */
  record Dispatched(int attempts, Instant at) implements PipelineState {
    public Dispatched {
      requireCount(attempts);
    }

    @Override
    public Name name() {
      return Name.DISPATCHED;
    }
  }

  /** A dead letter: given up, until somebody replays it. */
  record Failed(int attempts, Instant at, String error) implements PipelineState {
    public Failed {
      requireAttempt(attempts);
    }

    @Override
    public Name name() {
      return Name.FAILED;
    }
  }

  private static void requireAttempt(int attempts) {
    if (attempts < 1) {
      throw new IllegalArgumentException("attempts count from 1, not " + attempts);
    }
  }

  private static void requireCount(int attempts) {
    if (attempts < 0) {
      throw new IllegalArgumentException("attempts cannot be " + attempts);
    }
  }
}
