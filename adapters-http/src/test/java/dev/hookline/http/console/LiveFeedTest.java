package dev.hookline.http.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.application.inspect.Standing;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LiveFeedTest {
  private final Bench bench = new Bench();

  @AfterEach
  void close() {
    bench.close();
  }

  /** Reads what a page's EventSource reads. Gives up after twenty seconds. */
  private final class Listener implements AutoCloseable {
    private final Socket socket;
    private final BufferedReader in;

    Listener(String... headers) throws IOException {
      socket = new Socket(InetAddress.getLoopbackAddress(), bench.port());
      socket.setSoTimeout(20_000);
      String request =
          "GET /console/live HTTP/1.1\r\nHost: localhost:%d\r\n%s\r\n"
              .formatted(bench.port(), String.join("", headers));
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    }

    /** The next line that begins so; null if the stream ends before. */
    @Nullable String next(String start) {
      try {
        for (String line = in.readLine(); line != null; line = in.readLine()) {
          if (line.startsWith(start)) {
            return line;
          }
        }
        return null;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  @Test
  void whatChangesIsTold() throws Exception {
    try (var page = new Listener()) {
      assertEquals("Content-Type: text/event-stream", page.next("Content-Type"));
      assertEquals("event: change", page.next("event"));
      assertEquals(
          "data:"
              + " {\"waiting\":0,\"under_way\":0,\"dead\":0,\"refused\":0,\"paused\":0,\"newest\":null}",
          page.next("data"));

      bench.records.standings = List.of(new Standing("tiny", 3, 2, Duration.ZERO, 1, 4));
      bench.pass(Duration.ofSeconds(2));

      String told = page.next("data");
      assertEquals(
          "data:"
              + " {\"waiting\":3,\"under_way\":2,\"dead\":1,\"refused\":4,\"paused\":0,\"newest\":null}",
          told);
    }
  }

  @Test
  void silenceIsBrokenNowAndThen() throws Exception {
    try (var page = new Listener()) {
      assertEquals(": still here", page.next(":"));
    }
  }

  @Test
  void streamEndsWithItsSession() throws Exception {
    bench.token = Optional.of("t0ken");
    String cookie = bench.signIn("t0ken");
    try (var page = new Listener("Cookie: " + cookie + "\r\n")) {
      assertEquals("event: change", page.next("event"));
      bench.token = Optional.of("another");
      assertEquals("event: end", page.next("event"));
      assertNull(page.next("event"));
    }
  }

  @Test
  void databaseThatIsAwayDoesNotEndIt() throws Exception {
    bench.store.away = true;
    try (var page = new Listener()) {
      assertEquals("retry: 2000", page.next("retry"));
      bench.store.away = false;
      assertEquals("event: change", page.next("event"));
    }
  }

  @Test
  void ofTooManyStreamsTheLastAreSentAway() throws Exception {
    var pages = new ArrayList<Listener>();
    try {
      for (int i = 0; i < LiveFeed.MOST_STREAMS; i++) {
        pages.add(new Listener());
        assertEquals("retry: 2000", pages.getLast().next("retry"));
      }
      try (var late = new Listener()) {
        assertEquals("retry: 30000", late.next("retry"));
        assertNull(late.next("event"));
      }
    } finally {
      for (Listener page : pages) {
        page.close();
      }
    }
  }

  @Test
  void serverThatStopsWaitsForNoStream() throws Exception {
    try (var page = new Listener()) {
      assertEquals("event: change", page.next("event"));
      long begun = System.nanoTime();
      bench.close();
      assertNull(page.next("event"));
      assertTrue(Duration.ofNanos(System.nanoTime() - begun).compareTo(Duration.ofSeconds(4)) < 0);
    }
  }
}
