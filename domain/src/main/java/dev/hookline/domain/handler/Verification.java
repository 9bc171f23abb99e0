package dev.hookline.domain.handler;

import dev.hookline.domain.error.WebhookError.InvalidSignatureError;
import dev.hookline.domain.error.WebhookError.InvalidSignatureError.Cause;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Whether a delivery was signed with one of the service's secrets, in time. */
public sealed interface Verification {

  /**
   * The time that was signed; empty if the signature is not right, there is none, or the service
   * signs none.
   */
  Optional<Instant> signedAt();

  /**
   * Both of the first parameters name the secret that matched, which shows when an old one is no
   * longer used.
   *
   * @param secret its position in the list, from 1
   * @param fingerprint stays with it when the list changes
   */
  record Authentic(int secret, SecretFingerprint fingerprint, Optional<Instant> signedAt)
      implements Verification {

    /** Without a signed time. */
    public Authentic(int secret, SecretFingerprint fingerprint) {
      this(secret, fingerprint, Optional.empty());
    }

    /**
     * What that is worth where the service signs a time too: it may lie off in either direction by
     * the tolerance, which itself is still in time.
     */
    public Verification within(Duration tolerance, Instant signedAt, Instant receivedAt) {
      var time = Optional.of(signedAt);
      return Duration.between(signedAt, receivedAt).abs().compareTo(tolerance) <= 0
          ? new Authentic(secret, fingerprint, time)
          : new Forged(new InvalidSignatureError(Cause.STALE), time);
    }
  }

  record Forged(InvalidSignatureError error, Optional<Instant> signedAt) implements Verification {

    /** Without a time that can be believed. */
    public Forged(InvalidSignatureError error) {
      this(error, Optional.empty());
    }
  }
}
