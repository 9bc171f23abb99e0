package dev.hookline.queue.worker;

import dev.hookline.application.dispatch.DispatchCommand;
import dev.hookline.application.dispatch.Line;
import dev.hookline.application.dispatch.OutboxMessage;
import dev.hookline.domain.pipeline.PipelineState.Dispatched;
import dev.hookline.domain.pipeline.PipelineState.Failed;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One line's turn: its messages are dispatched one after another, while each is taken or given up
 * and the turn lasts. What is left over was never begun and is simply claimed again.
 */
final class Turn implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(Turn.class);

  /** Long enough to spare round trips at a fast target, short enough for others to have theirs. */
  private static final Duration LENGTH = Duration.ofMillis(100);

  /** In bytes: where such are worked, a claim mostly has room for what stands behind them. */
  private static final long SMALL = 64 << 10;

  private final Line line;
  private final long claim;
  private final DispatchCommand dispatch;
  private final OutboxDrain worker;
  private final LongSupplier nanos;
  private final long bytes;
  private int dispatched;

  /**
   * @param line whose head has begun, on record
   * @param claim which of the worker's claims gave it
   * @param worker that gives the turn
   * @param nanos a monotonic clock
   */
  Turn(Line line, long claim, DispatchCommand dispatch, OutboxDrain worker, LongSupplier nanos) {
    this.line = line;
    this.claim = claim;
    this.dispatch = dispatch;
    this.worker = worker;
    this.nanos = nanos;
    this.bytes =
        line.messages().stream().mapToLong(message -> message.pipeline().event().bytes()).sum();
  }

  OutboxMessage head() {
    return line.head();
  }

  List<OutboxMessage> messages() {
    return line.messages();
  }

  /** About what its messages take of memory, until the turn is on record. */
  long bytes() {
    return bytes;
  }

  /** Which of the worker's claims gave it. */
  long claim() {
    return claim;
  }

  /**
   * Whether something that was due at its claim is likely to stand in its line still; to be asked
   * once it has ended. Behind a small event's first attempt there was nothing if the claim gave
   * nothing; behind a larger one there may not have been room, and a lost attempt is given alone.
   */
  boolean mayHaveLeft() {
    return !exhausted()
        || line.messages().size() > 1
        || head().pipeline().state().attempts() > 1
        || bytes > SMALL;
  }

  /** How many of its messages were dispatched; to be asked once it has ended. */
  int dispatched() {
    return dispatched;
  }

  /** Whether it dispatched all that it was given; to be asked once it has ended. */
  boolean exhausted() {
    return dispatched == line.messages().size();
  }

  @Override
  public void run() {
    try {
      work();
    } catch (RuntimeException | Error e) {
      // The attempt stays open on record and is begun again as one that was lost.
      LOG.error("A dispatch in the line of pipeline {} ended in a defect", head().pipeline(), e);
    } finally {
      worker.ended(this);
    }
  }

  private void work() {
    long end = nanos.getAsLong() + LENGTH.toNanos();
    boolean over = dispatch(line.head(), line.messages().size() > 1);
    for (int place = 1; place < line.messages().size(); place++) {
      OutboxMessage next = line.messages().get(place);
      if (!over || end - nanos.getAsLong() <= 0 || !worker.mayBegin(next)) {
        return;
      }
      OutboxMessage begun = dispatch.begin(next);
      worker.progressed(begun);
      over = dispatch(begun, place + 1 < line.messages().size());
    }
  }

  /** Whether the message is over, so that the next may begin. */
  private boolean dispatch(OutboxMessage begun, boolean othersWait) {
    long start = nanos.getAsLong();
    DispatchCommand.Attempt attempt = dispatch.dispatch(begun, othersWait);
    OutboxMessage settled = attempt.message();
    dispatched++;
    DispatchLog.settled(settled, attempt.trace(), Duration.ofNanos(nanos.getAsLong() - start));
    worker.progressed(settled);
    return settled.pipeline().state() instanceof Dispatched
        || settled.pipeline().state() instanceof Failed;
  }
}
