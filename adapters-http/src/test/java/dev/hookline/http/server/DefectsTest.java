package dev.hookline.http.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.http.testing.RawClient;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Whatever a handler throws, its sender is not to blame. */
class DefectsTest {
  private final List<String> told = new CopyOnWriteArrayList<>();

  private static Answer answer(Request request) {
    return switch (request.rawPath()) {
      case "/error" -> throw new StackOverflowError("secret inside");
      case "/exception" -> throw new IllegalStateException("secret inside");
      default -> Answer.empty(204);
    };
  }

  @Test
  void exceptionsAndErrorsAreToldAndAnswered500() throws Exception {
    var limits =
        new HttpServer.Limits(
            "127.0.0.1", 0, 100, 10, Duration.ofSeconds(10), Duration.ofSeconds(1));
    try (var server =
            new HttpServer(
                    limits,
                    HttpServer.Peers.ALL,
                    DefectsTest::answer,
                    (id, defect) -> told.add(id + " " + defect.getClass().getSimpleName()),
                    () -> "7")
                .start();
        var raw = new RawClient(server.port())) {
      for (String path : List.of("/error", "/exception")) {
        String answer = raw.send("GET %s HTTP/1.1|Host: h||".formatted(path)).answer();
        assertTrue(answer.startsWith("HTTP/1.1 500 "), answer);
        assertTrue(answer.contains("\"error\":\"InternalError\""), answer);
        assertTrue(answer.contains("\"request_id\":\"7\""), answer);
        assertTrue(!answer.contains("secret"), answer);
      }
      String next = raw.send("GET / HTTP/1.1|Host: h||").answer();
      assertTrue(next.startsWith("HTTP/1.1 204 "), next);
    }
    assertEquals(List.of("7 StackOverflowError", "7 IllegalStateException"), told);
  }
}
