package dev.hookline.application.secret;

import dev.hookline.domain.handler.SecretFingerprint;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * How one of a service's configured secrets stands among the others.
 *
 * @param position in the list of secrets, from 1
 * @param use what it has signed; empty if nothing
 */
public record SecretStanding(
    int position, SecretFingerprint fingerprint, Optional<SecretUse> use, State state) {

  /**
   * For so long at least nothing may have come with an old secret, while a newer one was in use: it
   * is longer than any provider goes on sending a delivery again by itself (Linear for seven hours,
   * Slack for 24).
   */
  public static final Duration QUIET = Duration.ofHours(25);

  /** What there is to say of it. */
  public enum State {
    /** Nothing has ever come that it had signed. */
    NEVER_USED,
    /** What came last it had signed. */
    IN_USE,
    /** Another is in use since it was last, but not yet for long enough. */
    USED_LATELY,
    /** Another has been in use without it for {@link #QUIET}: it can be removed. */
    NO_LONGER_USED
  }

  /**
   * Judges the secrets of one service.
   *
   * @param configured in their order
   * @param uses what is on record of the service; other secrets' are passed over
   */
  public static List<SecretStanding> of(List<SecretFingerprint> configured, List<SecretUse> uses) {
    Optional<SecretUse> newest =
        uses.stream()
            .filter(use -> configured.contains(use.fingerprint()))
            .max(Comparator.comparing(SecretUse::lastMatchedAt));
    return IntStream.range(0, configured.size())
        .mapToObj(
            index -> {
              SecretFingerprint fingerprint = configured.get(index);
              Optional<SecretUse> own =
                  uses.stream().filter(use -> use.fingerprint().equals(fingerprint)).findFirst();
              return new SecretStanding(index + 1, fingerprint, own, state(own, newest));
            })
        .toList();
  }

  private static State state(Optional<SecretUse> own, Optional<SecretUse> newest) {
    if (own.isEmpty() || newest.isEmpty()) {
      return State.NEVER_USED;
    }
    if (own.equals(newest)) {
      return State.IN_USE;
    }
    Duration without = Duration.between(own.get().lastMatchedAt(), newest.get().lastMatchedAt());
    return without.compareTo(QUIET) >= 0 ? State.NO_LONGER_USED : State.USED_LATELY;
  }
}
