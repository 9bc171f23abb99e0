package dev.hookline.application.pause;

import java.util.List;

/**
 * Port: what is not dispatched for now. Events are accepted all the same, and wait. Pauses stand
 * beside each other: a dispatch waits while any of them holds it up.
 *
 * <p>Each method is one transaction, which every worker sees from its next claim on; idle ones are
 * told. An attempt that is under way is finished. Every method throws {@link
 * dev.hookline.application.pipeline.StoreUnavailableException} if the database is away.
 */
public interface Pauses {

  /** Holds up what is in the scope; one that is paused already keeps the time since when it is. */
  void pause(PauseScope scope);

  /**
   * Lifts the pause of exactly this scope; wider and narrower ones stay.
   *
   * @return whether there was one
   */
  boolean resume(PauseScope scope);

  /** Lifts every pause. */
  void resumeAll();

  /** What is paused, the oldest first. */
  List<Pause> list();
}
