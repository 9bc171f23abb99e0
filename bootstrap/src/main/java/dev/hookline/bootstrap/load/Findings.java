package dev.hookline.bootstrap.load;

/**
 * What became of the deliveries of a run, warm-up included.
 *
 * @param lost acknowledged, and not on record
 * @param doubled started twice, or come again and not answered as the duplicate it was
 * @param misordered dispatched before one of its repository that was acknowledged before it was
 *     sent
 * @param forged tampered with or stale, and taken all the same
 * @param undispatched acknowledged, and not dispatched by now
 */
public record Findings(long lost, long doubled, long misordered, long forged, long undispatched) {

  /** Whether all that was promised was kept. */
  public boolean isClean() {
    return lost == 0 && doubled == 0 && misordered == 0 && forged == 0;
  }
}
