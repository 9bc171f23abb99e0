package dev.hookline.bootstrap.run;

import static dev.hookline.testing.Samples.GITHUB;
import static dev.hookline.testing.Samples.NOON;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.hookline.application.pipeline.StoreUnavailableException;
import dev.hookline.application.secret.SecretEvidence;
import dev.hookline.application.secret.SecretUse;
import dev.hookline.application.secret.SecretUses;
import dev.hookline.domain.handler.SecretFingerprint;
import dev.hookline.domain.handler.Verification.Authentic;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SecretRecorderTest {
  private final List<SecretUse> recorded = new ArrayList<>();

  private static SecretEvidence evidence(SecretUses uses) {
    var evidence = new SecretEvidence(uses);
    evidence.matched(GITHUB, new Authentic(1, SecretFingerprint.of("s")), NOON);
    return evidence;
  }

  /** Keeps what comes, unless it cannot. */
  private SecretUses uses(List<RuntimeException> failures) {
    return new SecretUses() {
      @Override
      public void add(List<SecretUse> uses) {
        if (!failures.isEmpty()) {
          throw failures.removeFirst();
        }
        recorded.addAll(uses);
      }

      @Override
      public List<SecretUse> list() {
        return recorded;
      }
    };
  }

  @Test
  void theEndPutsTheRestOnRecord() {
    SecretRecorder.start(evidence(uses(List.of()))).close();
    assertEquals(1, recorded.size());
  }

  static Stream<RuntimeException> failures() {
    return Stream.of(
        new StoreUnavailableException("away", new IllegalStateException()),
        new IllegalStateException("a defect"));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void whatCannotBePutOnRecordHoldsUpNoEndAndIsKept(RuntimeException failure) {
    var evidence = evidence(uses(new ArrayList<>(List.of(failure))));
    SecretRecorder.start(evidence).close();
    assertEquals(List.of(), recorded);

    SecretRecorder.start(evidence).close();
    assertEquals(1, recorded.size());
  }
}
