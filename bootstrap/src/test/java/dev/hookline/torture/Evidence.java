package dev.hookline.torture;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All that the checker looks at, gathered once everything has come to rest.
 *
 * @param audit what {@code hookline audit} printed; empty if it found nothing
 * @param holdings what each process holds now, by name
 */
record Evidence(
    Plan plan,
    FaultPlan faults,
    Ledger ledger,
    Chronicle chronicle,
    Cluster cluster,
    boolean quiet,
    Optional<String> audit,
    Map<String, Member.Holdings> holdings,
    List<NamedText> writings) {

  /** Something that the processes have written or shown: a log, metrics, an answer. */
  record NamedText(String name, String text) {}
}
