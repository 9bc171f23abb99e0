package dev.hookline.persistence;

/** How the database's schema stands to this build. */
public enum SchemaState {
  /** It is the one that this build knows. */
  FITS,
  /** There is none: {@code migrate} was never run. */
  MISSING,
  /** This role may not even look at it. */
  CLOSED,
  /** It lacks migrations that this build has. */
  OLDER,
  /** It has migrations that this build does not know. */
  NEWER
}
