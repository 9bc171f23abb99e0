package dev.hookline.torture;

/** What the nemesis does. */
enum Fault {
  KILL_INTAKE,
  KILL_WORKER,
  /** The process ends by itself, at a crash point. */
  CRASH_INTAKE,
  CRASH_WORKER,
  /** Until others own all of its lanes. */
  FREEZE_WORKER,
  KILL_POSTGRES,
  WITHHOLD_COMMIT,
  STALL_DATABASE,
  RESET_CONNECTIONS,
  TERMINATE_BACKENDS;

  /** Whether a process, or PostgreSQL with all of its, is dead afterwards. */
  boolean kills() {
    return switch (this) {
      case KILL_INTAKE, KILL_WORKER, CRASH_INTAKE, CRASH_WORKER, KILL_POSTGRES -> true;
      case FREEZE_WORKER, WITHHOLD_COMMIT, STALL_DATABASE, RESET_CONNECTIONS, TERMINATE_BACKENDS ->
          false;
    };
  }
}
