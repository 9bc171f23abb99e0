package dev.hookline.queue.worker;

import dev.hookline.application.dispatch.DispatchCommand;
import dev.hookline.application.dispatch.Lane;
import dev.hookline.application.dispatch.Outbox;
import dev.hookline.application.dispatch.Outbox.Ordering;
import dev.hookline.application.dispatch.OutboxMessage;
import dev.hookline.application.dispatch.ProcessWebhookEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One worker's hands: it holds lanes, begins what is due in them, lets the target work, and settles
 * what came back.
 *
 * <p>All calls come from one thread; the dispatches alone run elsewhere. So a lane is never given
 * up between the moment when a message is begun and the moment when it counts as busy.
 */
final class OutboxDrain {
  private static final Logger LOG = LoggerFactory.getLogger(OutboxDrain.class);

  private final Outbox outbox;
  private final ProcessWebhookEvent process;
  private final DispatchCommand dispatch;
  private final WorkerSettings settings;
  private final Executor executor;
  private final LongSupplier nanos;
  private final Runnable onFinished;

  private final Map<Long, OutboxMessage> inFlight = new HashMap<>();
  private final Queue<OutboxMessage> finished = new ConcurrentLinkedQueue<>();
  private final List<OutboxMessage> unsettled = new ArrayList<>();
  private Set<Lane> lanes = Set.of();
  private long renewedAt;
  private boolean renewed;

  /**
   * @param executor runs one dispatch per task
   * @param nanos a monotonic clock
   * @param onFinished called from the dispatching thread when a dispatch has ended
   */
  OutboxDrain(
      Outbox outbox,
      ProcessWebhookEvent process,
      DispatchCommand dispatch,
      WorkerSettings settings,
      Executor executor,
      LongSupplier nanos,
      Runnable onFinished) {
    this.outbox = outbox;
    this.process = process;
    this.dispatch = dispatch;
    this.settings = settings;
    this.executor = executor;
    this.nanos = nanos;
    this.onFinished = onFinished;
  }

  /**
   * Renews the lease if it is time, settles what has finished, and begins what is due.
   *
   * @return how many messages were settled or begun; none means that there is nothing to do until a
   *     signal comes
   * @throws dev.hookline.application.pipeline.StoreUnavailableException if the database is away;
   *     what has finished is kept and settled by a later call
   */
  int drainOnce() {
    renew();
    return settle() + begin();
  }

  /** Settles what has finished, without beginning anything. */
  int settle() {
    for (var message = finished.poll(); message != null; message = finished.poll()) {
      unsettled.add(message);
    }
    if (unsettled.isEmpty()) {
      return 0;
    }
    Set<Long> written = outbox.record(settings.worker(), unsettled);
    for (OutboxMessage message : unsettled) {
      if (!written.contains(message.id())) {
        LOG.warn(
            "Lane {} went to another worker while pipeline {} was dispatched; that worker repeats"
                + " it",
            message.lane().id(),
            message.pipeline().id());
      }
      inFlight.remove(message.id());
    }
    int settled = unsettled.size();
    unsettled.clear();
    return settled;
  }

  /** How long until the lease is to be renewed, in nanoseconds; not above zero if that is due. */
  long nanosUntilRenewal() {
    return renewed ? renewedAt + settings.renewal().toNanos() - nanos.getAsLong() : 0;
  }

  /** How many dispatches are under way or not yet settled. */
  int inFlight() {
    return inFlight.size();
  }

  /** Gives lease and lanes back. */
  void release() {
    lanes = Set.of();
    outbox.release(settings.worker());
  }

  private void renew() {
    long now = nanos.getAsLong();
    if (nanosUntilRenewal() > 0) {
      return;
    }
    if (renewed && now - renewedAt >= settings.lease().toNanos()) {
      // The database may have handed them on: nothing is begun in them until it says otherwise.
      lanes = Set.of();
    }
    Set<Lane> busy =
        inFlight.values().stream().map(OutboxMessage::lane).collect(Collectors.toSet());
    lanes = outbox.lease(settings.worker(), settings.lease(), busy);
    renewedAt = now;
    renewed = true;
  }

  private int begin() {
    int free = settings.concurrency() - inFlight.size();
    if (free <= 0 || lanes.isEmpty()) {
      return 0;
    }
    List<OutboxMessage> due = outbox.due(lanes, settings.ordering(), busy(), free);
    List<OutboxMessage> begun = process.process(settings.worker(), due);
    for (OutboxMessage message : begun) {
      inFlight.put(message.id(), message);
      executor.execute(() -> work(message));
    }
    return due.size();
  }

  private List<Long> busy() {
    return switch (settings.ordering()) {
      case Ordering.STRICT ->
          inFlight.values().stream().map(OutboxMessage::orderingKey).distinct().toList();
      case Ordering.NONE -> List.copyOf(inFlight.keySet());
    };
  }

  private void work(OutboxMessage message) {
    // If our own code fails, the attempt stays open on record and is begun again as one that was
    // lost.
    OutboxMessage result = message;
    try {
      long start = nanos.getAsLong();
      result = dispatch.dispatch(message);
      DispatchLog.settled(result.pipeline(), Duration.ofNanos(nanos.getAsLong() - start));
    } catch (RuntimeException e) {
      LOG.error("The attempt of pipeline {} ended in a defect", message.pipeline().id(), e);
    } finally {
      finished.add(result);
      onFinished.run();
    }
  }
}
