package dev.hookline.http.doctor;

import dev.hookline.http.doctor.Finding.Cause;
import java.util.List;

/**
 * What is the matter with a delivery's signature.
 *
 * @param findings at least one, the most telling first
 */
public record Diagnosis(List<Finding> findings) {
  public Diagnosis {
    findings = List.copyOf(findings);
  }

  /** Whether nothing is: the delivery would be taken. */
  public boolean isAuthentic() {
    return findings.getFirst().cause() == Cause.SIGNATURE_IS_RIGHT;
  }

  /** Whether the cause was found. */
  public boolean isExplained() {
    return findings.stream()
        .noneMatch(
            finding ->
                finding.cause() == Cause.UNEXPLAINED || finding.cause() == Cause.BODY_NOT_KEPT);
  }
}
