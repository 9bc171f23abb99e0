package dev.hookline.torture;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All that the checker looks at, gathered once everything has come to rest.
 *
 * @param audit runs {@code hookline audit}: what it printed; empty if it found nothing
 * @param holdings what each process holds now, by name
 * @param connections to the database that each process holds now, by incarnation
 */
record Evidence(
    Plan plan,
    FaultPlan faults,
    Ledger ledger,
    Chronicle chronicle,
    Cluster cluster,
    boolean quiet,
    Lanes lanes,
    Audit audit,
    Map<String, Member.Holdings> holdings,
    Map<String, Integer> connections,
    List<NamedText> writings) {

  /** The product's own check of what is stored. */
  @FunctionalInterface
  interface Audit {
    Optional<String> run() throws IOException, InterruptedException;
  }

  /** Something that the processes have written or shown: a log, metrics, an answer. */
  record NamedText(String name, String text) {}
}
