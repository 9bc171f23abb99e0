package dev.hookline.application.dispatch;

import static java.util.stream.Collectors.toUnmodifiableSet;

import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** Port: hears that the outbox has new messages. It may miss some; polling is the safety net. */
public interface OutboxSignal {

  /** The ids of all lanes there are. */
  Set<Integer> ALL_LANES = IntStream.range(0, Outbox.LANES).boxed().collect(toUnmodifiableSet());

  /**
   * Calls back after new messages were committed, by any process, and after every reconnection.
   *
   * @param onMessages is told the ids of the lanes that may have new messages, on a thread of the
   *     signal's own; must return at once
   * @return ends the listening
   */
  Subscription listen(Consumer<Set<Integer>> onMessages);

  /** An ongoing listening. */
  interface Subscription extends AutoCloseable {
    @Override
    void close();
  }
}
