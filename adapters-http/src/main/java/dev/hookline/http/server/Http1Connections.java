package dev.hookline.http.server;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.common.task.InterruptableTask;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Set;

/**
 * Helidon's HTTP/1.1, for the connections of those peers that are let in. Being the only selector
 * it is asked as soon as a connection is there, before a byte of it is read (measured on 4.5.0).
 */
final class Http1Connections implements ServerConnectionSelector {
  /** What a sender who has connected may take to begin, also while the server is closing. */
  private static final Duration TO_BEGIN = Duration.ofSeconds(1);

  private final HttpServer.Peers peers;
  private final Deadlines deadlines;
  private final ServerConnectionSelector http1;

  Http1Connections(HttpServer.Peers peers, Deadlines deadlines, Http1Config config) {
    this.peers = peers;
    this.deadlines = deadlines;
    this.http1 = Http1ConnectionSelector.builder().config(config).build();
  }

  @Override
  public int bytesToIdentifyConnection() {
    return http1.bytesToIdentifyConnection();
  }

  @Override
  public Support supports(BufferData data) {
    return http1.supports(data);
  }

  @Override
  public Set<String> supportedApplicationProtocols() {
    return http1.supportedApplicationProtocols();
  }

  @Override
  public ServerConnection connection(ConnectionContext context) {
    InetAddress peer = ((InetSocketAddress) context.remotePeer().address()).getAddress();
    var timed = new TimedConnection(context, deadlines);
    var connection = new Entered(peer, timed, http1.connection(timed));
    if (!peers.enter(peer)) {
      throw new CloseConnectionException("this peer has connections enough");
    }
    return connection;
  }

  /**
   * Helidon interrupts a connection that is idle when it is to end, so it has to say when. By
   * itself it would count as idle, and reset, what has just been opened and whose first request is
   * on its way (measured on 4.5.0).
   */
  private final class Entered implements ServerConnection, InterruptableTask<Void> {
    private final InetAddress peer;
    private final TimedConnection timed;
    private final ServerConnection connection;
    private final long openedAt = System.nanoTime();

    Entered(InetAddress peer, TimedConnection timed, ServerConnection connection) {
      this.peer = peer;
      this.timed = timed;
      this.connection = connection;
    }

    @Override
    public void handle(Limit requests) throws InterruptedException {
      try {
        connection.handle(requests);
      } finally {
        deadlines.ended();
        peers.leave(peer);
      }
    }

    @Override
    public Duration idleTime() {
      return connection.idleTime();
    }

    @Override
    public void close(boolean interrupt) {
      if (interrupt || !isNew()) {
        connection.close(interrupt);
      } else {
        deadlines.later(TO_BEGIN, timed::closeUnlessBegun);
      }
    }

    @Override
    public boolean canInterrupt() {
      return !isNew()
          && !timed.isReceiving()
          && connection instanceof InterruptableTask<?> task
          && task.canInterrupt();
    }

    private boolean isNew() {
      return !timed.hasBegun() && System.nanoTime() - openedAt < TO_BEGIN.toNanos();
    }
  }
}
