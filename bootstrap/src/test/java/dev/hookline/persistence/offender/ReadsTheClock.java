package dev.hookline.persistence.offender;

import java.time.Instant;

/** Reads the time where nobody can move it. */
public final class ReadsTheClock {
  public Instant time() {
    return Instant.now();
  }
}
