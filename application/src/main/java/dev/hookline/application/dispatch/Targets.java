package dev.hookline.application.dispatch;

import dev.hookline.application.dispatch.CommandDispatcher.Room;
import dev.hookline.domain.pipeline.Outcome;
import dev.hookline.domain.pipeline.Routes;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The targets of one worker by name, and the routes that lead to them. */
public final class Targets {
  /** Stands for messages that are still to be routed, where names of targets are asked for. */
  private static final String NOT_ROUTED = "";

  private final Map<String, CommandDispatcher> byName;
  private final Routes routes;

  /**
   * @param routes name no others than these targets
   */
  public Targets(Collection<CommandDispatcher> targets, Routes routes) {
    this.byName =
        targets.stream().collect(Collectors.toMap(CommandDispatcher::target, Function.identity()));
    this.routes = routes;
  }

  /** A single target that every event goes to. */
  public static Targets only(CommandDispatcher target) {
    return new Targets(List.of(target), Routes.toOnly(target.target()));
  }

  Routes routes() {
    return routes;
  }

  /** The target that every event goes to, if there is only one. */
  public Optional<String> only() {
    return routes.only();
  }

  /** The name of the target that the message goes to. */
  String nameFor(OutboxMessage message) {
    return message
        .target()
        .or(this::only)
        .orElseThrow(
            () -> new IllegalStateException("message %d has no target".formatted(message.id())));
  }

  Outcome dispatch(String name, Command command) {
    CommandDispatcher target = byName.get(name);
    // The routes have changed since the message was queued; the worker of another version may know
    // it.
    return target == null
        ? new Outcome.TryAgain("target %s is not configured here".formatted(name))
        : target.dispatch(command);
  }

  /** How much the message's target takes now. */
  public Room room(OutboxMessage message) {
    CommandDispatcher target = byName.get(nameFor(message));
    return target == null ? Room.ALL : target.room();
  }

  /** How much each target takes now, by its name. */
  public Map<String, Room> rooms() {
    var rooms = new LinkedHashMap<String, Room>();
    byName.forEach((name, target) -> rooms.put(name, target.room()));
    return rooms;
  }

  /** The names of all targets: a {@link Claim} that leaves them out finds what is to be routed. */
  public Set<String> names() {
    return Set.copyOf(byName.keySet());
  }

  /** What a {@link Claim} leaves out to find this target's messages alone. */
  public Set<String> allBut(String target) {
    var others = new HashSet<>(byName.keySet());
    others.add(NOT_ROUTED);
    others.remove(target);
    return others;
  }
}
