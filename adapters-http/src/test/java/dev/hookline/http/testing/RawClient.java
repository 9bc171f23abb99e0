package dev.hookline.http.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Speaks to a server byte by byte. Reading gives up after ten seconds. */
public final class RawClient implements AutoCloseable {
  private static final byte[] END_OF_HEAD = {'\r', '\n', '\r', '\n'};
  private final Socket socket;
  private final InputStream in;

  public RawClient(int port) throws IOException {
    this(port, "127.0.0.1");
  }

  /**
   * @param from the loopback address that the server sees
   */
  public RawClient(int port, String from) throws IOException {
    socket = new Socket();
    socket.bind(new InetSocketAddress(InetAddress.ofLiteral(from), 0));
    socket.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port), 5_000);
    socket.setSoTimeout(10_000);
    in = new BufferedInputStream(socket.getInputStream());
  }

  /**
   * @param socket connected
   */
  public RawClient(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout(10_000);
    in = new BufferedInputStream(socket.getInputStream());
  }

  /** Sends the bytes as they are. */
  public RawClient send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
    return this;
  }

  /** Sends the text with every {@code |} as the end of a line. */
  public RawClient send(String text) throws IOException {
    return send(text.replace("|", "\r\n").getBytes(StandardCharsets.ISO_8859_1));
  }

  public RawClient halfClose() throws IOException {
    socket.shutdownOutput();
    return this;
  }

  /** One answer: its head, and the body that its Content-Length announces. */
  public String answer() throws IOException {
    String head = head();
    return head + new String(in.readNBytes(lengthIn(head)), StandardCharsets.UTF_8);
  }

  /** The head of one answer, whatever length it announces. */
  public String head() throws IOException {
    var head = new ByteArrayOutputStream();
    int ended = 0;
    while (ended < END_OF_HEAD.length) {
      int read = in.read();
      if (read < 0) {
        break;
      }
      head.write(read);
      ended = read == END_OF_HEAD[ended] ? ended + 1 : read == '\r' ? 1 : 0;
    }
    return head.toString(StandardCharsets.ISO_8859_1);
  }

  /** Everything until the server closes. */
  public String rest() throws IOException {
    return new String(in.readAllBytes(), StandardCharsets.UTF_8);
  }

  private static int lengthIn(String head) {
    for (String line : head.split("\r\n", -1)) {
      if (line.regionMatches(true, 0, "Content-Length:", 0, 15)) {
        return Integer.parseInt(line.substring(15).strip());
      }
    }
    return 0;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
