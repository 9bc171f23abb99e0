package dev.hookline.http.server;

import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.DataWriter;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.socket.PeerInfo;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ListenerContext;
import io.helidon.webserver.ProxyProtocolData;
import io.helidon.webserver.Router;
import io.helidon.webserver.ServerConnectionException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * Helidon's connection with a reader that tells {@link Deadlines} of the bytes that come: Helidon
 * itself tells of a request only once its first line is complete.
 */
final class TimedConnection implements ConnectionContext {
  private final ConnectionContext connection;
  private final Deadlines deadlines;
  private final DataReader reader;
  private volatile @Nullable Deadline latest;

  /**
   * @param connection of which nothing has been read
   */
  TimedConnection(ConnectionContext connection, Deadlines deadlines) {
    if (connection.dataReader().available() > 0) {
      throw new IllegalStateException("bytes were read from this connection before it is timed");
    }
    this.connection = connection;
    this.deadlines = deadlines;
    this.reader = DataReader.create(this::read);
  }

  private byte @Nullable [] read() {
    // The line of a pipelined request may have begun in the bytes that came with the one before.
    if (reader.available() > 0) {
      begin();
    }
    try {
      byte[] bytes = connection.serverSocket().get();
      if (bytes != null) {
        begin();
      }
      return bytes;
    } catch (UncheckedIOException e) {
      throw new ServerConnectionException("cannot read from the connection", e);
    }
  }

  private void begin() {
    deadlines.bytesHaveCome(this);
    latest = deadlines.current();
  }

  /** Whether anything has come at all. */
  boolean hasBegun() {
    return latest != null;
  }

  /** Whether a request has begun to come and is not complete. */
  boolean isReceiving() {
    Deadline deadline = latest;
    return deadline != null && !deadline.isDone();
  }

  /** Ends a connection that nothing has come from. */
  void closeUnlessBegun() {
    if (!hasBegun()) {
      try {
        connection.serverSocket().close();
      } catch (UncheckedIOException _) {
        // Its sender was faster, which is as well.
        return;
      }
    }
  }

  @Override
  public DataReader dataReader() {
    return reader;
  }

  @Override
  public DataWriter dataWriter() {
    return connection.dataWriter();
  }

  @Override
  public HelidonSocket serverSocket() {
    return connection.serverSocket();
  }

  @Override
  public ListenerContext listenerContext() {
    return connection.listenerContext();
  }

  @Override
  public ExecutorService executor() {
    return connection.executor();
  }

  @Override
  public Router router() {
    return connection.router();
  }

  @Override
  public Optional<ProxyProtocolData> proxyProtocolData() {
    return connection.proxyProtocolData();
  }

  @Override
  public PeerInfo remotePeer() {
    return connection.remotePeer();
  }

  @Override
  public PeerInfo localPeer() {
    return connection.localPeer();
  }

  @Override
  public boolean isSecure() {
    return connection.isSecure();
  }

  @Override
  public String socketId() {
    return connection.socketId();
  }

  @Override
  public String childSocketId() {
    return connection.childSocketId();
  }
}
