package dev.hookline.http.server;

import io.helidon.common.buffers.DataReader;
import io.helidon.http.DirectHandler;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Headers;
import io.helidon.http.Status;
import io.helidon.http.encoding.ContentDecoder;
import io.helidon.http.encoding.ContentEncoder;
import io.helidon.http.encoding.ContentEncodingContext;
import io.helidon.http.encoding.ContentEncodingContextConfig;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.http1.Http1Config;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * A guarded HTTP/1.1 server: a deadline for every request, a cap on connections, and one handler
 * that sees every path and method as it was sent. HTTP/2 is not spoken.
 */
public final class HttpServer implements AutoCloseable {
  private static final Idleness IDLENESS =
      new Idleness(Duration.ofSeconds(30), Duration.ofSeconds(5));

  private static final int PROBE_MILLIS = 1_000;

  /** No provider sends half as many; Helidon bounds their bytes alone. */
  private static final int MAX_HEADERS = 100;

  /** Past this many bytes nobody waits for an answer that was given long before. */
  private static final long MAX_DRAINED = 256L * 1024 * 1024;

  /** An answer that is held back still goes out so long before the request's time is over. */
  private static final Duration TO_ANSWER = Duration.ofMillis(500);

  /** With fewer requests under way than this there is room for all, and nobody is kept waiting. */
  static final int BUSY = 128;

  /**
   * What a server is bound to and how much it bears.
   *
   * @param requestTimeout from a request's first byte to its last; half of it for the headers
   */
  public record Limits(
      String host,
      int port,
      long maxBodyBytes,
      int maxConnections,
      Duration requestTimeout,
      Duration shutdownGrace) {}

  /**
   * How long a connection may want nothing.
   *
   * @param timeout after its opening or its last request
   * @param check how often that is looked at
   */
  record Idleness(Duration timeout, Duration check) {}

  /** Answers requests; called by many threads. */
  @FunctionalInterface
  public interface Handler {
    /** Answers the request. What it throws, errors as well, is answered 500, and is a defect. */
    Answer answer(Request request);
  }

  /** Decides which connections are served; called by many threads. */
  public interface Peers {
    /** Serves everybody. */
    Peers ALL =
        new Peers() {
          @Override
          public boolean enter(InetAddress peer) {
            return true;
          }

          @Override
          public void leave(InetAddress peer) {}
        };

    /**
     * Whether one more connection from this peer is served. If not it is closed at once; if so,
     * {@link #leave} follows when it has ended.
     */
    boolean enter(InetAddress peer);

    /** One that had entered is gone. */
    void leave(InetAddress peer);
  }

  /** Hears of requests that went wrong; called by many threads. */
  @FunctionalInterface
  public interface Defects {
    /** A handler threw this. */
    void thrown(String requestId, Throwable defect);

    /** One was no HTTP, or broke off before its headers were whole: no handler has seen it. */
    default void unreadable() {}
  }

  private final Limits limits;
  private final Peers peers;
  private final Handler handler;
  private final Defects defects;
  private final Supplier<String> requestIds;
  private final InetAddress address;
  private final Deadlines deadlines;
  private final AtomicInteger underWay = new AtomicInteger();
  private final Semaphore held;
  private final WebServer server;
  private volatile boolean closing;

  /**
   * Puts the server together; it serves from {@link #start} on.
   *
   * @throws UncheckedIOException if the address is unknown or cannot be bound
   */
  public HttpServer(
      Limits limits, Peers peers, Handler handler, Defects defects, Supplier<String> requestIds) {
    this(limits, IDLENESS, peers, handler, defects, requestIds);
  }

  HttpServer(
      Limits limits,
      Idleness idleness,
      Peers peers,
      Handler handler,
      Defects defects,
      Supplier<String> requestIds) {
    this.limits = limits;
    this.peers = peers;
    this.handler = handler;
    this.defects = defects;
    this.requestIds = requestIds;
    this.address = bindable(limits);
    this.held = new Semaphore(limits.maxConnections() / 2);
    this.deadlines = new Deadlines(limits.requestTimeout(), requestIds);
    this.server = build(idleness);
  }

  /**
   * Binds the port and serves.
   *
   * @return this server
   * @throws UncheckedIOException if the address cannot be bound any more; the server is closed then
   */
  public HttpServer start() {
    server.start();
    if (!server.isRunning()) {
      deadlines.close();
      throw new UncheckedIOException(
          new BindException("cannot listen on %s:%d".formatted(limits.host(), limits.port())));
    }
    return this;
  }

  /**
   * Helidon only logs that it cannot bind, with a stack trace; so it is tried out before. Without
   * listening: who connected to the trial would be reset at its end.
   */
  private static InetAddress bindable(Limits limits) {
    try (var trial = SocketChannel.open()) {
      InetAddress address = InetAddress.getAllByName(limits.host())[0];
      trial.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      trial.bind(new InetSocketAddress(address, limits.port()));
      return address;
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot listen on %s:%d: %s".formatted(limits.host(), limits.port(), e.getMessage()), e);
    }
  }

  private WebServer build(Idleness idleness) {
    return WebServer.builder()
        .address(address)
        .port(limits.port())
        .shutdownHook(false)
        .shutdownGracePeriod(limits.shutdownGrace())
        .maxTcpConnections(limits.maxConnections())
        .idleConnectionTimeout(idleness.timeout())
        .idleConnectionPeriod(idleness.check())
        // Else the second answer to what came together waits for the first one's acknowledgement.
        .connectionOptions(options -> options.tcpNoDelay(true))
        .featuresDiscoverServices(false)
        .protocolsDiscoverServices(false)
        .addConnectionSelector(new Http1Connections(peers, deadlines, http1()))
        .contentEncoding(new Undecoded())
        .directHandlers(directHandlers())
        .routing(HttpRouting.builder().any(this::handle))
        .build();
  }

  private Http1Config http1() {
    return Http1Config.builder()
        .addReceiveListener(deadlines.onReceive())
        .addSendListener(deadlines.onSend())
        .sendKeepAliveHeader(false)
        .validatePath(false)
        .build();
  }

  /** The port that is served, also where any free one was asked for; once it is. */
  public int port() {
    return server.port();
  }

  /** Whether a connection can be opened now, found out by opening one. */
  public boolean accepts() {
    return probe() == Probe.ACCEPTED;
  }

  /**
   * Whether nobody listens any more. Helidon closes its listener for good when file descriptors run
   * out, and says nothing (measured on 4.5.0). Being too busy to accept is something else.
   */
  public boolean isDeaf() {
    return probe() == Probe.REFUSED;
  }

  private enum Probe {
    ACCEPTED,
    REFUSED,
    /** No descriptor to try with, or no answer in time. */
    UNKNOWN
  }

  private Probe probe() {
    InetAddress reachable =
        address.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : address;
    try (var probe = new Socket()) {
      probe.connect(new InetSocketAddress(reachable, port()), PROBE_MILLIS);
      return Probe.ACCEPTED;
    } catch (ConnectException | IllegalArgumentException _) {
      return Probe.REFUSED;
    } catch (IOException _) {
      return Probe.UNKNOWN;
    }
  }

  /** Stops accepting and waits for what is in flight, at most the grace. */
  @Override
  public void close() {
    closing = true;
    server.stop();
    deadlines.close();
  }

  private void handle(ServerRequest helidonRequest, ServerResponse response) {
    Deadline deadline = deadlines.current();
    var request = new Request(helidonRequest, deadline);
    underWay.incrementAndGet();
    try {
      Answer answer = answer(request);
      request.release();
      hold(bounded(answer.hold(), request, deadline));
      send(answer, request, deadline, response);
    } finally {
      underWay.decrementAndGet();
      request.release();
    }
  }

  /** Where the body is still to come, its sender would hear 408 in place of a later answer. */
  private static Duration bounded(Duration hold, Request request, Deadline deadline) {
    Duration longest = deadline.left().minus(TO_ANSWER);
    return request.bodyOpen() && hold.compareTo(longest) > 0 ? longest : hold;
  }

  /**
   * Keeps the sender waiting while many others want something, and so from sending more on this
   * connection. Those who wait never take all connections: beyond half of them, nobody is kept.
   */
  private void hold(Duration time) {
    if (!time.isPositive() || underWay.get() <= BUSY || !held.tryAcquire()) {
      return;
    }
    try {
      Thread.sleep(time);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      held.release();
    }
  }

  private Answer answer(Request request) {
    if (request.headerCount() > MAX_HEADERS) {
      return Errors.answer(
          400,
          "InvalidPayloadError",
          "a request may have %d header fields".formatted(MAX_HEADERS),
          request.id());
    }
    try {
      return handler.answer(request);
    } catch (RuntimeException | Error defect) {
      // An error as well, a stack that ran over above all: Helidon would blame the sender for it.
      defects.thrown(request.id(), defect);
      return Errors.internal(request.id());
    }
  }

  private void send(Answer answer, Request request, Deadline deadline, ServerResponse response) {
    if (request.bodyOpen() ? !deadline.answeredEarly() : deadline.expired()) {
      throw new CloseConnectionException("the request's time ran out");
    }
    boolean skippable = request.bodyOpen() && request.bodyCanBeSkipped(limits.maxBodyBytes());
    boolean close =
        closing
            || request.isLast()
            || (request.bodyOpen() && !skippable)
            || answer.stream().isPresent();
    response.status(Status.create(answer.status()));
    answer.headers().forEach((name, value) -> response.header(HeaderNames.create(name), value));
    response.header(HeaderNames.create("X-Request-Id"), request.id());
    if (close) {
      response.header(HeaderValues.CONNECTION_CLOSE);
    }
    if (request.method().equals("HEAD")) {
      // RFC 9110, section 9.3.2: the header says how long the body would be, and there is none.
      response.header(HeaderNames.CONTENT_LENGTH, Integer.toString(answer.body().length));
      response.send(new byte[0]);
    } else if (answer.stream().isPresent()) {
      stream(answer.stream().get(), response);
    } else {
      response.send(answer.body());
    }
    if (close) {
      if (request.bodyOpen() && !request.expectsContinue()) {
        drain(deadline.connection().dataReader());
      }
      // Helidon announces the close, but goes on to take unread bytes for the next request.
      throw new CloseConnectionException("answered, and done with this connection");
    }
    if (skippable) {
      request.skipBody();
    }
  }

  private static void stream(Answer.Body body, ServerResponse response) {
    try (var out = response.outputStream()) {
      body.writeTo(out);
    } catch (IOException | UncheckedIOException _) {
      throw new CloseConnectionException("the receiver of a stream is gone");
    }
  }

  /**
   * Reads on until the sender closes or the deadline does: closing with bytes unread resets the
   * connection, and the reset can overtake the answer.
   */
  private static void drain(DataReader in) {
    try {
      for (long drained = 0; drained < MAX_DRAINED; ) {
        in.ensureAvailable();
        int available = in.available();
        in.skip(available);
        drained += available;
      }
    } catch (RuntimeException _) {
      // The sender has closed, or the deadline has: either way there is nothing left to read.
      return;
    }
  }

  private DirectHandlers directHandlers() {
    var handlers = DirectHandlers.builder();
    for (var event : DirectHandler.EventType.values()) {
      handlers.addHandler(event, (_, _, status, _, _) -> refusedByHelidon(status));
    }
    return handlers.build();
  }

  /** Requests that never reach the handler: Helidon could not make sense of them. */
  private DirectHandler.TransportResponse refusedByHelidon(Status status) {
    defects.unreadable();
    String requestId = requestIds.get();
    // Outside the handler Helidon calls it an internal error when a sender breaks off.
    Status told = status.code() == 500 ? Status.BAD_REQUEST_400 : status;
    String error =
        switch (told.code()) {
          case 413 -> "PayloadTooLargeError";
          case 408 -> "RequestTimeoutError";
          case 503 -> "OverloadedError";
          default -> "InvalidPayloadError";
        };
    return DirectHandler.TransportResponse.builder()
        .status(told)
        .keepAlive(false)
        .header(HeaderNames.CONTENT_TYPE, "application/json")
        .header(HeaderNames.create("X-Request-Id"), requestId)
        .entity(Errors.body(error, "this is no request that HTTP/1.1 allows", requestId))
        .build();
  }

  /**
   * Leaves every content coding as it came, for the handler to refuse; without it Helidon answers
   * by itself.
   */
  private static final class Undecoded implements ContentEncodingContext {
    @Override
    public boolean contentEncodingEnabled() {
      return false;
    }

    @Override
    public boolean contentDecodingEnabled() {
      return true;
    }

    @Override
    public boolean contentEncodingSupported(String coding) {
      return false;
    }

    @Override
    public boolean contentDecodingSupported(String coding) {
      return true;
    }

    @Override
    public ContentEncoder encoder(String coding) {
      return ContentEncoder.NO_OP;
    }

    @Override
    public ContentDecoder decoder(String coding) {
      return ContentDecoder.NO_OP;
    }

    @Override
    public ContentEncoder encoder(Headers headers) {
      return ContentEncoder.NO_OP;
    }

    @Override
    public ContentEncodingContextConfig prototype() {
      return ContentEncodingContextConfig.create();
    }
  }
}
