package dev.hookline.application.pause;

import dev.hookline.domain.delivery.Service;
import java.util.Optional;

/**
 * Which dispatches a pause holds up: those that fit in both respects.
 *
 * @param service whose events; empty: every service's
 * @param target the name of the target they go to, not blank; empty: every target
 */
public record PauseScope(Optional<Service> service, Optional<String> target) {
  /** All there are. */
  public static final PauseScope EVERYTHING = new PauseScope(Optional.empty(), Optional.empty());

  public PauseScope {
    if (target.filter(String::isBlank).isPresent()) {
      throw new IllegalArgumentException("a target has a name");
    }
  }
}
