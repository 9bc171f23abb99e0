package dev.hookline.torture;

import java.util.Optional;

/**
 * One fault, and whom it strikes.
 *
 * @param member which of the role's processes; of no meaning where the database is struck
 * @param site where a process crashes
 * @param passes of the site before it does, counted from when it is told
 */
record Blow(Fault fault, int member, Optional<CrashSite> site, int passes) {
  /** What it is counted under: crash points each by itself. */
  String name() {
    return site.map(CrashSite::name).orElse(fault.name());
  }
}
