package dev.hookline.http.server;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** A complete answer to one request. Immutable; its body is not copied and not written to. */
public final class Answer {
  private static final byte[] NOTHING = {};

  private final int status;
  private final Map<String, String> headers;
  private final byte[] body;
  private final Duration hold;

  private Answer(int status, Map<String, String> headers, byte[] body, Duration hold) {
    this.status = status;
    this.headers = Collections.unmodifiableMap(headers);
    this.body = body;
    this.hold = hold;
  }

  public static Answer empty(int status) {
    return new Answer(status, Map.of(), NOTHING, Duration.ZERO);
  }

  public static Answer of(int status, String contentType, byte[] body) {
    return new Answer(status, Map.of("Content-Type", contentType), body, Duration.ZERO);
  }

  public static Answer json(int status, JsonText.Content content) {
    return of(status, "application/json", JsonText.of(content));
  }

  /** The same answer with one more header field. */
  public Answer with(String name, String value) {
    var more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new Answer(status, more, body, hold);
  }

  /** The same answer, to be sent only after so long if many requests are under way. */
  public Answer heldFor(Duration time) {
    return new Answer(status, headers, body, time);
  }

  public int status() {
    return status;
  }

  Map<String, String> headers() {
    return headers;
  }

  Duration hold() {
    return hold;
  }

  byte[] body() {
    return body;
  }
}
