package dev.hookline.queue.worker;

import dev.hookline.application.dispatch.Outbox;
import dev.hookline.application.dispatch.OutboxMessage;
import dev.hookline.application.dispatch.WorkerId;
import dev.hookline.domain.pipeline.PipelineState.Attempting;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts on record what came of the turns, one recording at a time, beside whatever its worker does
 * meanwhile. What could not be recorded is kept for the next time.
 *
 * <p>{@link #settle} is for the worker's thread, {@link #progressed} and {@link #ended} are for
 * those of the turns.
 */
final class Recording {
  private static final Logger LOG = LoggerFactory.getLogger(Recording.class);

  private final Outbox outbox;
  private final WorkerId worker;
  private final Executor recorder;
  private final Consumer<Turn> onRecord;
  private final Runnable onFinished;

  private final Queue<OutboxMessage> progress = new ConcurrentLinkedQueue<>();
  private final Queue<Turn> ends = new ConcurrentLinkedQueue<>();
  private final List<Turn> ended = new ArrayList<>();
  private final Map<Long, OutboxMessage> unrecorded = new LinkedHashMap<>();

  /** Messages whose beginning was recorded while their turn went on. */
  private final Set<Long> begunOnRecord = new HashSet<>();

  /** Writes what is unrecorded; changed by the worker's thread, looked at by those of the turns. */
  private volatile @Nullable FutureTask<Set<Long>> writing;

  /**
   * @param recorder writes, so that the worker need not wait
   * @param onRecord is told of each turn that has ended and is on record whole
   * @param onFinished called when there is something to record, and from the recorder's thread when
   *     it has written
   */
  Recording(
      Outbox outbox,
      WorkerId worker,
      Executor recorder,
      Consumer<Turn> onRecord,
      Runnable onFinished) {
    this.outbox = outbox;
    this.worker = worker;
    this.recorder = recorder;
    this.onRecord = onRecord;
    this.onFinished = onFinished;
  }

  /** A message was begun or settled, and that is not on record yet. */
  void progressed(OutboxMessage message) {
    progress.add(message);
    // What has just begun will mostly be settled with its end; the next round takes it if not. And
    // the end of a recording that is under way calls for the next one itself.
    if (!(message.pipeline().state() instanceof Attempting) && writing == null) {
      onFinished.run();
    }
  }

  /** A turn has said all that it has to say. */
  void ended(Turn turn) {
    ends.add(turn);
  }

  /**
   * Takes note of what was recorded, and begins to record what has come since.
   *
   * @return how many messages are on record now
   * @throws dev.hookline.application.pipeline.StoreUnavailableException if the database was away;
   *     what could not be recorded is recorded by a later call
   */
  int settle() {
    int recorded = finish();
    if (writing != null) {
      return recorded;
    }
    // The ends first: all that a turn has to say came before its end.
    for (Turn turn = ends.poll(); turn != null; turn = ends.poll()) {
      ended.add(turn);
    }
    for (var message = progress.poll(); message != null; message = progress.poll()) {
      unrecorded.put(
          message.id(), begunOnRecord.remove(message.id()) ? message.recorded(1) : message);
    }
    if (unrecorded.isEmpty()) {
      tellOfEnded();
      return recorded;
    }
    start();
    return recorded + finish();
  }

  private void start() {
    var messages = List.copyOf(unrecorded.values());
    var next = new FutureTask<>(() -> outbox.record(worker, messages));
    writing = next;
    recorder.execute(
        () -> {
          next.run();
          onFinished.run();
        });
  }

  private int finish() {
    FutureTask<Set<Long>> last = writing;
    if (last == null || !last.isDone()) {
      return 0;
    }
    writing = null;
    Set<Long> written = resultOf(last);
    for (OutboxMessage message : unrecorded.values()) {
      if (!written.contains(message.id())) {
        LOG.warn(
            "Lane {} went to another worker while pipeline {} was dispatched; that worker repeats"
                + " it",
            message.lane().id(),
            message.pipeline().id());
      } else if (message.pipeline().state() instanceof Attempting) {
        begunOnRecord.add(message.id());
      }
    }
    int recorded = unrecorded.size();
    unrecorded.clear();
    tellOfEnded();
    return recorded;
  }

  private static Set<Long> resultOf(FutureTask<Set<Long>> writing) {
    if (writing.state() == Future.State.SUCCESS) {
      return writing.resultNow();
    }
    if (writing.exceptionNow() instanceof RuntimeException failure) {
      throw failure;
    }
    throw new IllegalStateException("recording failed", writing.exceptionNow());
  }

  private void tellOfEnded() {
    for (Turn turn : ended) {
      turn.messages().forEach(message -> begunOnRecord.remove(message.id()));
      onRecord.accept(turn);
    }
    ended.clear();
  }
}
