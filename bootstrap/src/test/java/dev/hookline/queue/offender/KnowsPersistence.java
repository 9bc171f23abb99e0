package dev.hookline.queue.offender;

import dev.hookline.persistence.offender.KnowsHttp;

/** Looks into another adapter. */
public final class KnowsPersistence {
  public Class<?> neighbour() {
    return KnowsHttp.class;
  }
}
