package dev.hookline.testing;

import dev.hookline.application.dispatch.Claim;
import dev.hookline.application.dispatch.Claim.Allowance;
import dev.hookline.application.dispatch.Lane;
import dev.hookline.application.dispatch.Line;
import dev.hookline.application.dispatch.Outbox;
import dev.hookline.application.dispatch.Outbox.Ordering;
import dev.hookline.application.dispatch.OutboxMessage;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Claims as a worker with a single target makes them. */
public final class Claims {
  private static final String ONLY = "test";

  private Claims() {}

  public static Claim claim(
      Set<Lane> lanes, Ordering ordering, Collection<Long> busy, int lines, int run) {
    return new Claim(
        lanes, ordering, busy, Optional.of(ONLY), Set.of(), lines, 0, run, Allowance.UNBOUNDED);
  }

  /** The messages that are due, of each line the head alone. */
  public static List<OutboxMessage> due(
      Outbox outbox, Set<Lane> lanes, Ordering ordering, Collection<Long> busy, int lines) {
    return outbox.due(claim(lanes, ordering, busy, lines, 1)).lines().stream()
        .map(Line::head)
        .toList();
  }
}
