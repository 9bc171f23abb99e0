package dev.hookline.bootstrap.load;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ProtocolException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One connection that stays open: a request is one write, its answer is parsed out of one buffer
 * (RFC 9112). Used by one thread, but for {@link #abortIfStuck}.
 */
// The JDK's HttpClient does the same at several times the CPU: its selector thread, its executor
// and its flow of buffers cost more per request than the whole rest of the generator, and all of
// it is taken from the intake that is measured on the same machine.
final class HttpConnection implements AutoCloseable {
  private static final Duration READ_TIMEOUT = Duration.ofSeconds(30);
  private static final long NOT_USED_FOR = Duration.ofSeconds(1).toNanos();
  private static final int MAX_LINE = 8192;
  private static final int MAX_LINES = 200;
  private static final int KEPT_OF_BODY = 4096;

  private static final byte[] LENGTH = bytes("content-length:");
  private static final byte[] ENCODING = bytes("transfer-encoding:");
  private static final byte[] CONNECTION = bytes("connection:");
  private static final byte[] PIPELINE = bytes("x-pipeline-id:");
  private static final byte[] DUPLICATE = bytes("\"duplicate\":true");
  private static final byte[] REFUSED = bytes("\"status\":\"refused\"");

  private final Endpoint endpoint;
  private final @Nullable InetAddress from;
  private final byte[] in = new byte[4096];
  private final byte[] body = new byte[KEPT_OF_BODY];
  private byte[] line = new byte[256];
  private int next;
  private int limit;
  private int kept;
  private long lastUse;

  private volatile @Nullable Socket raw;
  private volatile long busySince;
  private @Nullable Socket secured;
  private @Nullable InputStream input;
  private @Nullable OutputStream output;

  /**
   * @param from the address of this machine to come from; null: whichever leads there
   */
  HttpConnection(Endpoint endpoint, @Nullable InetAddress from) {
    this.endpoint = endpoint;
    this.from = from;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** Connects, unless it is connected and the other side has not hung up meanwhile. */
  void open() throws IOException {
    if (input != null && System.nanoTime() - lastUse > NOT_USED_FOR && hasHungUp()) {
      close();
    }
    if (input == null) {
      busySince = System.nanoTime();
      try {
        secured = endpoint.secured(endpoint.connect(from, socket -> raw = socket));
        input = secured.getInputStream();
        output = secured.getOutputStream();
        next = 0;
        limit = 0;
        lastUse = System.nanoTime();
      } catch (IOException e) {
        close();
        throw e;
      } finally {
        busySince = 0;
      }
    }
  }

  /** Found out only after a while without use, since it costs a system call or two. */
  private boolean hasHungUp() {
    if (secured == null || input == null) {
      return true;
    }
    try {
      secured.setSoTimeout(1);
      try {
        // The end, or a byte that nobody has asked for.
        int _ = input.read();
        return true;
      } catch (SocketTimeoutException _) {
        secured.setSoTimeout(0);
        lastUse = System.nanoTime();
        return false;
      }
    } catch (IOException _) {
      return true;
    }
  }

  /**
   * Sends a request and reads its answer.
   *
   * @throws IOException if there is none that can be understood; the connection is closed then
   */
  Answer exchange(byte[] request, int length) throws IOException {
    busySince = System.nanoTime();
    boolean whole = false;
    try {
      if (output == null) {
        throw new IOException("not connected");
      }
      output.write(request, 0, length);
      Answer answer = read();
      whole = true;
      return answer;
    } finally {
      busySince = 0;
      lastUse = System.nanoTime();
      if (!whole) {
        close();
      }
    }
  }

  /** Cuts off an answer that does not come, so that its thread gets an error. */
  // A timeout on the socket would do, but makes each read three system calls instead of one.
  void abortIfStuck(long now) {
    long since = busySince;
    if (since != 0 && now - since > READ_TIMEOUT.toNanos()) {
      close(raw);
    }
  }

  /** Whether it can be used, as far as is known. */
  boolean isOpen() {
    return raw != null;
  }

  private Answer read() throws IOException {
    while (true) {
      int status = readStatus();
      Headers headers = readHeaders();
      if (status / 100 == 1) {
        continue;
      }
      readBody(status, headers);
      boolean duplicate = isIn(DUPLICATE);
      boolean refused = isIn(REFUSED);
      var answer = new Answer(status, headers.high, headers.low, duplicate, refused);
      if (headers.closes) {
        close();
      }
      return answer;
    }
  }

  private int readStatus() throws IOException {
    int length = readLine();
    boolean isStatus =
        length >= 12
            && line[0] == 'H'
            && line[1] == 'T'
            && line[2] == 'T'
            && line[3] == 'P'
            && line[4] == '/'
            && line[8] == ' ';
    int status = 0;
    for (int i = 9; isStatus && i < 12; i++) {
      isStatus = line[i] >= '0' && line[i] <= '9';
      status = status * 10 + line[i] - '0';
    }
    if (!isStatus || status < 100 || status > 599) {
      throw new ProtocolException("not an answer of HTTP/1.1");
    }
    return status;
  }

  /** What of the headers matters here. */
  private static final class Headers {
    private long length = -1;
    private boolean chunked;
    private boolean closes;
    private long high;
    private long low;
  }

  private Headers readHeaders() throws IOException {
    var headers = new Headers();
    for (int count = 0; count < MAX_LINES; count++) {
      int length = readLine();
      if (length == 0) {
        return headers;
      }
      if (startsWith(LENGTH, length)) {
        headers.length = number(LENGTH.length, length);
      } else if (startsWith(ENCODING, length)) {
        headers.chunked = value(ENCODING.length, length).endsWith("chunked");
      } else if (startsWith(CONNECTION, length)) {
        headers.closes = value(CONNECTION.length, length).contains("close");
      } else if (startsWith(PIPELINE, length)) {
        readPipeline(headers, length);
      }
    }
    throw new ProtocolException("too many headers");
  }

  private boolean startsWith(byte[] name, int length) {
    if (length < name.length) {
      return false;
    }
    for (int i = 0; i < name.length; i++) {
      int c = line[i];
      if ((c >= 'A' && c <= 'Z' ? c + 32 : c) != name[i]) {
        return false;
      }
    }
    return true;
  }

  private String value(int from, int length) {
    return new String(line, from, length - from, StandardCharsets.ISO_8859_1)
        .strip()
        .toLowerCase(Locale.ROOT);
  }

  private long number(int from, int length) throws IOException {
    long number = -1;
    for (int i = from; i < length; i++) {
      int c = line[i];
      if (c >= '0' && c <= '9' && number < Long.MAX_VALUE / 100) {
        number = Math.max(0, number) * 10 + c - '0';
      } else if (c != ' ' && c != '\t') {
        throw new ProtocolException("the length of the answer is no number");
      }
    }
    if (number < 0) {
      throw new ProtocolException("the length of the answer is no number");
    }
    return number;
  }

  /** 32 hexadecimal digits, and hyphens among them; anything else is no id. */
  private void readPipeline(Headers headers, int length) {
    int digits = 0;
    long high = 0;
    long low = 0;
    for (int i = PIPELINE.length; i < length; i++) {
      int digit = Character.digit(line[i], 16);
      if (digit >= 0 && digits < 16) {
        high = high << 4 | digit;
        digits++;
      } else if (digit >= 0 && digits < 32) {
        low = low << 4 | digit;
        digits++;
      } else if (digit >= 0) {
        return;
      } else if (line[i] != '-' && line[i] != ' ') {
        return;
      }
    }
    if (digits == 32) {
      headers.high = high;
      headers.low = low;
    }
  }

  private void readBody(int status, Headers headers) throws IOException {
    kept = 0;
    if (status == 204 || status == 304) {
      return;
    }
    if (headers.chunked) {
      readChunks();
    } else if (headers.length >= 0) {
      take(headers.length);
    } else {
      // Without a length it ends where the connection does.
      headers.closes = true;
      while (next < limit || fill()) {
        take(limit - next);
      }
    }
  }

  private void readChunks() throws IOException {
    while (true) {
      int length = readLine();
      long size = 0;
      int digits = 0;
      for (int i = 0; i < length && line[i] != ';' && line[i] != ' '; i++) {
        int digit = Character.digit(line[i], 16);
        if (digit < 0 || ++digits > 8) {
          throw new ProtocolException("the size of a chunk is no number");
        }
        size = size << 4 | digit;
      }
      if (digits == 0) {
        throw new ProtocolException("a chunk has no size");
      }
      if (size == 0) {
        for (int count = 0; readLine() > 0; count++) {
          if (count == MAX_LINES) {
            throw new ProtocolException("too many headers");
          }
        }
        return;
      }
      take(size);
      if (readLine() != 0) {
        throw new ProtocolException("a chunk does not end where it says");
      }
    }
  }

  /** Reads so many bytes of the body, of which the first ones are kept. */
  private void take(long count) throws IOException {
    long left = count;
    while (left > 0) {
      if (next == limit && !fill()) {
        throw new EOFException("the answer ends in the middle");
      }
      int there = (int) Math.min(left, limit - next);
      int keep = Math.min(there, body.length - kept);
      System.arraycopy(in, next, body, kept, keep);
      kept += keep;
      next += there;
      left -= there;
    }
  }

  /** Reads a line into {@link #line}, and returns its length without the end. */
  private int readLine() throws IOException {
    int length = 0;
    while (true) {
      if (next == limit && !fill()) {
        throw new EOFException("the connection was closed instead of an answer");
      }
      byte c = in[next++];
      if (c == '\n') {
        return length > 0 && line[length - 1] == '\r' ? length - 1 : length;
      }
      if (length == line.length) {
        if (length >= MAX_LINE) {
          throw new ProtocolException("a line of the answer is too long");
        }
        line = Arrays.copyOf(line, length * 2);
      }
      line[length++] = c;
    }
  }

  private boolean fill() throws IOException {
    if (input == null) {
      return false;
    }
    next = 0;
    limit = Math.max(0, input.read(in, 0, in.length));
    return limit > 0;
  }

  /** Whether the body has this, blanks aside. */
  private boolean isIn(byte[] wanted) {
    for (int from = 0; from + wanted.length <= kept; from++) {
      int at = from;
      int found = 0;
      while (at < kept && found < wanted.length && (body[at] == wanted[found] || body[at] == ' ')) {
        found += body[at] == wanted[found] ? 1 : 0;
        at++;
      }
      if (found == wanted.length) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void close() {
    Socket inner = raw;
    Socket outer = secured;
    raw = null;
    secured = null;
    input = null;
    output = null;
    close(outer);
    close(inner);
  }

  private static void close(@Nullable Socket socket) {
    try {
      if (socket != null) {
        socket.close();
      }
    } catch (IOException _) {
      // Nothing is owed to the other side any more, and it is closed all the same.
    }
  }
}
