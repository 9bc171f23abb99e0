package dev.hookline.http.server;

import dev.hookline.domain.delivery.RawBody;

/** What came of reading a request's body. */
public sealed interface BodyReading {

  /** All of it is here; its bytes count against the budget until the request is answered. */
  record Complete(RawBody body) implements BodyReading {}

  /** It is longer than allowed; the rest was not read. */
  record TooLarge() implements BodyReading {}

  /** It ended early, or its chunks do not follow RFC 9112, section 7.1. */
  record Broken() implements BodyReading {}

  /** The budget for bodies in memory is spent. */
  record NoMemory() implements BodyReading {}

  /** It was not complete within the request's time; the sender has been told, if it listens. */
  record TimedOut() implements BodyReading {}
}
