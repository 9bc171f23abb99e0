package dev.hookline.domain.pipeline;

import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.event.Glob;
import dev.hookline.domain.event.MetadataValue;
import dev.hookline.domain.event.StandardizedEvent;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which events go to which targets.
 *
 * @param targets their names, each once; with none, what matches is not dispatched
 */
public record Route(Match match, List<String> targets) {

  public Route {
    targets = List.copyOf(targets);
    if (Set.copyOf(targets).size() < targets.size()) {
      throw new IllegalArgumentException("a route names a target twice: " + targets);
    }
  }

  /**
   * What an event must be like: every condition that is given must hold, and none holds always.
   *
   * @param eventType fits the type alone ({@code push}, {@code Issue}) or the type with its action
   *     ({@code pull_request.opened}, {@code Issue.create}), as an entry of {@code SupportedEvents}
   *     does; case matters
   * @param repository fits {@code owner/name}, in any case
   * @param userRequest what the event's request begins with, white space before it left out; an
   *     event without a request does not match
   */
  public record Match(
      Optional<Service> service,
      Optional<Glob> eventType,
      Optional<Glob> repository,
      Optional<String> userRequest) {

    /** What every event is like. */
    public static final Match EVERYTHING =
        new Match(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    /** Whether the event is like that. */
    public boolean holds(StandardizedEvent event) {
      return service.stream().allMatch(event.service()::equals)
          && eventType.stream().allMatch(wanted -> isOfType(event, wanted))
          && repository.stream()
              .allMatch(wanted -> wanted.matchesInAnyCase(event.repository().fullName()))
          && userRequest.stream().allMatch(prefix -> asksFor(event, prefix));
    }

    /** Whether it surely holds for every event. */
    public boolean isEverything() {
      return service.isEmpty()
          && eventType.stream().allMatch(Glob::matchesEverything)
          && repository.stream().allMatch(Glob::matchesEverything)
          && userRequest.isEmpty();
    }

    private static boolean isOfType(StandardizedEvent event, Glob wanted) {
      Optional<String> action = action(event).map(name -> "." + name);
      // Linear's types carry their action, those of the others do not.
      String alone =
          action
              .filter(event.eventType()::endsWith)
              .map(suffix -> withoutEnd(event.eventType(), suffix.length()))
              .orElse(event.eventType());
      return wanted.matches(alone)
          || action.stream().anyMatch(suffix -> wanted.matches(alone + suffix));
    }

    private static Optional<String> action(StandardizedEvent event) {
      return event.metadata().get("action") instanceof MetadataValue.Text(var action)
          ? Optional.of(action)
          : Optional.empty();
    }

    private static String withoutEnd(String text, int length) {
      return text.substring(0, text.length() - length);
    }

    private static boolean asksFor(StandardizedEvent event, String prefix) {
      String request = event.userRequest();
      return request != null && request.stripLeading().startsWith(prefix);
    }
  }
}
