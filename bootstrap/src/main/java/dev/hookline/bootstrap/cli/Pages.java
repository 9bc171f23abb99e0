package dev.hookline.bootstrap.cli;

import dev.hookline.application.inspect.Page;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Several parts of a listing as one. */
final class Pages {
  private static final int PART = 200;

  private Pages() {}

  /** Reads one part. */
  @FunctionalInterface
  interface Source<T> {
    Page<T> read(Optional<UUID> after, int limit);
  }

  /** The first so many. */
  static <T> Page<T> read(Source<T> source, int limit) {
    List<T> items = new ArrayList<>();
    Optional<UUID> after = Optional.empty();
    do {
      Page<T> part = source.read(after, Math.min(PART, limit - items.size()));
      items.addAll(part.items());
      after = part.next();
    } while (after.isPresent() && items.size() < limit);
    return new Page<>(items, after);
  }

  /** Tells a person that the listing is longer. */
  static void tellOfMore(Page<?> page, Surroundings around) {
    if (page.next().isPresent()) {
      around.err().println("hookline: there are more; raise --limit to see them");
    }
  }
}
