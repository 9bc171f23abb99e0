package dev.hookline.domain.handler;

import dev.hookline.domain.delivery.Delivery;
import java.time.Instant;
import java.util.Optional;

/**
 * Port: checks a service's signature over the exact bytes received, in constant time, against every
 * current secret. Safe for use by many threads.
 */
public interface SignatureVerifier {

  /** Judges the delivery as of its {@link Delivery#receivedAt}. */
  Verification verify(Delivery delivery);

  /**
   * The time that was signed, of a delivery whose signature is right; empty if there is none, or
   * the service signs none.
   */
  default Optional<Instant> signedAt(Delivery delivery) {
    return Optional.empty();
  }
}
