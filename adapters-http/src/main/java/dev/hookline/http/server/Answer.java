package dev.hookline.http.server;

import dev.hookline.http.json.JsonText;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** An answer to one request. Immutable; its body is not copied and not written to. */
public final class Answer {
  private static final byte[] NOTHING = {};

  /** Writes a body for as long as it takes; the connection ends with it. */
  @FunctionalInterface
  public interface Body {
    /**
     * @throws IOException if the receiver is gone
     */
    void writeTo(OutputStream out) throws IOException;
  }

  private final int status;
  private final Map<String, String> headers;
  private final byte[] body;
  private final Duration hold;
  private final Optional<Body> stream;

  private Answer(
      int status, Map<String, String> headers, byte[] body, Duration hold, Optional<Body> stream) {
    this.status = status;
    this.headers = Collections.unmodifiableMap(headers);
    this.body = body;
    this.hold = hold;
    this.stream = stream;
  }

  public static Answer empty(int status) {
    return new Answer(status, Map.of(), NOTHING, Duration.ZERO, Optional.empty());
  }

  public static Answer of(int status, String contentType, byte[] body) {
    return new Answer(
        status, Map.of("Content-Type", contentType), body, Duration.ZERO, Optional.empty());
  }

  /** Sends a browser on to another place. */
  public static Answer seeOther(String place) {
    return empty(303).with("Location", place);
  }

  /** A success whose body is written bit by bit. */
  public static Answer streaming(String contentType, Body body) {
    return new Answer(
        200, Map.of("Content-Type", contentType), NOTHING, Duration.ZERO, Optional.of(body));
  }

  public static Answer json(int status, JsonText.Content content) {
    return of(status, "application/json", JsonText.of(content));
  }

  /** The same answer with one more header field. */
  public Answer with(String name, String value) {
    var more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new Answer(status, more, body, hold, stream);
  }

  /** The same answer, after which nothing should be sent for so long. */
  public Answer retryAfter(Duration wait) {
    // RFC 9110, section 10.2.3: whole seconds; zero would invite the sender back at once.
    long seconds = Math.max(1, wait.plusNanos(999_999_999).toSeconds());
    return with("Retry-After", Long.toString(seconds));
  }

  /** The same answer, to be sent only after so long if many requests are under way. */
  public Answer heldFor(Duration time) {
    return new Answer(status, headers, body, time, stream);
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

  Optional<Body> stream() {
    return stream;
  }

  byte[] body() {
    return body;
  }
}
