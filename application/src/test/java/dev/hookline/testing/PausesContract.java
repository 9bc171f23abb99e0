package dev.hookline.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.application.pause.Pause;
import dev.hookline.application.pause.PauseScope;
import dev.hookline.domain.delivery.Service;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What every {@link dev.hookline.application.pause.Pauses} does. */
public abstract class PausesContract {
  private static final PauseScope SLACK = scope("slack", null);
  private static final PauseScope CI = scope(null, "ci");
  private static final PauseScope SLACK_TO_CI = scope("slack", "ci");

  /** Empty at the start of each test, and the same one throughout it. */
  protected abstract Storage storage();

  @Test
  void nothingIsPausedAtFirst() {
    assertEquals(List.of(), storage().pauses().list());
  }

  @Test
  void pausesStandBesideEachOtherInTheirOrder() {
    storage().pauses().pause(SLACK_TO_CI);
    storage().pauses().pause(PauseScope.EVERYTHING);
    storage().pauses().pause(CI);
    storage().pauses().pause(SLACK);

    assertEquals(List.of(SLACK_TO_CI, PauseScope.EVERYTHING, CI, SLACK), scopes());
  }

  @Test
  void pausedAgainStaysPausedSinceItWas() {
    storage().pauses().pause(CI);
    List<Pause> before = storage().pauses().list();

    storage().pauses().pause(CI);

    assertEquals(before, storage().pauses().list());
  }

  @Test
  void exactlyTheNamedPauseIsLifted() {
    storage().pauses().pause(SLACK);
    storage().pauses().pause(CI);
    storage().pauses().pause(PauseScope.EVERYTHING);

    assertFalse(storage().pauses().resume(SLACK_TO_CI));
    assertTrue(storage().pauses().resume(SLACK));
    assertFalse(storage().pauses().resume(SLACK));
    assertTrue(storage().pauses().resume(PauseScope.EVERYTHING));

    assertEquals(List.of(CI), scopes());
  }

  @Test
  void allPausesAreLiftedAtOnce() {
    storage().pauses().pause(SLACK);
    storage().pauses().pause(CI);

    storage().pauses().resumeAll();
    storage().pauses().resumeAll();

    assertEquals(List.of(), storage().pauses().list());
  }

  protected static PauseScope scope(@Nullable String service, @Nullable String target) {
    return new PauseScope(
        Optional.ofNullable(service).map(Service::new), Optional.ofNullable(target));
  }

  private List<PauseScope> scopes() {
    return storage().pauses().list().stream().map(Pause::scope).toList();
  }
}
