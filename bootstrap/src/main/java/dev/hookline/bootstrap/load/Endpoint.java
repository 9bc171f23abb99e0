package dev.hookline.bootstrap.load;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Where the deliveries go.
 *
 * @param path with the query
 */
record Endpoint(boolean tls, String host, int port, String path) {
  static Endpoint of(URI url) {
    boolean tls = "https".equals(url.getScheme());
    int port = url.getPort();
    String path = url.getRawPath().isEmpty() ? "/" : url.getRawPath();
    return new Endpoint(
        tls,
        url.getHost(),
        port >= 0 ? port : tls ? 443 : 80,
        url.getRawQuery() == null ? path : path + "?" + url.getRawQuery());
  }

  /** For the header {@code Host}. */
  String authority() {
    return port == (tls ? 443 : 80) ? host : host + ":" + port;
  }

  /** An address in brackets is known to sockets without them. */
  private String bareHost() {
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  /**
   * Makes a plain connection.
   *
   * @param from the address of this machine to come from; null: whichever leads there
   * @param told told of the socket before it connects, so that somebody may give up on it
   */
  Socket connect(@Nullable InetAddress from, Consumer<Socket> told) throws IOException {
    var address = new InetSocketAddress(bareHost(), port);
    if (address.isUnresolved()) {
      throw new UnknownHostException("unknown host " + host);
    }
    var socket = new Socket();
    told.accept(socket);
    try {
      socket.setTcpNoDelay(true);
      if (from != null) {
        socket.bind(new InetSocketAddress(from, 0));
      }
      // With a timeout the socket would stay non-blocking, and each read be three system calls.
      socket.connect(address);
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** What to read from and write to: the socket itself, or TLS over it. */
  Socket secured(Socket socket) throws IOException {
    if (!tls) {
      return socket;
    }
    try {
      SSLSocketFactory factory = SSLContext.getDefault().getSocketFactory();
      var secured = (SSLSocket) factory.createSocket(socket, bareHost(), port, true);
      SSLParameters parameters = secured.getSSLParameters();
      // Without this a certificate for any other name would do.
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      secured.setSSLParameters(parameters);
      secured.startHandshake();
      return secured;
    } catch (GeneralSecurityException e) {
      throw new IOException("there is no TLS here", e);
    }
  }
}
