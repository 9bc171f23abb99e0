package dev.hookline.application.audit;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Use case: check the stored state from end to end. */
public final class AuditState {
  private final StoredState state;

  public AuditState(StoredState state) {
    this.state = state;
  }

  /**
   * Checks one invariant after the other; one that is broken does not keep the others from being
   * checked.
   *
   * @param deep whether to read every body as well
   * @param begun told each invariant before it is checked
   * @param found told how each was found, at once, since the next may take minutes
   * @return all that was found
   * @throws dev.hookline.application.pipeline.StoreUnavailableException if the database is away
   */
  public List<Finding> audit(boolean deep, Consumer<Invariant> begun, Consumer<Finding> found) {
    var findings = new ArrayList<Finding>();
    for (Invariant invariant : Invariant.values()) {
      if (deep || invariant != Invariant.BODY_HAS_ITS_DIGEST) {
        begun.accept(invariant);
        Finding finding = state.check(invariant);
        found.accept(finding);
        findings.add(finding);
      }
    }
    return List.copyOf(findings);
  }
}
