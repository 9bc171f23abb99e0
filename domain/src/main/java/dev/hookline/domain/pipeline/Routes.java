package dev.hookline.domain.pipeline;

import dev.hookline.domain.event.StandardizedEvent;
import java.util.List;
import java.util.Optional;

/** Placeholder until the routes are merged. */
public final class Routes {
  private final String only;

  private Routes(String only) {
    this.only = only;
  }

  public static Routes toOnly(String target) {
    return new Routes(target);
  }

  public List<String> targetsOf(StandardizedEvent event) {
    return List.of(only);
  }

  public Optional<String> only() {
    return Optional.of(only);
  }
}
