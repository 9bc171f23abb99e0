package dev.hookline.torture;

import java.util.List;
import java.util.Optional;

/** A defect that can be planted, to show that the checker finds it, by which invariants. */
enum Defect {
  /** A dispatch is settled before it happens. */
  ACKNOWLEDGED_BEFORE_DISPATCH,
  /** The sender hears of success before the commit. */
  ANSWER_BEFORE_COMMIT,
  /** Nothing in the database keeps a delivery from being stored twice. */
  UNIQUE_INDEX_DROPPED,
  /** Duplicates are known to the process that saw the first one, and only to it. */
  REMEMBERED_IN_MEMORY,
  /** Every worker works every lane. */
  NO_LEASE,
  /** What lies below the highest message that was ever claimed is not looked at again. */
  HIGH_WATER_MARK,
  /** A database that is away is taken for success. */
  SWALLOWED_ERROR,
  /** Whoever has held a lane may settle its messages. */
  NO_EPOCH,
  /** A commit whose answer was lost is tried again under another id. */
  RETRY_NOT_IDEMPOTENT,
  /** A commit returns before it is on disk. */
  COMMIT_NOT_SYNCHRONOUS;

  /** What it has to be found by, of what a run has broken: anything else may be another defect. */
  boolean isShownBy(List<String> brokenInvariants) {
    return switch (this) {
      case ACKNOWLEDGED_BEFORE_DISPATCH ->
          brokenInvariants.contains("I2") || brokenInvariants.contains("I6");
      case HIGH_WATER_MARK -> brokenInvariants.contains("I2") || brokenInvariants.contains("I4");
      case NO_LEASE, NO_EPOCH -> brokenInvariants.contains("I8");
      case ANSWER_BEFORE_COMMIT,
          UNIQUE_INDEX_DROPPED,
          REMEMBERED_IN_MEMORY,
          SWALLOWED_ERROR,
          RETRY_NOT_IDEMPOTENT,
          COMMIT_NOT_SYNCHRONOUS ->
          brokenInvariants.contains("I1");
    };
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
