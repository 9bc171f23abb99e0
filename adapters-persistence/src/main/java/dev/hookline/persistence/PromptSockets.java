package dev.hookline.persistence;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import javax.net.SocketFactory;

/**
 * Makes the sockets of connections that only listen. Having read one notification, the driver looks
 * whether there is another by reading with a time limit of a millisecond, and hands the first over
 * when that has passed (measured on 42.7.14). These sockets say at once that nothing is there; what
 * comes later is read by the next wait.
 *
 * <p>Public because the driver makes it, by its name. It asks for unconnected sockets alone.
 */
public final class PromptSockets extends SocketFactory {
  /** With this time limit, in milliseconds, the driver means to look and not to wait. */
  private static final int LOOK = 1;

  /** For the driver. */
  public PromptSockets() {}

  @Override
  public Socket createSocket() {
    return new PromptSocket();
  }

  @Override
  public Socket createSocket(String host, int port) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress localHost, int localPort) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Socket createSocket(InetAddress host, int port) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress localHost, int localPort) {
    throw new UnsupportedOperationException();
  }

  private static final class PromptSocket extends Socket {
    private volatile boolean looking;

    @Override
    public void setSoTimeout(int millis) throws SocketException {
      looking = millis == LOOK;
      super.setSoTimeout(millis);
    }

    @Override
    public InputStream getInputStream() throws IOException {
      return new FilterInputStream(super.getInputStream()) {
        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
          if (looking && in.available() == 0) {
            throw new SocketTimeoutException("nothing is there");
          }
          return in.read(bytes, offset, length);
        }
      };
    }
  }
}
