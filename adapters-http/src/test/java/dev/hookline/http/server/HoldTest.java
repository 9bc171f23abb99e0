package dev.hookline.http.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.http.testing.RawClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When an answer is held back. */
class HoldTest {
  private static final Duration HELD = Duration.ofMillis(300);

  private final CountDownLatch inside = new CountDownLatch(HttpServer.BUSY);
  private final CountDownLatch release = new CountDownLatch(1);
  private final HttpServer server =
      new HttpServer(
              new HttpServer.Limits(
                  "127.0.0.1", 0, 1_000, 1_000, Duration.ofSeconds(2), Duration.ofSeconds(1)),
              HttpServer.Peers.ALL,
              this::answer,
              (id, defect) -> {
                throw new AssertionError(id, defect);
              },
              () -> "1")
          .start();
  private final HttpClient client = HttpClient.newHttpClient();

  @AfterEach
  void close() {
    release.countDown();
    server.close();
    client.close();
  }

  private Answer answer(Request request) {
    return switch (request.rawPath()) {
      case "/slow" -> {
        inside.countDown();
        try {
          release.await();
        } catch (InterruptedException _) {
          Thread.currentThread().interrupt();
        }
        yield Answer.empty(204);
      }
      case "/held" -> Answer.empty(404).heldFor(HELD);
      default -> Answer.empty(404).heldFor(Duration.ofDays(1));
    };
  }

  private HttpRequest to(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path)).build();
  }

  @Test
  void nobodyIsKeptWaitingWhileThereIsRoom() throws IOException, InterruptedException {
    assertEquals(404, client.send(to("/for-a-day"), BodyHandlers.discarding()).statusCode());
  }

  /** So many requests are under way, until they are released, that more would have to wait. */
  private List<CompletableFuture<HttpResponse<Void>>> makeBusy() throws InterruptedException {
    var slow = new ArrayList<CompletableFuture<HttpResponse<Void>>>();
    for (int i = 0; i < HttpServer.BUSY; i++) {
      slow.add(client.sendAsync(to("/slow"), BodyHandlers.discarding()));
    }
    inside.await();
    return slow;
  }

  private void assertReleased(List<CompletableFuture<HttpResponse<Void>>> slow) throws Exception {
    release.countDown();
    for (var each : slow) {
      assertEquals(204, each.get().statusCode());
    }
  }

  @Test
  void whoIsToWaitWaitsWhileManyAreUnderWay() throws Exception {
    var slow = makeBusy();

    long start = System.nanoTime();
    assertEquals(404, client.send(to("/held"), BodyHandlers.discarding()).statusCode());
    var took = Duration.ofNanos(System.nanoTime() - start);
    assertTrue(took.compareTo(HELD) >= 0, took::toString);

    assertReleased(slow);
  }

  @Test
  void whoKeepsTheBodyBackIsAnsweredBeforeTheTimeOfTheRequestIsOver() throws Exception {
    var slow = makeBusy();

    long start = System.nanoTime();
    try (var raw = new RawClient(server.port())) {
      String answer = raw.send("POST /for-a-day HTTP/1.1|Host: h|Content-Length: 10||").answer();
      assertTrue(answer.startsWith("HTTP/1.1 404 "), answer);
    }
    var took = Duration.ofNanos(System.nanoTime() - start);
    assertTrue(took.compareTo(HELD) >= 0, took::toString);

    assertReleased(slow);
  }
}
