package dev.hookline.queue.offender;

import java.util.UUID;

/** Makes an id that no test can foresee. */
public final class RollsDice {
  public UUID id() {
    return UUID.randomUUID();
  }
}
