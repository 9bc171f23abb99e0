package dev.hookline.application.secret;

import static dev.hookline.testing.Samples.GITHUB;
import static dev.hookline.testing.Samples.NOON;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.application.secret.SecretStanding.State;
import dev.hookline.domain.handler.SecretFingerprint;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class SecretStandingTest {
  private static final SecretFingerprint NEW = SecretFingerprint.of("new");
  private static final SecretFingerprint OLD = SecretFingerprint.of("old");
  private static final Duration QUIET = SecretStanding.QUIET;

  private static SecretUse use(SecretFingerprint fingerprint, Instant last) {
    return new SecretUse(GITHUB, fingerprint, 1, NOON.minusSeconds(9), last, 3);
  }

  private static List<State> states(SecretUse... uses) {
    return SecretStanding.of(List.of(NEW, OLD), List.of(uses)).stream()
        .map(SecretStanding::state)
        .toList();
  }

  @Test
  void nothingHasComeYet() {
    assertEquals(List.of(State.NEVER_USED, State.NEVER_USED), states());
    assertTrue(SecretStanding.of(List.of(NEW), List.of()).getFirst().use().isEmpty());
  }

  @Test
  void theOldOneIsStillInUseAndTheNewOneNotYet() {
    assertEquals(List.of(State.NEVER_USED, State.IN_USE), states(use(OLD, NOON)));
  }

  @Test
  void theOldOneGoesOnceTheNewOneHasBeenAloneForLongEnough() {
    assertEquals(
        List.of(State.IN_USE, State.USED_LATELY),
        states(use(NEW, NOON.plus(QUIET).minusSeconds(1)), use(OLD, NOON)));
    assertEquals(
        List.of(State.IN_USE, State.NO_LONGER_USED),
        states(use(NEW, NOON.plus(QUIET)), use(OLD, NOON)));
  }

  @Test
  void aHookThatWasForgottenKeepsTheOldOne() {
    assertEquals(
        List.of(State.USED_LATELY, State.IN_USE),
        states(use(NEW, NOON), use(OLD, NOON.plusSeconds(1))));
  }

  @Test
  void secretsThatAreNoLongerConfiguredAreNoMeasure() {
    assertEquals(
        List.of(State.NEVER_USED, State.IN_USE),
        states(use(SecretFingerprint.of("removed"), NOON.plus(QUIET)), use(OLD, NOON)));
  }
}
