package dev.hookline.domain.handler;

import dev.hookline.domain.delivery.Delivery;

/**
 * Port: checks a service's signature over the exact bytes received, in constant time, against every
 * current secret. Safe for use by many threads.
 */
public interface SignatureVerifier {

  /** Judges the delivery as of its {@link Delivery#receivedAt}. */
  Verification verify(Delivery delivery);
}
