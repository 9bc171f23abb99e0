package dev.hookline.bootstrap.load;

/** What is the matter with a delivery. */
enum Kind {
  /** Nothing: it is to be accepted. */
  FRESH,
  /** It was acknowledged before, and comes again. */
  DUPLICATE,
  /** Its body was changed after it was signed. */
  TAMPERED,
  /** Its signed time is long past. */
  STALE;

  /** Whether its answer must be 401. */
  boolean isForged() {
    return this == TAMPERED || this == STALE;
  }
}
