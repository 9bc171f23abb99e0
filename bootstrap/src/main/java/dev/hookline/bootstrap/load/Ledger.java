package dev.hookline.bootstrap.load;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * What was sent, what was answered, and what is on record, by the number of the delivery: about
 * seventy bytes for each. Each delivery is written by the thread that sends it and may be read by
 * all once it is answered; what is on record is written by one thread after all that.
 */
final class Ledger {
  /** The most deliveries of one run: their order is sorted with numbers of 24 bits. */
  static final int MAX = 1 << 24;

  private static final int CHUNK_BITS = 14;
  private static final int CHUNK = 1 << CHUNK_BITS;

  // The state of a delivery: its kind, its status, and these.
  private static final int STATUS_SHIFT = 8;
  private static final int STATUS_MASK = 0x3FF;
  private static final int KIND_MASK = 0x3;
  private static final int SENT = 1 << 18;
  private static final int SAID_DUPLICATE = 1 << 19;
  private static final int SAID_REFUSED = 1 << 20;
  private static final int SEEN = 1 << 21;
  private static final int SEEN_OTHER = 1 << 22;

  /** The deliveries whose numbers share all but the last bits. */
  private static final class Chunk {
    private final AtomicIntegerArray state = new AtomicIntegerArray(CHUNK);
    private final int[] original = new int[CHUNK];
    private final long[] sentAt = new long[CHUNK];
    private final long[] answeredAt = new long[CHUNK];
    private final long[] pipelineHigh = new long[CHUNK];
    private final long[] pipelineLow = new long[CHUNK];
    private final long[] recordHigh = new long[CHUNK];
    private final long[] recordLow = new long[CHUNK];
    private final int[] repository = new int[CHUNK];
    private final long[] dispatchedAt = new long[CHUNK];
  }

  private final AtomicReferenceArray<@Nullable Chunk> chunks =
      new AtomicReferenceArray<>(MAX >> CHUNK_BITS);

  private Chunk chunkOf(int number) {
    int index = number >> CHUNK_BITS;
    Chunk chunk = chunks.get(index);
    if (chunk == null) {
      chunks.compareAndSet(index, null, new Chunk());
      chunk = chunks.get(index);
    }
    if (chunk == null) {
      throw new IllegalStateException("a chunk is never taken away");
    }
    return chunk;
  }

  /**
   * @param original the number of the delivery that comes again; else its own
   * @param at nanoseconds since the start
   */
  void sent(int number, Kind kind, int original, long at) {
    Chunk chunk = chunkOf(number);
    int slot = number & CHUNK - 1;
    chunk.original[slot] = original;
    chunk.sentAt[slot] = at;
    chunk.state.setRelease(slot, SENT | kind.code());
  }

  void answered(int number, Answer answer, long at) {
    Chunk chunk = chunkOf(number);
    int slot = number & CHUNK - 1;
    chunk.answeredAt[slot] = at;
    chunk.pipelineHigh[slot] = answer.pipelineHigh();
    chunk.pipelineLow[slot] = answer.pipelineLow();
    chunk.state.setRelease(
        slot,
        chunk.state.getPlain(slot)
            | answer.status() << STATUS_SHIFT
            | (answer.duplicate() ? SAID_DUPLICATE : 0)
            | (answer.refused() ? SAID_REFUSED : 0));
  }

  /**
   * Something on record has this delivery's id.
   *
   * @param repository a number for its repository
   * @param dispatchedAt in microseconds; 0: not dispatched
   */
  void onRecord(
      int number, long pipelineHigh, long pipelineLow, int repository, long dispatchedAt) {
    Chunk chunk = chunkOf(number);
    int slot = number & CHUNK - 1;
    int state = chunk.state.getPlain(slot);
    boolean another =
        (state & SEEN) != 0
            && (chunk.recordHigh[slot] != pipelineHigh || chunk.recordLow[slot] != pipelineLow);
    boolean promised =
        chunk.pipelineHigh[slot] == pipelineHigh && chunk.pipelineLow[slot] == pipelineLow;
    if (!another || promised) {
      chunk.recordHigh[slot] = pipelineHigh;
      chunk.recordLow[slot] = pipelineLow;
      chunk.repository[slot] = repository;
      chunk.dispatchedAt[slot] = dispatchedAt;
    }
    chunk.state.setPlain(slot, state | SEEN | (another ? SEEN_OTHER : 0));
  }

  private int state(int number) {
    return chunkOf(number).state.getAcquire(number & CHUNK - 1);
  }

  boolean isSent(int number) {
    return (state(number) & SENT) != 0;
  }

  Kind kind(int number) {
    return Kind.of(state(number) & KIND_MASK);
  }

  /** Whether it was answered with a success, and not as one that cannot be used. */
  boolean isAcknowledged(int number) {
    int state = state(number);
    return (state >> STATUS_SHIFT & STATUS_MASK) / 100 == 2 && (state & SAID_REFUSED) == 0;
  }

  boolean saidDuplicate(int number) {
    return (state(number) & SAID_DUPLICATE) != 0;
  }

  int original(int number) {
    return chunkOf(number).original[number & CHUNK - 1];
  }

  long sentAt(int number) {
    return chunkOf(number).sentAt[number & CHUNK - 1];
  }

  long answeredAt(int number) {
    return chunkOf(number).answeredAt[number & CHUNK - 1];
  }

  /** Whether both were answered with the same pipeline. */
  boolean haveSamePipeline(int one, int other) {
    Chunk a = chunkOf(one);
    Chunk b = chunkOf(other);
    int i = one & CHUNK - 1;
    int j = other & CHUNK - 1;
    return a.pipelineHigh[i] == b.pipelineHigh[j] && a.pipelineLow[i] == b.pipelineLow[j];
  }

  boolean isOnRecord(int number) {
    return (state(number) & SEEN) != 0;
  }

  /** Whether the pipeline that its sender was promised is on record. */
  boolean isKept(int number) {
    Chunk chunk = chunkOf(number);
    int slot = number & CHUNK - 1;
    return isOnRecord(number)
        && chunk.recordHigh[slot] == chunk.pipelineHigh[slot]
        && chunk.recordLow[slot] == chunk.pipelineLow[slot];
  }

  boolean hasSeveralPipelines(int number) {
    return (state(number) & SEEN_OTHER) != 0;
  }

  int repository(int number) {
    return chunkOf(number).repository[number & CHUNK - 1];
  }

  /** In microseconds; 0 as long as it is not dispatched. */
  long dispatchedAt(int number) {
    return chunkOf(number).dispatchedAt[number & CHUNK - 1];
  }
}
