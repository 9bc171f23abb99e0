package dev.hookline.bootstrap.load;

import java.util.Arrays;
import java.util.Collections;
import java.util.Random;

/**
 * Which delivery is of which kind: of each thousand exactly as many as the shares say, in an order
 * that the seed decides.
 */
final class Mix {
  static final int BLOCK = 1000;

  private final Kind[] block = new Kind[BLOCK];

  /**
   * @param duplicates from 0 to 1, like the others; all of them together less than 1
   */
  Mix(double duplicates, double tampered, double stale, long seed) {
    Arrays.fill(block, Kind.FRESH);
    int from = 0;
    from = fill(from, Kind.DUPLICATE, duplicates);
    from = fill(from, Kind.TAMPERED, tampered);
    fill(from, Kind.STALE, stale);
    Collections.shuffle(Arrays.asList(block), new Random(seed));
  }

  private int fill(int from, Kind kind, double share) {
    int to = from + (int) Math.round(share * BLOCK);
    Arrays.fill(block, from, to, kind);
    return to;
  }

  Kind of(long number) {
    return block[(int) (number % BLOCK)];
  }
}
