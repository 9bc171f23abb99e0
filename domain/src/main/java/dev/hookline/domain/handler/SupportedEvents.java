package dev.hookline.domain.handler;

import java.util.Collection;
import java.util.Optional;
import java.util.Set;

/**
 * Which events of a service are switched on. An entry is a type ({@code push}), a type with its
 * action ({@code release.published}, {@code Issue.create}), or {@code *} for all.
 */
public final class SupportedEvents {
  private final Set<String> entries;

  private SupportedEvents(Set<String> entries) {
    this.entries = entries;
  }

  public static SupportedEvents of(Collection<String> entries) {
    return new SupportedEvents(Set.copyOf(entries));
  }

  /** Whether the type is switched on as a whole, or with this action. */
  public boolean include(String type, Optional<String> action) {
    return entries.contains("*")
        || entries.contains(type)
        || (action.isPresent() && entries.contains(type + "." + action.get()));
  }

  @Override
  public String toString() {
    return entries.toString();
  }
}
