package dev.hookline.persistence;

/** What became of the wish to give a role a duty. */
public enum Entrusting {
  /** The role has it, and was there before. */
  GRANTED,
  /** The role has it, and was made for that; it may log in, but has no password yet. */
  CREATED,
  /** Nothing was done: there is no such role, and whoever asks may not make one. */
  MISSING,
  /**
   * Nothing was done: the role may do more by itself (it is a superuser, acts as the owner of the
   * tables, or may make tables and functions beside them).
   */
  TOO_MIGHTY
}
