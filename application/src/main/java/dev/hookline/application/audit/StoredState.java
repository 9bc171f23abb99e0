package dev.hookline.application.audit;

/**
 * Port: the stored state, to be checked while it is in use. Reading is all it does: nobody is
 * locked out, and what is being written meanwhile is seen whole or not at all, so that it is no
 * violation.
 */
public interface StoredState {

  /**
   * Checks the invariant for all that is stored; over a large history that takes minutes.
   *
   * @throws dev.hookline.application.pipeline.StoreUnavailableException if the database is away
   */
  Finding check(Invariant invariant);
}
