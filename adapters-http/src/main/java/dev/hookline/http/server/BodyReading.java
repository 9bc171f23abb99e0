package dev.hookline.http.server;

import dev.hookline.domain.delivery.RawBody;

/** What came of reading a request's body. */
public sealed interface BodyReading {

  /** All of it is here; its bytes count against the budget until the request is answered. */
  record Complete(RawBody body) implements BodyReading {}

  /** It did not come in whole. */
  sealed interface Failed extends BodyReading {}

  /** It is longer than allowed; the rest was not read. */
  record TooLarge() implements Failed {}

  /** It ended early, or its chunks do not follow RFC 9112, section 7.1. */
  record Broken() implements Failed {}

  /** The budget for bodies in memory is spent. */
  record NoMemory() implements Failed {}

  /** It was not complete within the request's time; the sender has been told, if it listens. */
  record TimedOut() implements Failed {}
}
