package dev.hookline.http.offender;

import dev.hookline.queue.offender.OwnsNothing;

/** Looks into another adapter, which looks back: a cycle too. */
public final class KnowsTheQueue {
  public static final String NAME = "offender";

  public Class<?> neighbour() {
    return OwnsNothing.class;
  }
}
