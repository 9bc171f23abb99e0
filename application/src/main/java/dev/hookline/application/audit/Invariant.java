package dev.hookline.application.audit;

/**
 * What is true of the stored state at every moment, whatever runs, stops or dies.
 *
 * <p>Each is worded twice, to follow a number: how many do as they should, and how many do not.
 */
public enum Invariant {
  EVENT_HAS_PIPELINE("events have their pipeline", "events have no pipeline"),
  PIPELINE_HAS_EVENT("pipelines have their event", "pipelines have no event"),
  PIPELINE_HAS_ONE_KEY(
      "pipelines have their delivery key", "pipelines have no delivery key, or several"),
  /** Its pipeline is on record, or its day was dropped and the key is kept a while longer. */
  KEY_HAS_PIPELINE(
      "delivery keys name a pipeline that is or was",
      "delivery keys name a pipeline that never was"),
  DUPLICATES_ARE_DECIDED(
      "unique constraints decide what is a duplicate",
      "unique constraints that decide what is a duplicate are missing or invalid"),
  OPEN_PIPELINE_HAS_MESSAGES(
      "open pipelines have their outbox messages",
      "open pipelines have fewer or more outbox messages than they count"),
  MESSAGE_HAS_OPEN_PIPELINE(
      "outbox messages belong to an open pipeline", "outbox messages belong to no open pipeline"),
  ONE_MESSAGE_PER_TARGET(
      "ways to a target have one outbox message", "ways to a target have several outbox messages"),
  LINE_IS_IN_ONE_LANE("lines stand in one lane", "lines stand in several lanes, or in none"),
  LANES_ARE_COMPLETE("lanes are there", "lanes are missing"),
  FAILED_PIPELINE_IS_DEAD_LETTER(
      "FAILED pipelines are dead letters", "FAILED pipelines are no dead letters"),
  DEAD_LETTER_IS_FAILED_PIPELINE(
      "dead letters are FAILED pipelines", "dead letters are no FAILED pipelines"),
  HISTORY_ENDS_IN_STATE(
      "pipelines that are over have a history that ends so",
      "pipelines that are over have a history that ends otherwise"),
  /** Reads every body, so it is asked for apart. */
  BODY_HAS_ITS_DIGEST(
      "bodies have the digest that the replay guard remembers",
      "bodies have another digest than the replay guard remembers");

  private final String kept;
  private final String broken;

  Invariant(String kept, String broken) {
    this.kept = kept;
    this.broken = broken;
  }

  /** What those do that keep it. */
  public String kept() {
    return kept;
  }

  /** What those do that break it. */
  public String broken() {
    return broken;
  }
}
