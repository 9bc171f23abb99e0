package dev.hookline.queue.offender;

import dev.hookline.http.offender.KnowsTheQueue;
import io.helidon.webserver.WebServer;
import io.prometheus.metrics.core.metrics.Counter;

/** Uses libraries that belong to another room, and looks back at the one that looks at it. */
public final class OwnsNothing {
  public Class<?> neighbour() {
    return KnowsTheQueue.class;
  }

  public Class<?> server() {
    return WebServer.class;
  }

  public Class<?> counter() {
    return Counter.class;
  }
}
