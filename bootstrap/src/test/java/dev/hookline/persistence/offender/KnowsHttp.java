package dev.hookline.persistence.offender;

import dev.hookline.http.offender.KnowsTheQueue;

/** Looks into another adapter. */
public final class KnowsHttp {
  public Class<?> neighbour() {
    return KnowsTheQueue.class;
  }
}
