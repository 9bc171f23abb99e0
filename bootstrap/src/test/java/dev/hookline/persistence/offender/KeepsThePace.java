package dev.hookline.persistence.offender;

import io.github.bucket4j.Bucket;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;

/** Decides from the wrong room how fast things go, and whether a target is away. */
public final class KeepsThePace {
  public Class<?> rate() {
    return Bucket.class;
  }

  public Class<?> circuit() {
    return CircuitBreaker.class;
  }
}
