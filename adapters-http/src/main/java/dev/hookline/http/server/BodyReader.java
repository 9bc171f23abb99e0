package dev.hookline.http.server;

import dev.hookline.domain.delivery.RawBody;
import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import io.helidon.http.HeaderValues;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http.ServerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads one body into one array, taking from the budget only what has room in memory: a sender who
 * announces much and sends little holds little.
 *
 * <p>Chunks are parsed here, not by Helidon: its parser buffers a chunk of any announced size,
 * fails on a legal extension and skips the two bytes after a chunk unseen (measured on 4.5.0).
 */
final class BodyReader {
  private static final int FIRST = 4 * 1024;
  private static final int MAX_CHUNK_LINE = 256;

  /**
   * Bounds all that a body waits for memory, however many steps it grows in. Within that time a
   * body of the largest size comes and goes many times on a line that is up.
   */
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private static final int MAX_TRAILERS = 32;
  private static final int MAX_TRAILER_LINE = 4096;
  private static final byte[] CONTINUE =
      "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private final ServerRequest request;
  private final ConnectionContext connection;
  private final long max;
  private final ByteBudget.Share share;
  private Duration patience;
  private byte[] bytes = {};
  private int length;
  private @Nullable BodyReading failure;
  private boolean endsConnection;

  BodyReader(ServerRequest request, Deadline deadline, long max, ByteBudget.Share share) {
    this.request = request;
    this.connection = deadline.connection();
    this.max = max;
    this.share = share;
    this.patience = patienceWithin(deadline.left());
  }

  /** So that who waits in vain is told so, and who waits with success can still send the rest. */
  private static Duration patienceWithin(Duration left) {
    Duration half = left.dividedBy(2);
    return half.compareTo(PATIENCE) < 0 ? half : PATIENCE;
  }

  /** Gives back what the body took from the budget. */
  void release() {
    share.close();
    bytes = new byte[0];
  }

  /**
   * @param declared not above the maximum
   */
  BodyReading readDeclared(long declared) throws IOException {
    int expected = Math.toIntExact(declared);
    // Not closed: closing reads, and what is left of a broken body must not be read.
    InputStream in = request.content().inputStream();
    if (!grow(Math.min(expected, FIRST))) {
      return new BodyReading.NoMemory();
    }
    while (true) {
      if (length == bytes.length && length < expected && !grow(doubled(expected))) {
        return new BodyReading.NoMemory();
      }
      int read = length < expected ? in.read(bytes, length, bytes.length - length) : expectEnd(in);
      if (read < 0) {
        return length == expected ? complete() : new BodyReading.Broken();
      }
      length += read;
    }
  }

  /** Helidon learns that the body is consumed only by being asked for what follows its end. */
  private static int expectEnd(InputStream in) throws IOException {
    return in.read();
  }

  BodyReading readChunked() {
    if (request.headers().containsToken(HeaderValues.EXPECT_100)) {
      connection.dataWriter().writeNow(BufferData.create(CONTINUE));
    }
    DataReader in = connection.dataReader();
    while (true) {
      int eol = in.findNewLine(MAX_CHUNK_LINE);
      long size = eol < MAX_CHUNK_LINE ? chunkSize(in.getBuffer(Math.max(eol, 1)), eol) : -1;
      if (size < 0) {
        return new BodyReading.Broken();
      }
      if (size == 0) {
        return readEnd(in, eol) ? complete() : new BodyReading.Broken();
      }
      if (length + size > max) {
        return new BodyReading.TooLarge();
      }
      in.skip(eol + 2);
      if (!readChunk(in, (int) size)) {
        return failure == null ? new BodyReading.Broken() : failure;
      }
    }
  }

  /**
   * The plain end is left to Helidon, so that it knows where the next request begins. Extensions
   * and trailers it does not take: they are skipped here, and the connection is not used again.
   */
  private boolean readEnd(DataReader in, int eol) {
    String end = in.getBuffer(eol + 4).readString(eol + 4, StandardCharsets.ISO_8859_1);
    if (end.equals("0\r\n\r\n")) {
      request.content().consume();
      return true;
    }
    endsConnection = true;
    in.skip(eol + 2);
    for (int lines = 0; lines < MAX_TRAILERS; lines++) {
      int trailer = in.findNewLine(MAX_TRAILER_LINE);
      if (trailer == MAX_TRAILER_LINE) {
        return false;
      }
      in.skip(trailer + 2);
      if (trailer == 0) {
        return true;
      }
    }
    return false;
  }

  /** Whether Helidon has lost track of where the next request begins. */
  boolean endsConnection() {
    return endsConnection;
  }

  private boolean readChunk(DataReader in, int size) {
    int end = length + size;
    while (length < end) {
      in.ensureAvailable();
      int part = Math.min(end - length, in.available());
      while (bytes.length < length + part) {
        if (!grow(doubled(ceiling()))) {
          failure = new BodyReading.NoMemory();
          return false;
        }
      }
      length += in.readBuffer(part).read(bytes, length, part);
    }
    return in.read() == '\r' && in.read() == '\n';
  }

  /**
   * RFC 9112, section 7.1: hexadecimal digits, then perhaps extensions, which mean nothing here.
   */
  private static long chunkSize(BufferData peeked, int lineLength) {
    if (lineLength == 0) {
      return -1;
    }
    String line = peeked.readString(lineLength, StandardCharsets.ISO_8859_1);
    int semicolon = line.indexOf(';');
    String digits = withoutBadWhitespace(semicolon < 0 ? line : line.substring(0, semicolon));
    if (digits.isEmpty() || digits.length() > 8) {
      return -1;
    }
    for (int i = 0; i < digits.length(); i++) {
      if (Character.digit(digits.charAt(i), 16) < 0) {
        return -1;
      }
    }
    return Long.parseLong(digits, 16);
  }

  /** RFC 9110, section 5.6.3: spaces and tabs, and nothing else that Java takes for blank. */
  private static String withoutBadWhitespace(String text) {
    int end = text.length();
    while (end > 0 && (text.charAt(end - 1) == ' ' || text.charAt(end - 1) == '\t')) {
      end--;
    }
    return text.substring(0, end);
  }

  private int doubled(int limit) {
    return (int) Math.min(limit, Math.max(FIRST, 2L * bytes.length));
  }

  private int ceiling() {
    return (int) Math.min(Integer.MAX_VALUE - 8, max);
  }

  private boolean grow(int capacity) {
    int before = bytes.length;
    if (!waitFor(capacity)) {
      return false;
    }
    bytes = Arrays.copyOf(bytes, capacity);
    share.giveBack(before);
    return true;
  }

  /** Meanwhile nothing is read, and the sender has to wait as well. */
  private boolean waitFor(int capacity) {
    long since = System.nanoTime();
    try {
      return bytes.length == 0 ? share.begin(capacity, patience) : share.grow(capacity, patience);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      patience = patience.minusNanos(System.nanoTime() - since);
    }
  }

  private BodyReading complete() {
    share.isRead();
    int room = bytes.length;
    if (room > length) {
      bytes = Arrays.copyOf(bytes, length);
      share.giveBack(room - length);
    }
    return new BodyReading.Complete(RawBody.of(bytes));
  }
}
