package dev.hookline.application.dispatch;

import dev.hookline.domain.pipeline.Outcome;

/** Port: a target that takes commands. Safe for use by many threads. */
public interface CommandDispatcher {

  /** The target's name, as metrics show it. */
  String target();

  /**
   * Hands the command over once and says how that went; what the target does wrong is an outcome,
   * never thrown.
   */
  Outcome dispatch(Command command);

  /** How much the target takes now. */
  default Room room() {
    return Room.ALL;
  }

  /** How much a target takes now. */
  enum Room {
    /** Whatever is due. */
    ALL,
    /** One command, to find out whether the target is back from an outage. */
    ONE,
    /** Nothing: it is away. */
    NONE
  }
}
