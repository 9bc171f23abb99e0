package dev.hookline.http.server;

import dev.hookline.domain.delivery.Headers;
import dev.hookline.domain.delivery.RawBody;
import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One request whose body is still to be read. For use by the thread that serves it. */
public final class Request {
  private final ServerRequest request;
  private final Deadline deadline;
  private final Headers headers;
  private @Nullable BodyReader reader;
  private boolean bodyOpen;

  Request(ServerRequest request, Deadline deadline) {
    this.request = request;
    this.deadline = deadline;
    this.headers = headersOf(request);
    this.bodyOpen = isChunked() || declaredLength() > 0;
    if (!bodyOpen) {
      deadline.received();
    }
  }

  /** Names this request in its answer and in the log. */
  public String id() {
    return deadline.requestId();
  }

  public String method() {
    return request.prologue().method().text();
  }

  /** The path as it was sent, neither decoded nor normalised, without the query. */
  public String rawPath() {
    return request.prologue().uriPath().rawPath();
  }

  /** The query as it was sent; empty if there is none. */
  public String rawQuery() {
    return request.prologue().query().rawValue();
  }

  public Headers headers() {
    return headers;
  }

  /** Who opened the connection. */
  public InetAddress peer() {
    return ((InetSocketAddress) request.remotePeer().address()).getAddress();
  }

  /** The length of the body in bytes as its sender announced it; -1 if it comes in chunks. */
  public long declaredLength() {
    return isChunked() ? -1 : request.headers().contentLength().orElse(0);
  }

  /**
   * Reads the body, once, for nobody in particular.
   *
   * @param max the most bytes it may have
   */
  public BodyReading readBody(long max, ByteBudget budget) {
    return readBody(max, budget, Optional.empty());
  }

  /**
   * Reads the body, once.
   *
   * @param max the most bytes it may have
   * @param sender whose part of the budget it takes meanwhile; empty if that has no bound
   */
  public BodyReading readBody(long max, ByteBudget budget, Optional<String> sender) {
    if (!bodyOpen) {
      return new BodyReading.Complete(RawBody.of(new byte[0]));
    }
    if (declaredLength() > max) {
      return new BodyReading.TooLarge();
    }
    var body = new BodyReader(request, deadline, max, budget.open(sender));
    reader = body;
    BodyReading reading = read(body);
    if (reading instanceof BodyReading.Complete) {
      bodyOpen = false;
      return deadline.received() ? reading : new BodyReading.TimedOut();
    }
    return reading;
  }

  private BodyReading read(BodyReader body) {
    try {
      return isChunked() ? body.readChunked() : body.readDeclared(declaredLength());
    } catch (RuntimeException | IOException _) {
      // Whatever Helidon throws here, it is the sender's doing: no more bytes, or malformed ones.
      return deadline.expired() ? new BodyReading.TimedOut() : new BodyReading.Broken();
    }
  }

  /** Whether some of the body has not been read. */
  boolean bodyOpen() {
    return bodyOpen;
  }

  /** Whether Helidon can skip the unread body, so that the connection stays usable. */
  boolean bodyCanBeSkipped(long max) {
    return reader == null && !expectsContinue() && !isChunked() && declaredLength() <= max;
  }

  /**
   * Reads the rest of an unwanted body, after which the next request may come.
   *
   * @throws CloseConnectionException if it does not come
   */
  void skipBody() {
    try {
      request.content().consume();
    } catch (RuntimeException e) {
      throw new CloseConnectionException("the rest of the body did not come", e);
    }
    deadline.drained();
  }

  /** How many header fields it has; one that is repeated counts each time. */
  int headerCount() {
    int count = 0;
    for (Header header : request.headers()) {
      count += header.valueCount();
    }
    return count;
  }

  /** Whether its sender keeps the body back until it is told to go on. */
  public boolean expectsContinue() {
    return request.headers().containsToken(HeaderValues.EXPECT_100);
  }

  /** Whether the connection cannot take another request, or its sender wants none. */
  boolean isLast() {
    return request.headers().containsToken(HeaderValues.CONNECTION_CLOSE)
        || (reader != null && reader.endsConnection());
  }

  /** The body's memory is free again. */
  void release() {
    if (reader != null) {
      reader.release();
    }
  }

  private boolean isChunked() {
    return request.headers().contains(HeaderNames.TRANSFER_ENCODING);
  }

  private static Headers headersOf(ServerRequest request) {
    Map<String, List<String>> fields = new LinkedHashMap<>();
    for (Header header : request.headers()) {
      fields.put(header.name(), List.copyOf(header.allValues()));
    }
    return Headers.of(fields);
  }
}
