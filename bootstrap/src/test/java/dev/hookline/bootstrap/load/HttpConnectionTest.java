package dev.hookline.bootstrap.load;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a server that is a bare socket, so that every byte of an answer is the test's. */
@Timeout(30)
class HttpConnectionTest {
  private static final String ID = "01934f5e-0000-7000-8000-00000000000a";
  private static final long HIGH = 0x01934f5e00007000L;
  private static final long LOW = 0x800000000000000aL;
  private static final byte[] REQUEST = "POST / HTTP/1.1\r\n\r\n".getBytes(US_ASCII);
  private static final String NO_BODY = "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n";

  /** Answers one request of a connection; whether it keeps the connection. */
  @FunctionalInterface
  private interface Answering {
    boolean answer(Socket socket, int number) throws IOException, InterruptedException;
  }

  private final ServerSocket server;
  private final AtomicInteger accepted = new AtomicInteger();

  HttpConnectionTest() throws IOException {
    server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  private HttpConnection connect(Answering answering) throws IOException {
    Thread.ofVirtual().start(() -> serve(answering));
    var connection =
        new HttpConnection(
            Endpoint.of(URI.create("http://127.0.0.1:" + server.getLocalPort() + "/")), null);
    connection.open();
    return connection;
  }

  private void serve(Answering answering) {
    while (!server.isClosed()) {
      try (Socket socket = server.accept()) {
        accepted.incrementAndGet();
        int number = 0;
        while (readRequest(socket.getInputStream()) && answering.answer(socket, number++)) {
          // Next request of this connection.
        }
      } catch (IOException | InterruptedException _) {
        // The client has hung up, or the test is over.
      }
    }
  }

  private static boolean readRequest(InputStream in) throws IOException {
    return in.readNBytes(REQUEST.length).length == REQUEST.length;
  }

  private static void write(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(US_ASCII));
  }

  private static Answer exchange(HttpConnection connection) throws IOException {
    connection.open();
    return connection.exchange(REQUEST, REQUEST.length);
  }

  @Test
  void anAnswerIsReadAndTheConnectionUsedAgain() throws IOException {
    var body = "{\"status\":\"accepted\",\"pipeline_id\":\"" + ID + "\", \"duplicate\": true}";
    try (var connection =
        connect(
            (socket, _) -> {
              write(
                  socket,
                  "HTTP/1.1 202 Accepted\r\nx-PIPELINE-id:  %s\r\nContent-Length: %d\r\n\r\n%s"
                      .formatted(ID, body.length(), body));
              return true;
            })) {
      for (int i = 0; i < 3; i++) {
        assertEquals(new Answer(202, HIGH, LOW, true, false), exchange(connection));
      }
      assertEquals(1, accepted.get());
    }
  }

  @Test
  void anAnswerInChunksIsPutTogether() throws IOException {
    try (var connection =
        connect(
            (socket, _) -> {
              write(socket, "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n");
              write(socket, "b;x=y\r\n{\"status\":\"\r\n");
              write(socket, "9\r\nrefused\"}\r\n0\r\nTrailer: x\r\n\r\n");
              return true;
            })) {
      assertEquals(new Answer(200, 0, 0, false, true), exchange(connection));
      assertEquals(new Answer(200, 0, 0, false, true), exchange(connection));
      assertEquals(1, accepted.get());
    }
  }

  @Test
  void aSlowAnswerIsReadByteByByte() throws IOException {
    try (var connection =
        connect(
            (socket, _) -> {
              socket.setTcpNoDelay(true);
              for (char c : "HTTP/1.1 202 A\r\nContent-Length: 2\r\n\r\n{}".toCharArray()) {
                write(socket, String.valueOf(c));
              }
              return true;
            })) {
      assertEquals(202, exchange(connection).status());
      assertEquals(202, exchange(connection).status());
    }
  }

  @Test
  void interimAnswersArePassedOver() throws IOException {
    try (var connection =
        connect(
            (socket, _) -> {
              write(socket, "HTTP/1.1 100 Continue\r\n\r\n" + NO_BODY);
              return true;
            })) {
      assertEquals(202, exchange(connection).status());
    }
  }

  @Test
  void aServerThatSaysItClosesIsConnectedToAgain() throws IOException {
    try (var connection =
        connect(
            (socket, _) -> {
              write(socket, "HTTP/1.1 503 X\r\nConnection: Close\r\nContent-Length: 0\r\n\r\n");
              return false;
            })) {
      assertEquals(503, exchange(connection).status());
      assertFalse(connection.isOpen());
      assertEquals(503, exchange(connection).status());
      assertEquals(2, accepted.get());
    }
  }

  @Test
  void withoutALengthAnAnswerEndsWithTheConnection() throws IOException {
    try (var connection =
        connect(
            (socket, _) -> {
              write(socket, "HTTP/1.1 200 OK\r\n\r\n{\"duplicate\":true}");
              return false;
            })) {
      assertTrue(exchange(connection).duplicate());
      assertFalse(connection.isOpen());
    }
  }

  @Test
  void aServerThatClosesWithoutAWordIsAnErrorAndThenConnectedToAgain() throws IOException {
    try (var connection =
        connect(
            (socket, number) -> {
              if (accepted.get() == 1 && number == 1) {
                return false;
              }
              write(socket, NO_BODY);
              return true;
            })) {
      assertEquals(202, exchange(connection).status());
      assertThrows(IOException.class, () -> exchange(connection));
      assertFalse(connection.isOpen());
      assertEquals(202, exchange(connection).status());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SSH-2.0-OpenSSH_9.9\r\n",
        "HTTP/1.1 abc\r\n\r\n",
        "HTTP/1.1 999 X\r\n\r\n",
        "HTTP/1.1 202 A\r\nContent-Length: many\r\n\r\n",
        "HTTP/1.1 202 A\r\nContent-Length: 10\r\n\r\nshort",
        "HTTP/1.1 202 A\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "HTTP/1.1 202 A\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n",
        "HTTP/1.1 202 A\r\nX: "
      })
  void garbageIsAnErrorAndClosesTheConnection(String garbage) throws IOException {
    try (var connection =
        connect(
            (socket, _) -> {
              write(socket, garbage);
              return false;
            })) {
      assertThrows(IOException.class, () -> exchange(connection));
      assertFalse(connection.isOpen());
    }
  }

  @Test
  void endlessLinesAndHeadersAreAnError() throws IOException {
    for (String endless : List.of("x".repeat(100_000), "A: b\r\n".repeat(10_000))) {
      try (var connection =
          connect(
              (socket, _) -> {
                write(socket, "HTTP/1.1 202 A\r\n" + endless);
                return false;
              })) {
        assertThrows(IOException.class, () -> exchange(connection));
      }
    }
  }

  @Test
  void anAnswerThatDoesNotComeIsGivenUpAfterHalfAMinuteAndNotBefore() throws Exception {
    var asked = new Semaphore(0);
    var late = new CountDownLatch(1);
    var over = new CountDownLatch(1);
    try (var connection =
        connect(
            (socket, number) -> {
              asked.release();
              (number == 0 ? late : over).await();
              write(socket, NO_BODY);
              return number == 0;
            })) {
      var watch =
          Thread.ofVirtual()
              .start(
                  () -> {
                    asked.acquireUninterruptibly();
                    connection.abortIfStuck(System.nanoTime() + Duration.ofSeconds(29).toNanos());
                    late.countDown();
                    asked.acquireUninterruptibly();
                    connection.abortIfStuck(System.nanoTime() + Duration.ofSeconds(31).toNanos());
                  });
      assertEquals(202, exchange(connection).status());
      assertThrows(IOException.class, () -> exchange(connection));
      watch.join();
    } finally {
      over.countDown();
    }
  }
}
