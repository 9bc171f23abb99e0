package dev.hookline.torture;

import java.util.List;
import java.util.Optional;

/** A defect that can be planted, to show that the checker finds it, by which invariants. */
enum Defect {
  /** A dispatch is settled before it happens. */
  ACKNOWLEDGED_BEFORE_DISPATCH("I2", "I6"),
  /** The sender hears of success before the commit. */
  ANSWER_BEFORE_COMMIT("I1"),
  /** Nothing in the database keeps a delivery from being stored twice. */
  UNIQUE_INDEX_DROPPED("I1"),
  /** Duplicates are known to the process that saw the first one, and only to it. */
  REMEMBERED_IN_MEMORY("I1"),
  /** Every worker works every lane. */
  NO_LEASE("I8"),
  /** What lies below the highest message that was ever claimed is not looked at again. */
  HIGH_WATER_MARK("I2", "I4"),
  /** A database that is away is taken for success. */
  SWALLOWED_ERROR("I1"),
  /** Whoever has held a lane may settle its messages. */
  NO_EPOCH("I8"),
  /** A commit whose answer was lost is tried again under another id. */
  RETRY_NOT_IDEMPOTENT("I1"),
  /** A commit returns before it is on disk. */
  COMMIT_NOT_SYNCHRONOUS("I1");

  private final List<String> breaks;

  Defect(String... breaks) {
    this.breaks = List.of(breaks);
  }

  /** What it has to be found by, of what a run has broken: anything else may be another defect. */
  boolean isShownBy(List<String> brokenInvariants) {
    return breaks.stream().anyMatch(brokenInvariants::contains);
  }

  /** What the processes under test are to be told; nothing where the schema alone is changed. */
  Optional<String> agentArgument() {
    return this == UNIQUE_INDEX_DROPPED ? Optional.empty() : Optional.of("plant=" + name());
  }

  /** Whether the keys that decide what is a duplicate lose their indexes. */
  boolean dropsIndexes() {
    return this == UNIQUE_INDEX_DROPPED || this == REMEMBERED_IN_MEMORY;
  }
}
