package dev.hookline.domain.pipeline;

import dev.hookline.domain.event.StandardizedEvent;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Where events go: the first route that matches decides.
 *
 * @param inOrder the routes, in the order in which they are tried
 */
public record Routes(List<Route> inOrder) {

  public Routes {
    inOrder = List.copyOf(inOrder);
  }

  /** Every event goes to this target. */
  public static Routes toOnly(String target) {
    return new Routes(List.of(new Route(Route.Match.EVERYTHING, List.of(target))));
  }

  /** The names of the event's targets; empty if it is not to be dispatched. */
  public List<String> targetsOf(StandardizedEvent event) {
    return inOrder.stream()
        .filter(route -> route.match().holds(event))
        .findFirst()
        .map(Route::targets)
        .orElse(List.of());
  }

  /** The one target that every event goes to, whatever it is; empty if that depends on it. */
  public Optional<String> only() {
    return inOrder.stream()
        .findFirst()
        .filter(route -> route.match().isEverything() && route.targets().size() == 1)
        .map(route -> route.targets().getFirst());
  }

  /** The names of all targets that a route names, each once, in their order. */
  public Set<String> targets() {
    var names = new LinkedHashSet<String>();
    inOrder.forEach(route -> names.addAll(route.targets()));
    return names;
  }
}
